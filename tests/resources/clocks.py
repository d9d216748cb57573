"""Nights on which clocks do something: what is free then, in UTC, worked out by hand from the published transitions."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from infra24.resources.policies import DAYS, Bookable, Closure, RuleRow, Rules

DAY = timedelta(days=1)


def every_day(*spans: tuple[str, str]) -> dict[str, list[tuple[str, str]]]:
    return {day: list(spans) for day in DAYS}


ALL_DAY = {"weekly": every_day(("00:00", "24:00"))}


@dataclass(frozen=True)
class Clock:
    """Rules and closures of a resource in a zone, and what is free, or which slots begin, around a day."""

    zone: str
    on: str
    rules: dict[str, Any]
    expected: str
    closures: tuple[Closure, ...] = ()
    now: datetime | None = None
    slot: timedelta | None = None
    before: int = 2
    after: int = 3
    rows: tuple[RuleRow, ...] = ()

    @property
    def window(self) -> tuple[datetime, datetime]:
        midnight = datetime.fromisoformat(self.on).replace(tzinfo=UTC)
        return midnight - self.before * DAY, midnight + self.after * DAY

    @property
    def resource(self) -> Bookable:
        row = RuleRow(uuid4(), "organisation", date(2000, 1, 1), Rules.model_validate(self.rules))
        return Bookable(uuid4(), "Room", self.zone, 1, None, (row, *self.rows), closures=self.closures)


def only(on: str, *spans: tuple[str, str], **rules: Any) -> dict[str, Any]:
    """Open on one date, closed on all others."""
    return {"weekly": {}, "exceptions": [{"on": on, "hours": list(spans)}], **rules}


def opened(zone: str, on: str, opens: str, closes: str, expected: str) -> Clock:
    return Clock(zone, on, only(on, (opens, closes)), expected)


def shut(zone: str, since: str, until: str, expected: str, **more: Any) -> Clock:
    """Open all day but for a closure; `expected` is what stays free of the day before, that day and the next."""
    wall_from, wall_until = datetime.fromisoformat(since), datetime.fromisoformat(until)
    on, window = more.pop("seen", since[:10]), {"before": more.pop("before", 1), "after": more.pop("after", 2)}
    return Clock(zone, on, ALL_DAY, expected, (Closure(uuid4(), "Works", wall_from, wall_until, **more),), **window)


def starts(zone: str, on: str, hours: tuple[str, str], grid_and_length: tuple[int, int], expected: str) -> Clock:
    grid, length = grid_and_length
    rules = only(on, hours, slot_minutes=grid, shortest_minutes=5)
    return Clock(zone, on, rules, expected, slot=timedelta(minutes=length))


NEW_YORK, LONDON, HOWE, AZORES = "America/New_York", "Europe/London", "Australia/Lord_Howe", "Atlantic/Azores"
TROLL, HAVANA, BEIRUT, SANTIAGO, APIA = (
    "Antarctica/Troll", "America/Havana", "Asia/Beirut", "America/Santiago", "Pacific/Apia",
)  # fmt: skip

HOURS = [
    # A common day, west and east of Greenwich; zones of 30 and 45 minutes.
    opened(NEW_YORK, "2026-01-14", "09:00", "17:00", "14T14:00/14T22:00"),
    opened("Asia/Tokyo", "2026-01-14", "09:00", "17:00", "14T00:00/14T08:00"),
    opened("Asia/Kolkata", "2026-01-14", "09:00", "17:00", "14T03:30/14T11:30"),
    opened("Asia/Kathmandu", "2026-01-14", "09:00", "17:00", "14T03:15/14T11:15"),
    opened("Asia/Kathmandu", "2026-01-14", "18:00", "26:00", "14T12:15/14T20:15"),
    # New York springs forward on 8 March 2026 at 02:00: hours that begin in the gap begin at its end.
    opened(NEW_YORK, "2026-03-08", "02:30", "05:00", "08T07:00/08T09:00"),
    opened(NEW_YORK, "2026-03-08", "01:00", "04:00", "08T06:00/08T08:00"),
    opened(NEW_YORK, "2026-03-08", "02:00", "03:00", ""),
    opened(NEW_YORK, "2026-03-08", "00:00", "24:00", "08T05:00/09T04:00"),
    opened(NEW_YORK, "2026-03-07", "18:00", "27:00", "07T23:00/08T07:00"),
    opened(NEW_YORK, "2026-03-07", "22:00", "26:30", "08T03:00/08T07:00"),
    opened(NEW_YORK, "2026-03-07", "22:00", "28:00", "08T03:00/08T08:00"),
    # New York falls back on 1 November 2026 at 02:00: a repeated hour is open twice.
    opened(NEW_YORK, "2026-11-01", "01:00", "02:00", "01T05:00/01T07:00"),
    opened(NEW_YORK, "2026-11-01", "01:15", "01:45", "01T05:15/01T05:45 01T06:15/01T06:45"),
    opened(NEW_YORK, "2026-11-01", "00:00", "01:30", "01T04:00/01T05:30 01T06:00/01T06:30"),
    opened(NEW_YORK, "2026-11-01", "00:00", "24:00", "01T04:00/02T05:00"),
    opened(NEW_YORK, "2026-10-31", "22:00", "26:00", "01T02:00/01T07:00"),
    opened(NEW_YORK, "2026-10-31", "22:00", "25:30", "01T02:00/01T05:30 01T06:00/01T06:30"),
    # Lisbon and London change at 01:00 UTC.
    opened(LONDON, "2026-03-29", "01:30", "03:00", "29T01:00/29T02:00"),
    opened(LONDON, "2026-10-24", "20:00", "25:00", "24T19:00/25T00:00"),
    opened("Europe/Lisbon", "2026-10-25", "01:00", "02:00", "25T00:00/25T02:00"),
    # Lord Howe moves by half an hour: on 5 April 2026 02:00 becomes 01:30, on 4 October 02:00 becomes 02:30.
    opened(HOWE, "2026-04-05", "01:30", "02:00", "04T14:30/04T15:30"),
    opened(HOWE, "2026-04-04", "22:00", "25:45", "04T11:00/04T14:45 04T15:00/04T15:15"),
    opened(HOWE, "2026-10-04", "02:00", "03:00", "03T15:30/03T16:00"),
    # Chatham, at 12:45 and 13:45 from Greenwich, goes from 03:45 back to 02:45.
    opened("Pacific/Chatham", "2026-04-05", "02:45", "03:45", "04T13:00/04T15:00"),
    # Troll moves by two hours.
    opened(TROLL, "2026-03-29", "01:30", "04:00", "29T01:00/29T02:00"),
    opened(TROLL, "2026-10-25", "01:00", "03:00", "24T23:00/25T03:00"),
    # Apia had no 30 December 2011. What that day's hours would have opened after its midnight, they do.
    opened(APIA, "2011-12-29", "00:00", "24:00", "29T10:00/30T10:00"),
    opened(APIA, "2011-12-29", "20:00", "26:00", "30T06:00/30T10:00"),
    opened(APIA, "2011-12-30", "00:00", "24:00", ""),
    opened(APIA, "2011-12-30", "20:00", "26:00", "30T10:00/30T12:00"),
    opened(APIA, "2011-12-31", "00:00", "24:00", "30T10:00/31T10:00"),
    # Where clocks change at midnight: the day begins at 01:00, or its first or last hour comes twice.
    opened(SANTIAGO, "2026-09-06", "00:00", "02:00", "06T04:00/06T05:00"),
    opened(SANTIAGO, "2026-09-05", "22:00", "26:00", "06T02:00/06T05:00"),
    opened(SANTIAGO, "2026-04-04", "23:00", "24:00", "05T02:00/05T04:00"),
    opened(BEIRUT, "2026-03-29", "00:00", "02:00", "28T22:00/28T23:00"),
    opened(BEIRUT, "2026-03-28", "20:00", "25:00", "28T18:00/28T22:00"),
    opened(BEIRUT, "2026-10-24", "22:00", "24:00", "24T19:00/24T22:00"),
    opened("Africa/Cairo", "2026-04-24", "00:00", "01:00", ""),
    opened(HAVANA, "2026-03-08", "00:30", "01:30", "08T05:00/08T05:30"),
    opened(HAVANA, "2026-11-01", "00:00", "01:00", "01T04:00/01T06:00"),
    opened(AZORES, "2026-03-29", "00:00", "02:00", "29T01:00/29T02:00"),
    opened(AZORES, "2026-10-25", "00:30", "01:00", "25T00:30/25T01:00 25T01:30/25T02:00"),
    opened(AZORES, "2026-10-24", "22:00", "24:30", "24T22:00/25T00:30 25T01:00/25T01:30"),
    # Nuuk loses the last hour of a Saturday.
    opened("America/Nuuk", "2026-03-28", "22:00", "24:00", "29T00:00/29T01:00"),
]

CLOSURES = [
    # In a gap a closure begins at its end, and one within it is none.
    shut(NEW_YORK, "2026-03-08T02:30", "2026-03-08T03:30", "07T00:00/08T07:00 08T07:30/10T00:00"),
    shut(NEW_YORK, "2026-03-08T02:10", "2026-03-08T02:50", "07T00:00/10T00:00"),
    shut(NEW_YORK, "2026-03-08T01:00", "2026-03-08T02:30", "07T00:00/08T06:00 08T07:00/10T00:00"),
    # Over a repeated hour it is one stretch, from the first time to the last.
    shut(NEW_YORK, "2026-11-01T01:30", "2026-11-01T01:45", "31T00:00/01T05:30 01T06:45/03T00:00"),
    shut(NEW_YORK, "2026-11-01T00:00", "2026-11-01T01:00", "31T00:00/01T04:00 01T05:00/03T00:00"),
    shut(NEW_YORK, "2026-10-31T20:00", "2026-11-01T10:00", "30T00:00/01T00:00 01T15:00/02T00:00"),
    # A day that begins at 01:00, one whose first hour comes twice, and one that never came.
    shut(BEIRUT, "2026-03-29T00:00", "2026-03-30T00:00", "28T00:00/28T22:00 29T21:00/31T00:00"),
    shut(HAVANA, "2026-10-31T00:00", "2026-11-01T00:00", "30T00:00/31T04:00 01T04:00/02T00:00"),
    shut(HAVANA, "2026-11-01T00:00", "2026-11-02T00:00", "31T00:00/01T04:00 02T05:00/03T00:00"),
    shut(APIA, "2011-12-30T00:00", "2011-12-31T00:00", "29T00:00/01T00:00"),
    shut(APIA, "2011-12-29T00:00", "2011-12-31T12:00", "28T00:00/29T10:00 30T22:00/31T00:00"),
    # The same closure of a house, in the zone of each resource.
    shut("Asia/Tokyo", "2026-12-24T12:00", "2026-12-25T00:00", "23T00:00/24T03:00 24T15:00/26T00:00"),
    shut("America/Los_Angeles", "2026-12-24T12:00", "2026-12-25T00:00", "23T00:00/24T20:00 25T08:00/26T00:00"),
    # Every year; 29 February is 1 March where there is none.
    shut("UTC", "2024-02-29T00:00", "2024-03-01T00:00", "28T00:00/01T00:00 02T00:00/03T00:00",
         is_yearly=True, seen="2026-03-01"),
    shut("UTC", "2024-02-29T00:00", "2024-03-01T00:00", "28T00:00/29T00:00 01T00:00/02T00:00",
         is_yearly=True, seen="2028-02-29"),
    shut("UTC", "2023-12-24T18:00", "2024-01-02T08:00", "02T08:00/03T00:00",
         is_yearly=True, seen="2027-01-01"),
    shut("UTC", "2023-12-24T18:00", "2024-01-02T08:00", "24T00:00/24T18:00",
         is_yearly=True, seen="2026-12-25"),
    shut("UTC", "2026-12-24T18:00", "2027-01-02T08:00", "31T00:00/02T00:00",
         is_yearly=True, seen="2026-01-01", after=1),
    shut("UTC", "2026-05-04T06:00", "2026-05-04T18:00", "03T00:00/04T06:00 04T09:00/06T00:00",
         lifted_at=datetime(2026, 5, 4, 9, tzinfo=UTC)),
]  # fmt: skip

WINTER = {"name": "winter", "from": "11-15", "until": "02-15", "weekly": every_day(("10:00", "12:00"))}
SUMMER_WEEK, NIGHTLY = every_day(("09:00", "17:00")), every_day(("20:00", "26:00"))


def narrower(**rules: Any) -> tuple[RuleRow, ...]:
    return (RuleRow(uuid4(), "resource", date(2000, 1, 1), Rules.model_validate(rules)),)


SEASONS = [
    Clock("UTC", "2026-12-31", {"weekly": SUMMER_WEEK, "seasons": [WINTER]},
          "31T10:00/31T12:00 01T10:00/01T12:00", before=0, after=2),
    Clock("UTC", "2026-11-15", {"weekly": SUMMER_WEEK, "seasons": [WINTER]},
          "14T09:00/14T17:00 15T10:00/15T12:00", before=1, after=1),
    Clock("UTC", "2026-02-16", {"weekly": SUMMER_WEEK, "seasons": [WINTER]},
          "15T10:00/15T12:00 16T09:00/16T17:00", before=1, after=1),
    # A night begun in the last hours of a season goes on; it belongs to the day it began on.
    Clock("UTC", "2026-11-14", {"weekly": NIGHTLY, "seasons": [WINTER]},
          "14T00:00/14T02:00 14T20:00/15T02:00 15T10:00/15T12:00", before=0, after=2),
    # A season of a wider scope gives way to a week of a narrower one, an exception to none.
    Clock("UTC", "2026-12-31", {"seasons": [WINTER], "exceptions": [{"on": "2027-01-01", "hours": []}]},
          "31T09:00/31T17:00", before=0, after=2, rows=narrower(weekly=SUMMER_WEEK)),
    Clock("UTC", "2026-12-31", {"exceptions": [{"on": "2026-12-30", "until": "2027-01-02", "hours": []}]},
          "31T08:00/31T09:00", before=0, after=2,
          rows=narrower(exceptions=[{"on": "2026-12-31", "hours": [("08:00", "09:00")]}])),
    # Exceptions on nights with a change: closed for the day, though the night before goes on; and open in the gap.
    Clock(NEW_YORK, "2026-11-01", {"weekly": NIGHTLY, "exceptions": [{"on": "2026-11-01", "hours": []}]},
          "01T00:00/01T07:00", before=0, after=2),
    Clock(NEW_YORK, "2026-03-08", {"weekly": {}, "exceptions": [{"on": "2026-03-08", "hours": [("02:30", "03:15")]}]},
          "08T07:00/08T07:15", before=0, after=2),
    # New hours from the day of the change on.
    Clock(NEW_YORK, "2026-11-01", {"weekly": NIGHTLY}, "01T00:00/01T07:00 01T14:00/01T22:00", before=0, after=1,
          rows=(RuleRow(uuid4(), "resource", date(2026, 11, 1), Rules.model_validate({"weekly": SUMMER_WEEK})),)),
]  # fmt: skip

GRIDS = [
    # Across a gap the count of wall minutes goes on; in a repeated hour each start comes twice.
    starts(NEW_YORK, "2026-03-08", ("00:30", "04:30"), (60, 60), "08T05:30 08T06:30 08T07:30"),
    starts(NEW_YORK, "2026-03-08", ("00:00", "05:00"), (120, 60), "08T05:00 08T08:00"),
    starts(NEW_YORK, "2026-11-01", ("00:30", "03:00"), (60, 60), "01T04:30 01T05:30 01T06:30"),
    starts(NEW_YORK, "2026-10-31", ("23:20", "26:00"), (60, 40), "01T03:20 01T04:20 01T05:20 01T06:20"),
    starts(HOWE, "2026-04-05", ("00:45", "02:45"), (30, 30), "04T13:45 04T14:15 04T14:45 04T15:15 04T15:45"),
    starts(HOWE, "2026-10-04", ("01:00", "03:30"), (60, 30), "03T14:30 03T16:00"),
    starts(HOWE, "2026-10-04", ("01:15", "03:30"), (60, 60), "03T14:45"),
    starts(
        "Pacific/Chatham", "2026-04-05", ("02:00", "04:00"), (30, 60), "04T12:15 04T12:45 04T13:15 04T13:45 04T14:15"
    ),
    starts(AZORES, "2026-10-24", ("23:30", "25:00"), (30, 30), "24T23:30 25T00:00 25T00:30 25T01:00 25T01:30"),
    starts(SANTIAGO, "2026-09-05", ("23:00", "27:00"), (60, 60), "06T03:00 06T04:00 06T05:00"),
    starts(APIA, "2011-12-29", ("22:00", "26:00"), (60, 60), "30T08:00 30T09:00"),
]

AHEAD = [
    # The horizon counts local days: in Kiritimati it is the 11th already, in Pago Pago still the 9th.
    Clock("Pacific/Kiritimati", "2026-06-10", {**ALL_DAY, "horizon_days": 0}, "10T10:30/11T10:00",
          now=datetime(2026, 6, 10, 10, 30, tzinfo=UTC)),
    Clock("Pacific/Pago_Pago", "2026-06-10", {**ALL_DAY, "horizon_days": 1}, "10T10:30/11T11:00",
          now=datetime(2026, 6, 10, 10, 30, tzinfo=UTC)),
    Clock(SANTIAGO, "2026-09-05", {**ALL_DAY, "horizon_days": 0}, "05T12:00/06T04:00",
          now=datetime(2026, 9, 5, 12, tzinfo=UTC)),
    Clock(SANTIAGO, "2026-04-04", {**ALL_DAY, "horizon_days": 0}, "04T12:00/05T04:00",
          now=datetime(2026, 4, 4, 12, tzinfo=UTC)),
    Clock(HAVANA, "2026-10-31", {**ALL_DAY, "horizon_days": 1}, "31T12:00/02T05:00",
          now=datetime(2026, 10, 31, 12, tzinfo=UTC)),
    # Notice is elapsed time: six hours after 22:00 it is 05:00 on the night with the gap.
    Clock(NEW_YORK, "2026-03-08", {**ALL_DAY, "notice_minutes": 360, "horizon_days": 1}, "08T09:00/09T04:00",
          now=datetime(2026, 3, 8, 3, tzinfo=UTC)),
]  # fmt: skip

ALL = [*HOURS, *CLOSURES, *SEASONS, *GRIDS, *AHEAD]
