"""Availability read off the clock on the wall, five minutes by five minutes: slow, plain, and ignorant of the engine.

It takes rules as they are written, asks zoneinfo what a clock shows, and looks
at every moment by itself. No intervals are merged, cut or shifted here, and of
the engine only the classes of its data are used. Everything it is told must
lie on five minutes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from infra24.orgs.policies import Role
from infra24.resources.policies import Asker, Bookable, Claim, Closure, Size, Use

STEP = timedelta(minutes=5)
DAY = timedelta(days=1)
MEMORY = timedelta(hours=6)
"""No clock goes back further."""
LATELY, A_FEW_DAYS = 4_000, 200
"""Moments and days remembered: some more than one model asks for."""
BY_DEFAULT: dict[str, Any] = {
    "slot_minutes": 15,
    "shortest_minutes": 15,
    "longest_minutes": 31 * 1440,
    "buffer_before_minutes": 0,
    "buffer_after_minutes": 0,
    "notice_minutes": 0,
    "horizon_days": 730,
    "use": "exclusive",
    "quotas": [],
}
SCOPES = ("organisation", "kind", "resource")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
RANKS = ("member", "instructor", "staff", "manager", "admin")
Spans = list[tuple[int, int]]


def steps(since: datetime, until: datetime) -> Iterator[datetime]:
    while since < until:
        yield since
        since += STEP


@dataclass(frozen=True, eq=False)
class Model:
    """One resource and one wish, looked at between two instants."""

    resource: Bookable
    claims: list[Claim]
    size: Size
    asker: Asker
    now: datetime
    since: datetime
    until: datetime

    # --- What is said of a day ----------------------------------------------------

    @cached_property
    def _documents(self) -> list[tuple[str, date, dict[str, Any]]]:
        return [(row.scope, row.valid_from, row.rules.model_dump(by_alias=True)) for row in self.resource.rows]

    @lru_cache(maxsize=A_FEW_DAYS)  # noqa: B019 - bounded
    def said(self, on: date) -> list[tuple[str, dict[str, Any]]]:
        """The documents that hold on a day, the widest scope first."""
        held = []
        for scope in SCOPES:
            begun = [(begins, document) for said_by, begins, document in self._documents if said_by == scope]
            begun = [(begins, document) for begins, document in begun if begins <= on]
            if begun:
                newest = max(begins for begins, _ in begun)
                held.append((scope, [document for begins, document in begun if begins == newest][-1]))
        return held

    @lru_cache(maxsize=A_FEW_DAYS)  # noqa: B019
    def value(self, name: str, on: date) -> Any:
        values = [document[name] for _, document in self.said(on) if document[name] is not None]
        return values[-1] if values else BY_DEFAULT[name]

    def length(self, name: str, on: date) -> timedelta:
        return timedelta(minutes=self.value(name, on))

    @lru_cache(maxsize=A_FEW_DAYS)  # noqa: B019
    def hours(self, on: date) -> Spans:
        """Opening hours of a day, in minutes since its midnight."""
        narrowest_first = [document for _, document in reversed(self.said(on))]
        for document in narrowest_first:
            for exception in document["exceptions"] or ():
                if exception["on"] <= on <= (exception["until"] or exception["on"]):
                    return minutes(exception["hours"])
        for document in narrowest_first:
            for season in document["seasons"] or ():
                if in_season(season, on):
                    return minutes(season["weekly"].get(WEEKDAYS[on.weekday()], []))
            if document["weekly"] is not None:
                return minutes(document["weekly"].get(WEEKDAYS[on.weekday()], []))
        return [(0, 1440)]

    # --- What a moment is -----------------------------------------------------------

    @lru_cache(maxsize=LATELY)  # noqa: B019
    def shown(self, at: datetime) -> datetime:
        """What a clock on the wall of the resource shows."""
        return at.astimezone(ZoneInfo(self.resource.zone)).replace(tzinfo=None)

    def day(self, at: datetime) -> date:
        return self.shown(at).date()

    @lru_cache(maxsize=LATELY)  # noqa: B019
    def since_opening(self, at: datetime) -> list[int]:
        """Minutes of wall time since each span of hours began that is going on."""
        wall = self.shown(at)
        today = wall.hour * 60 + wall.minute
        found = [today - opens for opens, closes in self.hours(wall.date()) if opens <= today < closes]
        late = today + 1440
        return found + [late - opens for opens, closes in self.hours(wall.date() - DAY) if opens <= late < closes]

    @cached_property
    def _latest_shown(self) -> dict[datetime, datetime]:
        """By moment the latest wall time shown until then."""
        shown, latest = {}, self.shown(self.since - MEMORY)
        for at in steps(self.since - MEMORY, self.until + MEMORY):
            latest = max(latest, self.shown(at))
            shown[at] = latest
        return shown

    @cached_property
    def _earliest_to_come(self) -> dict[datetime, datetime]:
        """By moment the earliest wall time shown from then on."""
        shown, earliest = {}, self.shown(self.until + MEMORY)
        for at in reversed(list(steps(self.since - MEMORY, self.until + MEMORY))):
            earliest = min(earliest, self.shown(at))
            shown[at] = earliest
        return shown

    @lru_cache(maxsize=LATELY)  # noqa: B019
    def is_shut(self, at: datetime) -> bool:
        """Whether a closure is going on: its start has been shown, and something before its end is still to come."""
        return any(
            self._latest_shown[at] >= begins and self._earliest_to_come[at] < ends and (lifted is None or at < lifted)
            for begins, ends, lifted in self._closures
        )

    @cached_property
    def _closures(self) -> list[tuple[datetime, datetime, datetime | None]]:
        """From and until on the wall, each year by itself."""
        return [
            (begins, ends, closure.lifted_at)
            for closure in self.resource.closures
            for begins, ends in self._occurrences(closure)
        ]

    def _occurrences(self, closure: Closure) -> Iterator[tuple[datetime, datetime]]:
        begins, ends = closure.wall_from, closure.wall_until
        if not closure.is_yearly:
            yield begins, ends
            return
        for year in range(begins.year, self.until.year + 2):
            there_is_none = (begins.month, begins.day) == (2, 29) and year % 4 != 0
            again = begins.replace(year=year, month=3, day=1) if there_is_none else begins.replace(year=year)
            yield again, again + (ends - begins)

    @lru_cache(maxsize=LATELY)  # noqa: B019
    def crowd(self, at: datetime) -> tuple[bool, bool, int, int]:
        """Whether it is claimed at all, whether by somebody for themselves alone, and units and people that share it."""
        there = [claim for claim in self.claims if claim.blocks_from <= at < claim.blocks_until]
        sharing = [claim for claim in there if claim.is_shared]
        units, people = sum(claim.units for claim in sharing), sum(claim.people for claim in sharing)
        return bool(there), len(sharing) < len(there), units, people

    # --- What stands against a window -------------------------------------------------

    def codes(self, since: datetime, until: datetime) -> set[str]:
        """The codes of all reasons against booking exactly this window."""
        return {
            *self.access_codes(since),
            *self.time_codes(since, until),
            *(() if self.is_staff else self.quota_codes(since, until)),
        }

    def time_codes(self, since: datetime, until: datetime) -> Iterator[str]:
        """Those of hours, closures, grid, lengths, notice, horizon and claims; any may come more than once."""
        on = self.day(since)
        begun = self.since_opening(since)
        if begun and all(minute % self.value("slot_minutes", on) for minute in begun):
            yield "off_grid"
        if until - since < self.length("shortest_minutes", on):
            yield "too_short"
        if until - since > self.length("longest_minutes", on):
            yield "too_long"
        yield from self.moment_codes(since, until)

    def moment_codes(self, since: datetime, until: datetime) -> Iterator[str]:
        """Those that do not ask how long a booking is, nor where it lies on the grid."""
        on = self.day(since)
        if any(not self.since_opening(at) for at in steps(since, until)):
            yield "closed"
        if any(self.is_shut(at) for at in steps(since, until)):
            yield "closure"
        if not self.is_staff:
            if since < self.now + self.length("notice_minutes", on):
                yield "too_soon"
            if on > self.day(self.now) + self.value("horizon_days", on) * DAY:
                yield "too_far"
        yield from self._claim_codes(since, until)

    def _claim_codes(self, since: datetime, until: datetime) -> Iterator[str]:
        on, room, wanted = self.day(since), self.resource, self.size
        is_shared = not wanted.is_exclusive and (room.units > 1 or self.value("use", on) == "shared")
        if room.capacity is not None and wanted.people > room.capacity:
            yield "over_capacity"
        if wanted.units > room.units:
            yield "units_taken"
        begins = since - self.length("buffer_before_minutes", on)
        ends = until + self.length("buffer_after_minutes", on)
        for at in steps(begins, ends):
            claimed, alone, units, people = self.crowd(at)
            if alone or (claimed and not is_shared):
                yield "slot_taken"
            if is_shared and room.units > 1 and units + wanted.units > room.units:
                yield "units_taken"
            if is_shared and room.capacity is not None and people + wanted.people > room.capacity:
                yield "over_capacity"

    # --- Who asks ------------------------------------------------------------------------

    @property
    def is_staff(self) -> bool:
        return self.asker.role in (Role.STAFF, Role.MANAGER, Role.ADMIN)

    def access_codes(self, at: datetime) -> Iterator[str]:
        if self.resource.bookable_by == "nobody":
            yield "not_bookable"
            return
        if RANKS.index(self.asker.role.value) < RANKS.index(self.resource.bookable_by):
            yield "not_allowed"
        for need in self.resource.needs:
            lasts = self.asker.holds.get(need.qualification_id, date.min)
            if not self.is_staff and lasts is not None and lasts < self.day(at):
                yield "qualification_needed"

    def quota_codes(self, since: datetime, until: datetime) -> Iterator[str]:
        quotas, scope = [], ""
        for said_by, document in self.said(self.day(since)):
            if document["quotas"] is not None:
                quotas, scope = document["quotas"], said_by
        uses = [use for use in self.asker.uses if self._counts(use, scope)]
        for quota in quotas:
            if quota["count"] is not None:
                now_in = self.period(quota["per"], since)
                if sum(self.period(quota["per"], use.starts_at) == now_in for use in uses) + 1 > quota["count"]:
                    yield "quota_used"
                continue
            used: dict[object, timedelta] = {}
            wanted_in = {self.period(quota["per"], at) for at in steps(since, until)}
            for begins, ends in [(since, until), *((use.starts_at, use.ends_at) for use in uses)]:
                for at in steps(begins, ends):
                    key = self.period(quota["per"], at)
                    used[key] = used.get(key, timedelta()) + STEP
            if any(used[key] > timedelta(hours=quota["hours"]) for key in wanted_in):
                yield "quota_used"

    def _counts(self, use: Use, scope: str) -> bool:
        return (
            scope == "organisation"
            or (scope == "kind" and self.resource.kind in use.kinds)
            or (scope == "resource" and self.resource.id in use.resources)
        )

    @lru_cache(maxsize=LATELY)  # noqa: B019
    def period(self, per: str, at: datetime) -> object:
        """The day, week or month of the organisation that a moment lies in."""
        on = at.astimezone(ZoneInfo(self.resource.home_zone)).date()
        return {"day": on, "week": on.isocalendar()[:2], "month": (on.year, on.month)}[per]


def minutes(spans: list[tuple[str, str]]) -> Spans:
    return [(clock(opens), clock(closes)) for opens, closes in spans]


def clock(wall: str) -> int:
    hours, _, rest = wall.partition(":")
    return int(hours) * 60 + int(rest)


def in_season(season: dict[str, Any], on: date) -> bool:
    """Whether one meets the day when walking from the season's first day to its last, over the new year if need be."""
    first, last = ((int(day[:2]), int(day[3:])) for day in (season["from"], season["until"]))
    today = (on.month, on.day)
    for _ in range(366):
        if today in (first, last):
            return True
        on -= DAY
        today = (on.month, on.day)
        if today == last:
            return False
        if today == first:
            return True
    return False
