"""What goes on at Seagrape Studios just now: classes that repeat, who waits, and a party that went to the beach."""

from infra24.config.demo.lively import AtTheDoor, Elsewhere, InVain, Lapse, Lively, Queue, Repeated, Written
from infra24.config.demo.story import week

LIVELY = Lively(
    repeated=(
        Repeated(
            "Saturday open studio, with Yanet at the long table",
            "sat",
            "10:30",
            4,
            ("open-studio",),
            8,
            times=16,
            begun_weeks_ago=3,
            moved="13:00",
        ),
        Repeated("Board meeting", "tue", "09:00", 2, ("project-room",), 11, times=6, place=1, is_public=False),
        Repeated(
            "Wheel throwing for beginners",
            "tue",
            "18:30",
            2.5,
            ("clay-studio", "imani-rolle"),
            10,
            times=12,
            begun_weeks_ago=3,
        ),
        Repeated("Wheel time", "wed", "15:00", 2, ("clay-studio",), 1, times=5, whose="Teo Barreiro", is_public=False),
    ),
    queues=(
        Queue(
            "Birthday at the wheel",
            "clay-studio",
            5,
            "14:00",
            2,
            "Milagros Peñate",
            (("Teo Barreiro", "Cups for the market"), ("Shanice Cargill", "Trimming"), ("Keisha Albury", "Slab day")),
            people=9,
            given_back="They go to the beach instead.",
        ),
        Queue(
            "Casting for a short film",
            "project-room",
            6,
            "16:00",
            3,
            "Marcus Gaitor",
            (("Leonor Pacheco", "Test hang"), ("Priya Ramnarine", "Sound check")),
            people=12,
        ),
    ),
    in_vain=(InVain("Fibre prints before the deadline", "darkroom", "Hannah Lindqvist", 3),),
    elsewhere=(
        Elsewhere(
            "Imani Rolle",
            "Little River High School",
            "calendar.example.org",
            week("mon 09:00-14:30", "wed 09:00-14:30"),
        ),
    ),
    lapses=(
        Lapse("Scanning negatives", ("media-lab",), 1, "12:00", 2, "Delroy McIntosh", "missed"),
        Lapse("Contact sheets", ("darkroom",), 2, "13:00", 3, "Camila Restrepo Duarte", "late", "The car broke down."),
    ),
    at_the_door=(AtTheDoor("Portraits in the neighbourhood", (("cameras", 1),), 3, "Noa Birnbaum"),),
    written=(Written("clay-studio", "The slab roller is away for repair until Friday. The wheels are all yours."),),
    offer_hours=24,
)
