"""High Plain: a small residency in the desert of West Texas, on Central time."""

from infra24.config.demo.lively import Elsewhere, Lively, Queue, Repeated
from infra24.config.demo.story import (
    ALWAYS,
    Course,
    Fresh,
    Habit,
    House,
    Induction,
    Occasion,
    Shut,
    Stay,
    Thing,
    Word,
    week,
)
from infra24.orgs.policies import Role
from infra24.resources.policies import Rules

RESIDENT = Rules(weekly=ALWAYS, slot_minutes=60)
"""Residents live where they work."""

THINGS = (
    Thing(
        "hangar",
        "Hangar",
        location="Old airfield",
        capacity=140,
        about="Thirty metres without a column.",
        features={"floor_m2": 620, "doors_m": 9},
        rules=Rules(buffer_before_minutes=60, buffer_after_minutes=60),
    ),
    Thing(
        "hangar-north",
        "Hangar, north bay",
        location="Old airfield",
        about="Crane, concrete, morning light.",
        capacity=70,
        part_of="hangar",
    ),
    Thing(
        "hangar-south",
        "Hangar, south bay",
        location="Old airfield",
        about="The warm end: stove and chairs.",
        capacity=70,
        part_of="hangar",
    ),
    Thing("house-one", "House One", location="Dean Street", capacity=2, about="Studio with a bed.", rules=RESIDENT),
    Thing("house-two", "House Two", location="Dean Street", capacity=2, about="Studio with a bed.", rules=RESIDENT),
    Thing(
        "tack-room",
        "Tack Room",
        location="Barn",
        capacity=8,
        about="Shared benches, good stove.",
        rules=Rules(use="shared"),
    ),
    Thing(
        "darkroom",
        "Darkroom",
        location="Barn",
        about="Two enlargers; the water is hard.",
        capacity=2,
        features={"enlargers": 2},
    ),
    Thing(
        "adobe-kiln",
        "Adobe Kiln",
        "equipment",
        "Yard",
        "Wood and patience.",
        rules=Rules(
            weekly=ALWAYS,
            slot_minutes=60,
            shortest_minutes=480,
            longest_minutes=2880,
            buffer_before_minutes=120,
            buffer_after_minutes=720,
            approval="always",
        ),
        needs=("Fire watch",),
    ),
    Thing("flatbed-press", "Flatbed Press", "equipment", "Barn", "Forty cases of type."),
    Thing("cameras", "Field Camera Kit", "equipment", "Office", "4×5, holders, dark cloth.", units=6),
    Thing("ike-tarrant", "Ike Tarrant", "person", about="Kilns, welding, weather.", person="Ike Tarrant"),
    Thing(
        "pickup",
        "Pickup Truck",
        "other",
        "Yard",
        "Half-ton, long bed.",
        rules=Rules(weekly=week("mon-sun 06:00-22:00")),
    ),
)

COURSES = (
    Course("Open hangar", "sat", "11:00", 4, ("hangar",), 40),
    Course("Press night", "tue", "18:00", 3, ("flatbed-press", "tack-room"), 5),
    Course("After-school shop for teenagers", "wed", "15:30", 2, ("tack-room", "ike-tarrant"), 7, weeks=range(7)),
)

OCCASIONS = (
    Occasion("Residency: Annelies Verbruggen", 0, "mon", "12:00", 27 * 24, ("house-one",)),
    Occasion("Residency: Kofi Asamoah", 1, "mon", "12:00", 20 * 24, ("house-two",)),
    Occasion("Residency: Min-seo Gwak", 4, "mon", "12:00", 27 * 24, ("house-one",)),
    Occasion("Residency: Farida Benslimane", 5, "mon", "12:00", 20 * 24, ("house-two",), people=2),
    Occasion("Installation: Slow Weather", 1, "mon", "10:00", 8, ("hangar-north", "ike-tarrant"), people=5, days=5),
    Occasion("Opening: Slow Weather", 1, "sat", "16:00", 4, ("hangar-north",), 65),
    Occasion(
        "Wood firing, two days and a night", 2, "fri", "08:00", 34, ("adobe-kiln",), people=6, note="Bring a chair."
    ),
    Occasion("Listening session: field recordings", 3, "fri", "18:00", 2, ("hangar-south",), 35),
    Occasion("Visit of the county library", 4, "wed", "10:00", 2, ("hangar-south",), 22),
    Occasion("Open studios weekend", 6, "sat", "11:00", 7, ("tack-room",), 8, days=2),
    Occasion(
        "Star party and long exposures",
        7,
        "fri",
        "17:00",
        4,
        (("cameras", 4), "pickup"),
        12,
        cancelled="Cloud cover all week.",
    ),
)

HABITS = (
    Habit(("tack-room",), ("Bench time", "Leather work", "Drawing"), a_week=13, hours=(2, 3, 4), people=(1, 2)),
    Habit(("darkroom",), ("Contact prints, 4×5", "Salt prints", "Developing"), a_week=9, hours=(2, 3, 4)),
    Habit(("adobe-kiln",), ("Pit ware", "Raku, six pots"), a_week=1, hours=(10, 12), between=(6, 12), people=(2, 4)),
    Habit(("flatbed-press",), ("Broadside, second colour", "Type specimen", "Invitations"), a_week=3, hours=(2, 3, 4)),
    Habit(
        (("cameras", 1),),
        ("Dawn at the tank", "Rail line, north light", "Portraits of neighbors"),
        a_week=5,
        hours=(3, 4, 6),
        between=(5, 16),
    ),
    Habit(
        ("hangar-north",),
        ("Large drawing on the floor", "Sound test", "Rehearsal"),
        a_week=5,
        hours=(3, 4),
        people=(1, 8),
    ),
    Habit(
        ("pickup",),
        ("Hardware in Alpine", "Adobe bricks", "Airport in El Paso"),
        a_week=4,
        hours=(2, 3, 7),
        between=(6, 13),
    ),
    Habit(("ike-tarrant",), ("Welding help", "Kiln talk"), a_week=3, hours=(1, 1.5)),
)

FRESH = (
    Fresh("Visit of a curator", ("hangar-south",), 2, "14:00", 2, whose="Hiroko Minamida", people=4),
    Fresh("Pots from the creek bed", ("adobe-kiln",), 5, "08:00", 10, by=Role.MEMBER),
    Fresh("Frames for Slow Weather", ("ike-tarrant", "pickup"), 2, "10:00", 3, whose="Elías Ornelas"),
    Fresh("Night pictures", (("cameras", 1),), 2, "19:00", 3, by=Role.MEMBER, then="cancel", reason="Wind."),
)

PEOPLE = (
    "Wren Halvorsen", "Rubén Carrasco", "Dolores Natividad", "Ike Tarrant",
    "Saoirse Kilbride", "Lupe Bencomo", "Elías Ornelas", "Socorro Hinojos",
    "Tavo Luján", "Cordelia Mayhew", "Clay Burnside", "Jolene Wickett",
    "Amadeo Fierro", "Marcelina Rentería", "Beto Galindo", "Hiroko Minamida",
    "Jonas Ekdahl", "Annelies Verbruggen", "Matthieu Castagnier", "Ngozi Adebanjo",
    "Lior Abelson", "Farida Benslimane", "Min-seo Gwak", "Pawel Drozdowski",
    "Inês Bragança", "Oona Heikkilä", "Tallulah Briscoe", "Desmond Achterberg",
    "Rosalind Petty", "Virgil Stroud", "Nayeli Caballero", "Xóchitl Armendáriz",
    "Graciela Provencio", "Sterling Whitlow", "June Ostrander", "Peter Kessenich",
    "Arlo Dunning", "Mirabai Chandran", "Leila Farrokhzadeh", "Kofi Asamoah",
)  # fmt: skip

HIGH_PLAIN = House(
    slug="high-plain",
    name="High Plain Residency",
    time_zone="America/Chicago",
    locale="en",
    mail_address="high.plain@example.org",
    theme={
        "brand": "#23211e",
        "brand_night": "#e8c88a",
        "accent": "#a4541b",
        "surface": "#faf7f0",
        "surface_night": "#141210",
        "radius": 0,
        "font": "typewriter",
        "mark": "HP",
    },
    team={
        Role.ADMIN: "Wren Halvorsen",
        Role.MANAGER: "Rubén Carrasco",
        Role.STAFF: "Dolores Natividad",
        Role.INSTRUCTOR: "Ike Tarrant",
        Role.MEMBER: "Saoirse Kilbride",
    },
    people=PEOPLE,
    hours=Rules(weekly=week("mon-sun 08:00-22:00"), slot_minutes=30, shortest_minutes=30, horizon_days=365),
    of_kind={"equipment": Rules(weekly=week("mon-sun 05:00-24:00"))},
    things=THINGS,
    courses=COURSES,
    occasions=OCCASIONS,
    habits=HABITS,
    fresh=FRESH,
    vocabulary=(
        Word("floor_m2", "Floor", unit="m²", is_number=True),
        Word("doors_m", "Doors", unit="m", is_number=True),
        Word("enlargers", "Enlargers", is_number=True),
    ),
    inductions=(Induction("Fire watch", "Two days, one night, no hurry.", None, PEOPLE[:20]),),
    closures=(Shut("Shearing", in_days=16, thing="tack-room"),),
    lively=Lively(
        repeated=(
            Repeated("Residents' supper", "thu", "18:30", 2, ("hangar-south",), 16, times=20, begun_weeks_ago=4),
            Repeated("Board call", "wed", "09:00", 1, ("tack-room",), 6, times=6, place=2, is_public=False),
        ),
        queues=(
            Queue(
                "Adobe bricks and two beams",
                "pickup",
                3,
                "10:00",
                3,
                "Elías Ornelas",
                (("Saoirse Kilbride", "Clay from the creek"), ("Jonas Ekdahl", "Airport in El Paso")),
            ),
        ),
        elsewhere=(
            Elsewhere("Ike Tarrant", "Volunteer fire department", "calendar.example.org", week("tue 08:00-12:00")),
        ),
    ),
    stays=(Stay(PEOPLE[5], "house-one", 3, 9), Stay(PEOPLE[6], "house-two", 1, 4)),
    cancelled_because=("Wind.", "Truck broke down.", "Still drying.", "Stayed in Alpine."),
    declined_because=("Burn ban in the county.", "Let us talk about the wood first."),
    area_code="432",
)
