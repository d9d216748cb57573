"""Seagrape Studios: a campus of labs and rooms in a former cold store in Miami. The fullest of the three."""

from infra24.config.demo.story import ALWAYS, Course, Fresh, Habit, House, Occasion, Thing, week
from infra24.orgs.policies import Role
from infra24.resources.policies import Rules

EVENINGS = week("mon-fri 09:00-22:00", "sat 10:00-20:00", "sun 11:00-18:00")
KILN = Rules(
    weekly=ALWAYS,
    slot_minutes=60,
    shortest_minutes=240,
    longest_minutes=1440,
    buffer_before_minutes=30,
    buffer_after_minutes=240,
    approval="always",
)
"""Loading before, cooling after; somebody who knows glazes looks at each firing first."""

SPACES = (
    Thing(
        "assembly-hall", "Assembly Hall", location="Ground floor", capacity=180,
        about="The whole hall, wall folded back.",
        features={"floor_m2": 260, "stage": True, "sprung_floor": True},
        rules=Rules(buffer_before_minutes=30, buffer_after_minutes=30),
    ),
    Thing(
        "east-hall", "East Hall", location="Ground floor", capacity=90, part_of="assembly-hall",
        features={"floor_m2": 130, "sprung_floor": True},
    ),
    Thing("west-hall", "West Hall", location="Ground floor", capacity=90, part_of="assembly-hall",
          features={"floor_m2": 130, "stage": True}),
    Thing("west-hall-stage", "West Hall Stage", location="Ground floor", capacity=24, part_of="west-hall",
          about="The stage alone, curtain drawn."),
    Thing(
        "front-gallery", "Front Gallery", location="Street level", capacity=120,
        about="Two rooms of north light and eleven metres of wall.", features={"daylight": "north", "wall_m": 11},
        rules=Rules(buffer_after_minutes=30),
    ),
    Thing("project-room", "Project Room", location="Street level", capacity=25, features={"blackout": True}),
    Thing(
        "open-studio", "Open Studio", location="First floor", capacity=16,
        about="Shared tables. Come when there is room; leave the sink clean.",
        features={"sinks": 3, "lockers": 20}, rules=Rules(use="shared", longest_minutes=480),
    ),
    Thing("clay-studio", "Clay Studio", location="Annex", capacity=12, features={"wheels": 8, "slab_roller": True},
          rules=Rules(buffer_after_minutes=30)),
    Thing("print-shop", "Print Shop", location="Annex", capacity=10, features={"ventilation": True}),
    Thing(
        "darkroom", "Darkroom", location="Basement", capacity=3, about="Three enlargers, one sink, one red light.",
        rules=Rules(use="shared"), features={"enlargers": 3},
    ),
    Thing(
        "wood-shop", "Wood Shop", location="Annex", capacity=5,
        about="Induction first; somebody is always there with you.",
        features={"dust_extraction": True}, rules=Rules(approval="always", weekly=week("tue-sat 10:00-18:00")),
    ),
    Thing("classroom-a", "Classroom A", location="First floor", capacity=18, features={"easels": 18}),
    Thing("media-lab", "Media Lab", location="First floor", capacity=10, features={"workstations": 8}),
    Thing(
        "visiting-studio", "Visiting Artist Studio", location="Roof", capacity=4,
        about="For residents, day and night.", rules=Rules(weekly=ALWAYS, slot_minutes=60),
    ),
    Thing("courtyard", "Courtyard", location="Behind the seagrape tree", capacity=150,
          rules=Rules(weekly=week("wed-sun 10:00-22:00"), buffer_after_minutes=60)),
)  # fmt: skip

EQUIPMENT = (
    Thing("kiln-1", "Kiln 1", "equipment", "Kiln yard", "Electric, ten cubic feet, to cone 10.", rules=KILN),
    Thing("kiln-2", "Kiln 2", "equipment", "Kiln yard", "Electric, four cubic feet: tests and small ware.", rules=KILN),
    Thing("etching-press", "Etching Press", "equipment", "Print Shop", "Bed 80 × 140 cm.",
          rules=Rules(weekly=EVENINGS)),
    Thing("cameras", "Camera Kit", "equipment", "Equipment desk", "Body, two lenses, card, charger.", units=6,
          rules=Rules(buffer_after_minutes=30)),
    Thing("projector", "Projector", "equipment", "Equipment desk", "7,000 lumens, with stand.", units=2),
    Thing("pa-system", "PA System", "equipment", "Equipment desk", "Two speakers, mixer, four microphones."),
)  # fmt: skip

TEACHERS = (
    Thing("imani-rolle", "Imani Rolle", "person", about="Ceramics.", person="Imani Rolle"),
    Thing("wilfrid-dorsainvil", "Wilfrid Dorsainvil", "person", about="Printmaking; keeps the presses.",
          person="Wilfrid Dorsainvil"),
    Thing("noa-birnbaum", "Noa Birnbaum", "person", about="Analogue photography.", person="Noa Birnbaum"),
)  # fmt: skip

VAN = Thing(
    "cargo-van", "Cargo Van", "other", "Loading dock", "High roof, straps and blankets inside.", features={"seats": 3},
    rules=Rules(weekly=week("mon-sat 07:00-20:00"), buffer_after_minutes=30),
)  # fmt: skip

COURSES = (
    Course("Choir rehearsal: Voices of Little River", "mon", "15:30", 2, ("east-hall",), 35),
    Course("Wheel throwing for beginners", "tue", "18:30", 2.5, ("clay-studio", "imani-rolle"), 10),
    Course("Etching fundamentals", "tue", "18:00", 3, ("print-shop", "etching-press", "wilfrid-dorsainvil"), 8),
    Course("Figure drawing, live model", "wed", "18:30", 2.5, ("classroom-a",), 16),
    Course("Video editing lab", "wed", "17:00", 3, ("media-lab", "projector"), 8, weeks=range(6)),
    Course("Members' critique", "wed", "19:00", 2, ("project-room",), 12, weeks=range(0, 8, 2)),
    Course("Handbuilding: vessels", "thu", "18:30", 2.5, ("clay-studio", "imani-rolle"), 11),
    Course("Film photography from roll to print", "thu", "18:00", 3, ("darkroom", ("cameras", 3), "noa-birnbaum"), 3),
    Course("Teen Arts Council", "fri", "16:30", 2, ("classroom-a",), 15),
    Course("Movement for every body", "sat", "10:30", 1.5, ("east-hall",), 22),
    Course("Letterpress Saturday", "sat", "11:00", 4, ("print-shop", "wilfrid-dorsainvil"), 6, weeks=range(1, 8)),
    Course("Clay for families", "sat", "13:00", 2, ("clay-studio", "imani-rolle"), 12),
    Course("Family Sunday under the tree", "sun", "13:00", 2, ("courtyard",), 40),
    Course("Rara and kompa drumming circle", "sun", "15:30", 2, ("west-hall-stage",), 14),
)

OCCASIONS = (
    Occasion("Residency: Chidi Anyaegbu", 0, "mon", "10:00", 26 * 24, ("visiting-studio",), people=2,
             note="Arrives Sunday night; keys at the desk."),
    Occasion("Installation: Tidal Memory", 0, "tue", "09:30", 8, ("front-gallery",), people=6, days=4),
    Occasion("Opening reception: Tidal Memory", 0, "sat", "17:00", 3, ("front-gallery", "courtyard", "pa-system"), 110),
    Occasion("Artist talk: Nadège Saint-Cyr", 1, "thu", "18:30", 2, ("west-hall", "projector", "pa-system"), 70),
    Occasion("Quilting bee: the long table", 1, "sat", "13:00", 4, ("east-hall",), 28),
    Occasion("Little River Print Fair", 2, "sat", "11:00", 6, ("assembly-hall", "pa-system"), 160, days=2,
             note="Load-in from seven through the dock."),
    Occasion("Grant writing for artists", 2, "thu", "17:30", 2.5, ("classroom-a", "projector"), 18),
    Occasion("Board meeting", 3, "tue", "09:00", 2, ("project-room",), 11),
    Occasion("Zine swap", 3, "sat", "13:00", 5, ("east-hall",), 60),
    Occasion("Rehearsal: Ensemble Uva de Playa", 3, "sat", "13:30", 4, ("west-hall",), 18),
    Occasion("De-installation: Tidal Memory", 4, "mon", "10:00", 7, ("front-gallery", "cargo-van"), people=5, days=2),
    Occasion("Residency: Sade Oyelaran", 4, "mon", "10:00", 26 * 24, ("visiting-studio",)),
    Occasion("Installation: Drawings Toward a Shoreline", 4, "wed", "09:30", 8, ("front-gallery",), people=4, days=3),
    Occasion("Opening reception: Drawings Toward a Shoreline", 4, "sat", "17:00", 3,
             ("front-gallery", "courtyard", "pa-system"), 110),
    Occasion("Potluck and slide night", 5, "fri", "18:30", 3, ("east-hall", "projector"), 45),
    Occasion("Collectors' morning", 5, "sat", "10:30", 3, ("front-gallery", "project-room"), 20),
    Occasion("School visit: fifth grade", 6, "wed", "10:00", 2, ("east-hall",), 26),
    Occasion("Super 8 night from the archive", 6, "fri", "19:00", 2.5, ("west-hall", "projector", "pa-system"), 80),
    Occasion("Members' assembly", 7, "sun", "12:30", 3, ("assembly-hall", "pa-system"), 120),
    Occasion("Screening under the stars", 7, "fri", "19:00", 2.5, ("courtyard", "projector"), 90,
             cancelled="Storm warning from four o'clock. We try again in two weeks."),
)  # fmt: skip

HABITS = (
    Habit(("kiln-1",), ("Bisque firing, cone 04", "Glaze firing, cone 6", "Slow bisque, thick ware",
          "Class firing: cups"),
          5, (9, 10, 12), (14, 20)),
    Habit(("kiln-2",), ("Test tiles, cone 10", "Lustre firing", "Glaze tests, row C"), 4, (6, 8), (8, 18)),
    Habit(("open-studio",), ("Studio time", "Collage", "Drawing at the long table", "Stretching canvases",
          "Bookbinding"),
          24, (2, 3, 4), people=(1, 2)),
    Habit(("darkroom",), ("Contact sheets", "Fibre prints, final edition", "Developing four rolls", "Test strips"),
          8, (2, 3, 4)),
    Habit(("print-shop", "etching-press"), ("Editioning, three plates", "Proofing a hard-ground plate",
          "Aquatint tests"),
          4, (3, 4), people=(1, 3)),
    Habit(("wood-shop",), ("Frames for the fall show", "Crating two paintings", "Pedestals", "Loom repair"), 6, (2, 3,
          4)),
    Habit(("media-lab",), ("Editing: oral histories", "Sound mix", "Scanning negatives", "Colour grading"), 7, (2, 3)),
    Habit((("cameras", 1),), ("Documentation of new work", "Street portraits", "Studio visits, video"), 7, (4, 6, 8),
          (8, 14)),
    Habit((("cameras", 2), "project-room"), ("Portfolio day", "Look book"), 2, (3, 4), (10, 15), (2, 4)),
    Habit(("project-room",), ("Test hang", "Sound check", "Committee: spring programme"), 3, (2, 3), people=(2, 8)),
    Habit(("imani-rolle", "clay-studio"), ("One to one: glaze chemistry", "One to one: throwing off the hump"), 3, (1,
          1.5)),
    Habit(("east-hall",), ("Dance rehearsal", "Tenants' meeting", "Yoga for printmakers"), 4, (1.5, 2, 3), people=(8,
          40)),
    Habit(("west-hall",), ("Theatre lab", "Rehearsal: new work", "Puppet building"), 3, (2, 3), people=(5, 25)),
    Habit(("classroom-a",), ("Reading group", "English for artists", "Portfolio clinic"), 4, (1.5, 2), people=(4, 14)),
    Habit(("cargo-van",), ("Plywood and foam", "Loan return", "Pick-up from the framer", "Artwork to the airport"),
          5, (2, 3, 4), (7, 15)),
)  # fmt: skip

FRESH = (
    Fresh("Studio visit and tea", ("project-room",), 1, "15:00", 1.5, whose="Leonor Pacheco", people=3),
    Fresh("Wheel time before class", ("clay-studio",), 1, "14:00", 2, by=Role.MEMBER),
    Fresh("Glaze firing for the market", ("kiln-2",), 2, "09:00", 6, by=Role.MEMBER),
    Fresh("Bisque, twelve bowls", ("kiln-1",), 3, "10:00", 9, by=Role.INSTRUCTOR, then="confirm"),
    Fresh("Rental: birthday under the tree", ("courtyard",), 4, "18:00", 3, whose="Calvin Treadwell", people=60,
          then="cancel",
          reason="They found a garden nearer to home."),
    Fresh("Portraits for the annual report", ("project-room", ("cameras", 2)), 2, "11:00", 2, whose="Noa Birnbaum",
          people=4),
    Fresh("Maybe: dance film, second take", ("west-hall",), 2, "13:00", 3, asked="hold", whose="Keisha Albury",
          people=9),
)  # fmt: skip

SEAGRAPE = House(
    slug="seagrape",
    name="Seagrape Studios",
    time_zone="America/New_York",
    locale="en",
    mail_address="seagrape@example.org",
    theme={
        "brand": "#0f5b4f", "brand_night": "#5fb8a5", "accent": "#c2552d", "surface": "#fbfaf5",
        "surface_night": "#101614",
        "radius": 2, "font": "garamond", "mark": "Sg",
    },
    team={
        Role.ADMIN: "Odalys Ferrer", Role.MANAGER: "Jean-Robert Desravines", Role.STAFF: "Marisol Quintero",
        Role.INSTRUCTOR: "Imani Rolle", Role.MEMBER: "Teo Barreiro",
    },
    people=(
        "Odalys Ferrer", "Jean-Robert Desravines", "Marisol Quintero", "Imani Rolle", "Teo Barreiro",
        "Nadège Saint-Cyr", "Wilfrid Dorsainvil", "Noa Birnbaum", "Yanet Crespo", "Camila Restrepo Duarte",
        "Andrés Felipe Ocampo", "Luz Marina Betancur", "Ximena Urdaneta", "Reinaldo Urbaneja", "Keisha Albury",
        "Delroy McIntosh", "Shanice Cargill", "Tamika Rahming", "Marcus Gaitor", "Latoya Pinder",
        "Ruth Feldstein", "Leonor Pacheco", "Beatriz Amaral", "Thiago Sardinha", "Mei-Lin Cheung",
        "Priya Ramnarine", "Dmitri Sapozhnik", "Hannah Lindqvist", "Patrick Gallagher-Ruiz", "Isabel Larrinaga",
        "Orestes Valdivieso", "Milagros Peñate", "Reyna Mairena", "Gloria Elena Sandoval", "Roselyne Metellus",
        "Stanley Exantus", "Chidi Anyaegbu", "Sade Oyelaran", "Georgina Hollis", "Calvin Treadwell",
    ),
    hours=Rules(
        weekly=week("mon 10:00-18:00", "tue-fri 09:00-22:00", "sat 10:00-20:00", "sun 11:00-18:00"),
        slot_minutes=30, shortest_minutes=30, notice_minutes=60, horizon_days=180,
    ),
    of_kind={"equipment": Rules(weekly=ALWAYS), "person": Rules(weekly=EVENINGS, horizon_days=90)},
    things=(*SPACES, *EQUIPMENT, *TEACHERS, VAN),
    courses=COURSES,
    occasions=OCCASIONS,
    habits=HABITS,
    fresh=FRESH,
    cancelled_because=(
        "Down with a cold.", "The clay is not dry yet.", "Work called.", "Found another day.", "Car trouble.",
        "The loan papers came late.",
    ),
    declined_because=(
        "Cone 10 would crack this clay body; let us look at it together first.",
        "The kiln is being rewired that day.",
        "Please take the induction first: every Tuesday at five.",
    ),
)  # fmt: skip
