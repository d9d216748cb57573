"""What Seagrape Studios lends: rooms, kilns, presses, teachers, a van."""

from infra24.config.demo.story import ALWAYS, Thing, Word, week
from infra24.resources.policies import ApprovalWhen, Quota, Rules

EVENINGS = week("mon-fri 09:00-22:00", "sat 10:00-20:00", "sun 11:00-18:00")
KILN = Rules(
    weekly=ALWAYS,
    slot_minutes=60,
    shortest_minutes=240,
    longest_minutes=1440,
    buffer_before_minutes=30,
    buffer_after_minutes=240,
    approval="always",
    quotas=(Quota(per="month", count=6),),
    cancel_notice_minutes=1440,
)
"""Loading before, cooling after; somebody who knows glazes looks at each firing first."""

SPACES = (
    Thing(
        "assembly-hall",
        "Assembly Hall",
        location="Ground floor",
        capacity=180,
        about="The whole hall, wall folded back.",
        features={"floor_m2": 260, "stage": True, "sprung_floor": True, "projector": True, "step_free": True},
        rules=Rules(buffer_before_minutes=30, buffer_after_minutes=30),
    ),
    Thing(
        "east-hall",
        "East Hall",
        location="Ground floor",
        about="Sprung floor and mirrors. With the West Hall it makes the Assembly Hall.",
        capacity=90,
        part_of="assembly-hall",
        features={"floor_m2": 130, "sprung_floor": True, "step_free": True},
    ),
    Thing(
        "west-hall",
        "West Hall",
        location="Ground floor",
        about="Raked seats for eighty before the stage.",
        capacity=90,
        part_of="assembly-hall",
        features={"floor_m2": 130, "stage": True, "projector": True, "step_free": True},
    ),
    Thing(
        "west-hall-stage",
        "West Hall Stage",
        location="Ground floor",
        capacity=24,
        part_of="west-hall",
        about="The stage alone, curtain drawn.",
    ),
    Thing(
        "front-gallery",
        "Front Gallery",
        location="Street level",
        capacity=120,
        about="Two rooms of north light and eleven metres of wall.",
        features={"daylight": "north", "wall_m": 11, "step_free": True},
        rules=Rules(buffer_after_minutes=30),
    ),
    Thing(
        "project-room",
        "Project Room",
        location="Street level",
        about="A small room that goes dark: test hangs, meetings, sound.",
        capacity=25,
        features={"blackout": True, "projector": True, "step_free": True},
    ),
    Thing(
        "open-studio",
        "Open Studio",
        location="First floor",
        capacity=16,
        about="Shared tables. Come when there is room; leave the sink clean.",
        features={"sinks": 3, "lockers": 20},
        rules=Rules(use="shared", longest_minutes=480, quotas=(Quota(per="week", hours=20),)),
    ),
    Thing(
        "clay-studio",
        "Clay Studio",
        location="Annex",
        about="Eight wheels and a slab roller; kilns across the yard.",
        capacity=12,
        features={"wheels": 8, "slab_roller": True},
        rules=Rules(buffer_after_minutes=30),
    ),
    Thing(
        "print-shop",
        "Print Shop",
        location="Annex",
        about="Two tables, one hot plate, and the press next door.",
        capacity=10,
        features={"ventilation": True, "sinks": 2},
        needs=("Press induction",),
    ),
    Thing(
        "darkroom",
        "Darkroom",
        location="Basement",
        capacity=3,
        about="Three enlargers, one sink, one red light.",
        rules=Rules(use="shared"),
        features={"enlargers": 3},
    ),
    Thing(
        "wood-shop",
        "Wood Shop",
        location="Annex",
        capacity=5,
        about="Induction first; somebody is always there with you.",
        features={"dust_extraction": True},
        rules=Rules(approval="always", weekly=week("tue-sat 10:00-18:00")),
        needs=("Wood shop induction",),
    ),
    Thing(
        "classroom-a",
        "Classroom A",
        location="First floor",
        about="Easels, sinks, daylight until six.",
        capacity=18,
        features={"easels": 18, "projector": True, "step_free": True},
        rules=Rules(approval=ApprovalWhen(outside=week("mon-fri 09:00-18:00"))),
    ),
    Thing(
        "media-lab",
        "Media Lab",
        location="First floor",
        about="Eight workstations for picture and sound.",
        capacity=10,
        features={"workstations": 8, "projector": True},
    ),
    Thing(
        "visiting-studio",
        "Visiting Artist Studio",
        location="Roof",
        capacity=4,
        about="For residents, day and night.",
        rules=Rules(weekly=ALWAYS, slot_minutes=60),
        bookable_by="instructor",
    ),
    Thing(
        "courtyard",
        "Courtyard",
        location="Behind the seagrape tree",
        about="Gravel, a tree, and strings of light.",
        capacity=150,
        rules=Rules(weekly=week("wed-sun 10:00-22:00"), buffer_after_minutes=60),
    ),
)

EQUIPMENT = (
    Thing(
        "kiln-1",
        "Kiln 1",
        "equipment",
        "Kiln yard",
        "Electric, ten cubic feet, to cone 10.",
        features={"max_temperature": 1300},
        rules=KILN,
        needs=("Kiln induction",),
    ),
    Thing(
        "kiln-2",
        "Kiln 2",
        "equipment",
        "Kiln yard",
        "Electric, four cubic feet: tests and small ware.",
        features={"max_temperature": 1240},
        rules=KILN.model_copy(update={"pending_blocks": False}),
        needs=("Kiln induction",),
    ),
    Thing(
        "etching-press", "Etching Press", "equipment", "Print Shop", "Bed 80 × 140 cm.", rules=Rules(weekly=EVENINGS)
    ),
    Thing(
        "cameras",
        "Camera Kit",
        "equipment",
        "Equipment desk",
        "Body, two lenses, card, charger.",
        units=6,
        # Kits are fetched at the desk: whoever is not there by then leaves theirs to others.
        rules=Rules(buffer_after_minutes=30, check_in_before_minutes=60, check_in_after_minutes=90),
    ),
    Thing("projector", "Projector", "equipment", "Equipment desk", "7,000 lumens, with stand.", units=2),
    Thing("pa-system", "PA System", "equipment", "Equipment desk", "Two speakers, mixer, four microphones."),
)

TEACHERS = (
    Thing("imani-rolle", "Imani Rolle", "person", about="Ceramics.", person="Imani Rolle"),
    Thing(
        "wilfrid-dorsainvil",
        "Wilfrid Dorsainvil",
        "person",
        about="Printmaking; keeps the presses.",
        person="Wilfrid Dorsainvil",
    ),
    Thing("noa-birnbaum", "Noa Birnbaum", "person", about="Analogue photography.", person="Noa Birnbaum"),
)

VAN = Thing(
    "cargo-van",
    "Cargo Van",
    "other",
    "Loading dock",
    "High roof, straps and blankets inside.",
    features={"seats": 3},
    rules=Rules(weekly=week("mon-sat 07:00-20:00"), buffer_after_minutes=30),
)

THINGS = (*SPACES, *EQUIPMENT, *TEACHERS, VAN)

VOCABULARY = (
    Word("projector", "Projector"),
    Word("step_free", "Step-free access"),
    Word("stage", "Stage"),
    Word("sprung_floor", "Sprung floor"),
    Word("blackout", "Blackout"),
    Word("daylight", "Daylight", choices=("north", "east", "south", "west", "roof")),
    Word("ventilation", "Ventilation"),
    Word("dust_extraction", "Dust extraction"),
    Word("slab_roller", "Slab roller"),
    Word("floor_m2", "Floor", unit="m²", is_number=True),
    Word("wall_m", "Hanging wall", unit="m", is_number=True),
    Word("max_temperature", "Hottest firing", unit="°C", is_number=True),
    Word("sinks", "Sinks", is_number=True),
    Word("lockers", "Lockers", is_number=True),
    Word("wheels", "Potter’s wheels", is_number=True),
    Word("enlargers", "Enlargers", is_number=True),
    Word("easels", "Easels", is_number=True),
    Word("workstations", "Workstations", is_number=True),
    Word("seats", "Seats", is_number=True),
)
