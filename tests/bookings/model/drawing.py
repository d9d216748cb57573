"""The house of the machine, and what is drawn for it: mostly what makes sense, and now and then what does not."""

from typing import Any

from hypothesis import strategies as st

from tests.bookings.model.paper import Member, Thing, Wanted

THINGS = {
    "hall": Thing(room=40),
    "north": Thing(part_of="hall"),
    "south": Thing(part_of="hall", room=12),
    "nook": Thing(part_of="north"),
    "bay": Thing(part_of="north"),
    "commons": Thing(room=8),
    "cameras": Thing("equipment", units=3),
    "kiln": Thing("equipment", needs="firing"),
    "vault": Thing("other", bookable_by="staff"),
}
MEMBERS = {
    "alice": Member("staff"),
    "bob": Member("member", "bob"),
    "ivy": Member("instructor", "ivy"),
}
DAYTIME = [("10:00", "16:00")]
AT_FIRST: list[tuple[str, dict[str, Any]]] = [
    (
        "house",
        {
            "weekly": [("08:00", "20:00")],
            "slot_minutes": 30,
            "horizon_days": 3,
            "quotas": [{"per": "day", "count": 2}, {"per": "week", "hours": 5}],
        },
    ),
    ("commons", {"use": "shared"}),
    ("kiln", {"approval": "always", "pending_blocks": False, "buffer_before_minutes": 30, "buffer_after_minutes": 60}),
    ("south", {"approval": {"roles": ["member"]}}),
]
VALUES: dict[str, list[Any]] = {
    "weekly": [[("08:00", "20:00")], [("09:00", "12:00"), ("13:00", "18:00")], [("00:00", "24:00")], []],
    "slot_minutes": [15, 30, 60],
    "shortest_minutes": [15, 30, 60],
    "longest_minutes": [60, 120, 240],
    "buffer_before_minutes": [0, 15, 60],
    "buffer_after_minutes": [0, 30],
    "notice_minutes": [0, 60, 600],
    "horizon_days": [0, 1, 3, 30],
    "approval": ["never", "always", {"roles": ["member"]}, {"outside": DAYTIME}],
    "pending_blocks": [True, False],
    "use": ["exclusive", "shared"],
    "quotas": [[], [{"per": "day", "count": 1}], [{"per": "day", "hours": 2}, {"per": "week", "count": 3}]],
}
SCOPES = st.sampled_from(["house", "space", "equipment", "kiln", "commons", "hall", "north", "cameras"])
OF_ONE = st.sampled_from(["kiln", "commons", "hall", "north", "bay", "cameras", "equipment"])
BY = st.sampled_from(["alice", "bob", "bob", "ivy"])
BY_ANYBODY = st.sampled_from(["whose it is", "whose it is", "alice", "alice", "bob", "ivy"])
DAYS = st.sampled_from([0, 1, 1, 1, 2])
IN_THE_DAY = st.sampled_from(["10:00", "10:30", "11:00", "12:00", "13:00", "15:30"])
AT_ANY_TIME = st.sampled_from(["07:30", "08:00", "11:15", "12:20", "14:00", "19:30", "23:00"])
MINUTES = st.sampled_from([60, 60, 60, 30, 90, 120])
ANY_MINUTES = st.sampled_from([5, 15, 60, 100, 180, 300, 1500])
PARTIES = st.sampled_from([1, 1, 1, 2, 3, 5, 9, 13])
SENSIBLE: list[list[Wanted]] = [
    [("hall", 1, False)],
    [("north", 1, False)],
    [("nook", 1, False)],
    [("south", 1, False), ("bay", 1, False)],
    [("bay", 1, False), ("cameras", 1, False)],
    [("commons", 1, False)],
    [("commons", 1, False), ("kiln", 1, False)],
    [("commons", 1, True)],
    [("cameras", 2, False)],
    [("cameras", 1, False)],
    [("kiln", 1, False)],
    [("kiln", 1, False)],
    [("south", 1, False)],
]
CHOICES: list[list[Wanted]] = [
    [("north or south", 1, False)],
    [("nook or bay", 1, False), ("bay or nook or south", 1, False)],
    [("kiln or cameras", 1, False)],
    [("cameras or kiln", 2, False), ("commons", 1, False)],
    [("commons or south", 1, False)],
    [("south or bay", 1, False), ("south or nook", 1, False)],
    [("hall or commons", 1, False), ("north or south", 1, False)],
]
LEGS = st.sampled_from(SENSIBLE) | st.sampled_from(CHOICES)
ANY_LEGS: st.SearchStrategy[list[Wanted]] = st.lists(
    st.tuples(
        st.sampled_from([*THINGS, "hall or commons or vault", "kiln or north", "south or commons"]),
        st.sampled_from([1, 1, 1, 2, 4]),
        st.sampled_from([False, False, True]),
    ),
    min_size=1,
    max_size=3,
)
OTHERWISE = st.one_of(
    st.fixed_dictionaries({"minutes": MINUTES}),
    st.fixed_dictionaries({"wanted": LEGS}),
    st.fixed_dictionaries({"party": PARTIES}),
    st.fixed_dictionaries({"wanted": LEGS | ANY_LEGS, "party": PARTIES, "minutes": MINUTES}),
)
ASKED = st.sampled_from(["hold", "hold", "confirmed"])
LATER = st.sampled_from([0, 0, 0, 30, -30, 60, -60, -90])
PEOPLE = st.sampled_from(["", "bob", "guest"])
SAID = st.sampled_from([(name, value) for name, values in VALUES.items() for value in values])
TIMES, EVERY = st.sampled_from([2, 2, 3, 4]), st.sampled_from([1, 1, 2])
PLACES = st.lists(st.integers(0, 5), min_size=2, max_size=4, unique=True)
"""Of the bookings there are, counted from the last."""
OFFSETS = st.sampled_from([30, -30, 60, 60, -60, 1440, 15])
BY_STAFF = st.sampled_from(["alice", "alice", "alice", "alice", "bob"])
HARSH = st.sampled_from([("weekly", []), ("longest_minutes", 30), ("buffer_after_minutes", 180), ("use", "exclusive")])
"""What is likely to stand against what was asked for before."""
