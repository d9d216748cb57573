"""Random rules, closures, claims and wishes, mostly in weeks in which clocks change. All on five minutes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from hypothesis import strategies as st

from infra24.orgs.policies import Role
from infra24.resources.policies import DAYS, Asker, Bookable, Claim, Closure, Need, RuleRow, Rules, Size, Use
from tests.resources.model import Model

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SOME_IDS = [uuid5(UUID(int=0), str(number)) for number in range(40)]
KIND_OF_ROOM, OTHER_KIND = "space", "equipment"

# A zone, and the day before something happens to its clocks.
NIGHTS = [
    ("UTC", date(2026, 6, 10)),
    ("America/New_York", date(2026, 3, 7)),
    ("America/New_York", date(2026, 10, 31)),
    ("Europe/London", date(2026, 3, 28)),
    ("Europe/Lisbon", date(2026, 10, 24)),
    ("Atlantic/Azores", date(2026, 3, 28)),
    ("Atlantic/Azores", date(2026, 10, 24)),
    ("America/Havana", date(2026, 3, 7)),
    ("America/Havana", date(2026, 10, 31)),
    ("America/Santiago", date(2026, 4, 4)),
    ("America/Santiago", date(2026, 9, 5)),
    ("America/Nuuk", date(2026, 3, 27)),
    ("America/Nuuk", date(2026, 10, 24)),
    ("Asia/Beirut", date(2026, 3, 28)),
    ("Asia/Beirut", date(2026, 10, 24)),
    ("Africa/Cairo", date(2026, 10, 29)),
    ("Asia/Kathmandu", date(2026, 12, 31)),
    ("Australia/Lord_Howe", date(2026, 4, 4)),
    ("Australia/Lord_Howe", date(2026, 10, 3)),
    ("Pacific/Chatham", date(2026, 4, 4)),
    ("Pacific/Apia", date(2011, 12, 29)),
    ("Antarctica/Troll", date(2026, 3, 28)),
    ("Antarctica/Troll", date(2026, 10, 24)),
]

Spans = list[tuple[str, str]]
# Weeks are of one of these, so that no day runs into the next.
EARLY_DAYS: list[Spans] = [[], [("00:00", "24:00")], [("09:00", "17:00")], [("00:00", "02:30"), ("09:20", "24:00")]]
LATE_DAYS: list[Spans] = [
    [],
    [("18:00", "26:00")],
    [("09:00", "12:00"), ("12:00", "25:30")],
    [("22:30", "30:00")],
    [("06:00", "23:55")],
]
SINGLE_DAYS = [
    *EARLY_DAYS,
    *LATE_DAYS,
    [("02:05", "02:10")],
    [("00:30", "03:30")],
    [("01:00", "24:45")],
    [("20:00", "40:00")],
]


def _week(spans: list[Spans], but: str | None) -> dict[str, Spans]:
    return {day: spans[place % 2] for place, day in enumerate(DAYS) if day != but}


WEEKS = st.sampled_from([EARLY_DAYS, LATE_DAYS]).flatmap(
    lambda days: st.builds(
        _week,
        st.lists(st.sampled_from(days), min_size=2, max_size=2),
        st.sampled_from([None, "sat", "sun"]),
    )
)


@dataclass(frozen=True)
class Case:
    """A resource with all that bears on it, a window, and a second pair of eyes."""

    resource: Bookable
    claims: list[Claim]
    size: Size
    asker: Asker
    now: datetime
    since: datetime
    until: datetime
    length: timedelta

    @property
    def bound(self) -> datetime | None:
        return None if self.asker.is_staff else self.now

    @property
    def model(self) -> Model:
        return Model(self.resource, self.claims, self.size, self.asker, self.now, self.since, self.until)


def minutes(first: int, last: int) -> st.SearchStrategy[timedelta]:
    return st.integers(first // 5, last // 5).map(lambda fives: fives * 5 * MINUTE)


@st.composite
def documents(draw: st.DrawFn, day: date) -> dict[str, Any]:
    """A valid document that speaks of the days around `day`."""
    optional: dict[str, st.SearchStrategy[Any]] = {
        "weekly": WEEKS,
        "seasons": seasons(day),
        "exceptions": st.lists(
            st.tuples(st.integers(-1, 3), st.sampled_from(SINGLE_DAYS)), max_size=2, unique_by=lambda one: one[0]
        ).map(lambda days: [{"on": (day + after * DAY).isoformat(), "hours": hours} for after, hours in days]),
        "slot_minutes": st.sampled_from([5, 10, 15, 20, 25, 30, 45, 60, 90]),
        "shortest_minutes": st.sampled_from([5, 15, 30, 60]),
        "longest_minutes": st.sampled_from([60, 120, 600, 2880]),
        "buffer_before_minutes": st.sampled_from([0, 5, 15, 60]),
        "buffer_after_minutes": st.sampled_from([0, 10, 45, 300]),
        "notice_minutes": st.sampled_from([0, 60, 600, 1440]),
        "horizon_days": st.sampled_from([0, 1, 2, 30]),
        "use": st.sampled_from(["exclusive", "shared"]),
        "quotas": st.lists(st.sampled_from(QUOTAS), max_size=2),
    }
    return draw(st.fixed_dictionaries({}, optional=optional))


QUOTAS = [
    {"per": "day", "count": 1},
    {"per": "day", "hours": 1.5},
    {"per": "week", "count": 2},
    {"per": "week", "hours": 4},
    {"per": "month", "count": 3},
    {"per": "month", "hours": 6},
]


def seasons(day: date) -> st.SearchStrategy[list[dict[str, Any]]]:
    """None, one that begins or ends about that day, or the whole rest of the year after it as a second one."""

    def of(pick: tuple[int, int, list[Any]]) -> list[dict[str, Any]]:
        number, turn, weeks = pick
        first, last = day - 40 * DAY, day + turn * DAY
        spans = [(first, last), (last + DAY, first - DAY)][:number]
        return [
            {"name": str(place), "from": f"{begins:%m-%d}", "until": f"{ends:%m-%d}", "weekly": week}
            for place, ((begins, ends), week) in enumerate(zip(spans, weeks, strict=False))
        ]

    return st.tuples(st.integers(0, 2), st.integers(-1, 2), st.lists(WEEKS, min_size=2, max_size=2)).map(of)


@st.composite
def cases(draw: st.DrawFn, nights: Sequence[tuple[str, date]] = NIGHTS) -> Case:
    zone, day = draw(st.sampled_from(nights))
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    since = midnight + draw(minutes(-720, 720))
    until = since + draw(st.sampled_from([1, 2, 3])) * DAY + draw(minutes(0, 120))
    valid_from = st.sampled_from([date(2000, 1, 1), day, day + DAY, day + 2 * DAY])
    rows = draw(
        st.lists(
            st.tuples(st.sampled_from(["organisation", "kind", "resource"]), valid_from, documents(day)), max_size=3
        )
    )
    needs = draw(st.lists(st.sampled_from([Need(one, "Induction") for one in SOME_IDS[:2]]), max_size=1))
    resource = Bookable(
        SOME_IDS[9],
        "Room",
        zone,
        units=draw(st.sampled_from([1, 1, 3])),
        capacity=draw(st.sampled_from([None, 4])),
        rows=tuple(
            RuleRow(SOME_IDS[place], scope, begins, Rules.model_validate(document))
            for place, (scope, begins, document) in enumerate(rows)
        ),
        kind=KIND_OF_ROOM,
        closures=tuple(draw(st.lists(closures(day), max_size=2))),
        needs=tuple(needs),
        bookable_by=draw(st.sampled_from(["member"] * 6 + ["instructor", "staff", "nobody"])),
        home_zone=draw(st.sampled_from([zone, zone, "UTC", "Asia/Kathmandu"])),
    )
    asker = Asker(
        draw(st.sampled_from([Role.MEMBER, Role.MEMBER, Role.INSTRUCTOR, Role.STAFF])),
        draw(st.dictionaries(st.sampled_from(SOME_IDS[:2]), st.sampled_from([None, day, day + DAY]), max_size=2)),
        tuple(draw(st.lists(uses(since, until), max_size=3))),
    )
    return Case(
        resource,
        draw(st.lists(claims(since, until), max_size=6)),
        draw(
            st.builds(
                Size,
                st.sampled_from([1, 1, 2, 4]),
                st.sampled_from([1, 1, 3, 5]),
                st.sampled_from([False] * 3 + [True]),
            )
        ),
        asker,
        now=since + draw(minutes(-2880, 1440)),
        since=since,
        until=until,
        length=draw(st.sampled_from([15, 30, 60, 75, 240])) * MINUTE,
    )


@st.composite
def claims(draw: st.DrawFn, since: datetime, until: datetime) -> Claim:
    begins = draw(moments(since - 6 * HOUR, until + 6 * HOUR))
    return Claim(
        begins,
        begins + draw(st.sampled_from([5, 30, 60, 95, 600])) * MINUTE,
        units=draw(st.integers(1, 2)),
        people=draw(st.integers(1, 3)),
        is_shared=draw(st.booleans()),
    )


@st.composite
def closures(draw: st.DrawFn, day: date) -> Closure:
    wall = datetime.combine(day, time()) + draw(minutes(-720, 3600))
    is_yearly = draw(st.booleans())
    length = draw(st.sampled_from([5, 30, 60, 180, 1440])) * MINUTE
    lifted_at = draw(st.one_of(st.none(), moments(wall.replace(tzinfo=UTC), wall.replace(tzinfo=UTC) + DAY)))
    if is_yearly:
        wall = wall.replace(year=wall.year - 2)
    return Closure(draw(st.sampled_from(SOME_IDS)), "Painting", wall, wall + length, is_yearly, lifted_at)


@st.composite
def uses(draw: st.DrawFn, since: datetime, until: datetime) -> Use:
    begins = draw(moments(since - 2 * DAY, until + 2 * DAY))
    return Use(
        begins,
        begins + draw(st.sampled_from([30, 60, 180])) * MINUTE,
        kinds=frozenset({draw(st.sampled_from([KIND_OF_ROOM, OTHER_KIND]))}),
        resources=frozenset({draw(st.sampled_from(SOME_IDS[9:11]))}),
    )


def moments(since: datetime, until: datetime) -> st.SearchStrategy[datetime]:
    return st.integers(0, int((until - since) / (5 * MINUTE))).map(lambda fives: since + fives * 5 * MINUTE)
