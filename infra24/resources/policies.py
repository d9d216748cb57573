"""When something can be had: the pure engine. No Django, no clock, no database.

Two entry points: `free` answers fast and without reasons, for feeds and
search; `explain` gives every reason against one window of one resource.

Readings on which products differ, fixed here: a minute is open by its wall
time (hours that begin in a clock gap begin at its end; a repeated hour is open
twice); buffers add up and may lie in closed time; the slot grid counts
wall-clock minutes from the start of each opening span; the horizon includes
the whole local day N; notice counts elapsed time; lengths are elapsed minutes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any, Literal, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from infra24.core.errors import Reason

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Span = tuple[datetime, datetime]
"""Two UTC instants, half-open."""

HouseMinute = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]
"""A wall time as HH:MM; 24:00 is the end of the day."""


class Rules(BaseModel):
    """What one scope says, version 1 of the schema. What it leaves out is inherited."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = Field(default=1, alias="schema")
    weekly: dict[Day, list[tuple[HouseMinute, HouseMinute]]] | None = None
    slot_minutes: int | None = Field(default=None, ge=5, le=1440)
    shortest_minutes: int | None = Field(default=None, ge=5, le=44640)
    longest_minutes: int | None = Field(default=None, ge=5, le=44640)
    buffer_before_minutes: int | None = Field(default=None, ge=0, le=1440)
    buffer_after_minutes: int | None = Field(default=None, ge=0, le=1440)
    notice_minutes: int | None = Field(default=None, ge=0, le=527040)
    horizon_days: int | None = Field(default=None, ge=0, le=1830)
    approval: Literal["never", "always"] | None = None
    pending_blocks: bool | None = None
    use: Literal["exclusive", "shared"] | None = None

    @field_validator("weekly")
    @classmethod
    def _in_order(cls, weekly: dict[Day, list[tuple[str, str]]] | None) -> dict[Day, list[tuple[str, str]]] | None:
        for day, spans in (weekly or {}).items():
            latest = -1
            for opens, closes in spans:
                if minute_of(closes) <= minute_of(opens):
                    raise ValueError(f"{day}: {opens}-{closes} ends before it starts; hours past midnight are two spans")
                if minute_of(opens) < latest:
                    raise ValueError(f"{day}: {opens}-{closes} overlaps the span before it; list spans in order")
                latest = minute_of(closes)
        return weekly

    @model_validator(mode="after")
    def _lengths_in_order(self) -> Self:
        if self.shortest_minutes and self.longest_minutes and self.shortest_minutes > self.longest_minutes:
            raise ValueError("shortest_minutes is more than longest_minutes; swap them")
        return self


def minute_of(wall: str) -> int:
    """Minutes since midnight of HH:MM."""
    return int(wall[:2]) * 60 + int(wall[3:])


@dataclass(frozen=True)
class Provenance:
    """Where an effective value comes from: the scope that said it, and its row."""

    scope: Literal["default", "organisation", "kind", "resource"]
    rule_id: str | None = None


@dataclass(frozen=True)
class Effective:
    """Rules with every value filled in, and who said so."""

    weekly: tuple[tuple[tuple[int, int], ...], ...]
    """Seven days from Monday, each a tuple of (opens, closes) in minutes of the day."""
    slot_minutes: int
    shortest: timedelta
    longest: timedelta
    buffer_before: timedelta
    buffer_after: timedelta
    notice: timedelta
    horizon_days: int
    approval: str
    pending_blocks: bool
    use: str
    provenance: tuple[tuple[str, Provenance], ...]

    def source_of(self, field: str) -> dict[str, Any]:
        """`{"field", "scope", "rule_id"}` of one value, as reasons and pages show it."""
        said = dict(self.provenance)[field]
        return {"field": field, "scope": said.scope, "rule_id": said.rule_id}


DEFAULTS = Rules(
    schema=1,
    weekly={day: [("00:00", "24:00")] for day in DAYS},
    slot_minutes=15,
    shortest_minutes=15,
    longest_minutes=44640,
    buffer_before_minutes=0,
    buffer_after_minutes=0,
    notice_minutes=0,
    horizon_days=730,
    approval="never",
    pending_blocks=True,
    use="exclusive",
)


@dataclass(frozen=True, eq=False)
class RuleRow:
    """One stored row of rules. Rows never change, so what is computed from one is kept by its identity."""

    id: UUID
    scope: Literal["organisation", "kind", "resource"]
    valid_from: date
    rules: Rules


_NARROWNESS = {"organisation": 0, "kind": 1, "resource": 2}


@lru_cache(maxsize=4096)
def effective(rows: tuple[RuleRow, ...], on: date) -> Effective:
    """What holds on a local date: of each scope the newest row, narrower scopes over wider."""
    newest: dict[str, RuleRow] = {}
    for row in rows:
        if row.valid_from <= on and (row.scope not in newest or newest[row.scope].valid_from <= row.valid_from):
            newest[row.scope] = row
    values = DEFAULTS.model_dump(exclude={"schema_version"})
    said = {field: Provenance("default") for field in values}
    for row in sorted(newest.values(), key=lambda row: _NARROWNESS[row.scope]):
        for field, value in row.rules.model_dump(exclude={"schema_version"}, exclude_none=True).items():
            values[field] = value
            said[field] = Provenance(row.scope, str(row.id))
    weekly = values["weekly"]
    return Effective(
        weekly=tuple(
            tuple((minute_of(opens), minute_of(closes)) for opens, closes in weekly.get(day, ())) for day in DAYS
        ),
        slot_minutes=values["slot_minutes"],
        shortest=timedelta(minutes=values["shortest_minutes"]),
        longest=timedelta(minutes=values["longest_minutes"]),
        buffer_before=timedelta(minutes=values["buffer_before_minutes"]),
        buffer_after=timedelta(minutes=values["buffer_after_minutes"]),
        notice=timedelta(minutes=values["notice_minutes"]),
        horizon_days=values["horizon_days"],
        approval=values["approval"],
        pending_blocks=values["pending_blocks"],
        use=values["use"],
        provenance=tuple((name, said.get(f"{name}_minutes", said.get(name, Provenance("default")))) for name in _NAMES),
    )


_NAMES = (
    "weekly", "slot_minutes", "shortest", "longest", "buffer_before", "buffer_after",
    "notice", "horizon_days", "approval", "pending_blocks", "use",
)  # fmt: skip


@dataclass(frozen=True)
class Bookable:
    """What the engine needs to know of one resource."""

    id: UUID
    name: str
    zone: str
    units: int
    capacity: int | None
    rows: tuple[RuleRow, ...]
    leaves: tuple[UUID, ...] = ()
    """Of a divisible space, the parts that have no parts; they are booked with it."""

    def rules_on(self, on: date) -> Effective:
        return effective(self.rows, on)

    def rules_at(self, instant: datetime) -> Effective:
        return effective(self.rows, instant.astimezone(zone_of(self.zone)).date())


@dataclass(frozen=True)
class Claim:
    """A stretch of a resource already promised, buffers included."""

    blocks_from: datetime
    blocks_until: datetime
    units: int
    people: int
    is_shared: bool


# --- Wall time -----------------------------------------------------------------


@lru_cache(maxsize=512)
def zone_of(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@lru_cache(maxsize=8192)
def stretches_of_day(zone: str, on: date) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """The UTC stretches in which clocks of the zone show this date: (from, until, UTC offset).

    One for a common day; two where clocks change during it; none for a day the
    zone skipped.
    """
    midnight = datetime(on.year, on.month, on.day, tzinfo=UTC)
    stretches = []
    for since, until, offset in _offsets(zone, midnight - timedelta(hours=26), midnight + timedelta(hours=50)):
        begins, ends = max(since, midnight - offset), min(until, midnight + timedelta(days=1) - offset)
        if begins < ends:
            stretches.append((begins, ends, offset))
    return tuple(stretches)


def _offsets(zone: str, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """Stretches of constant UTC offset, exact to the second."""
    info = zone_of(zone)

    def offset_at(instant: datetime) -> timedelta:
        return instant.astimezone(info).utcoffset() or timedelta()

    begins, offset = since, offset_at(since)
    instant = since
    while instant < until:
        later = instant + timedelta(hours=2)
        if (changed := offset_at(later)) != offset:
            before, after = instant, later
            while after - before > timedelta(seconds=1):
                middle = before + (after - before) // 2
                middle = middle.replace(microsecond=0)
                if offset_at(middle) == offset:
                    before = middle
                else:
                    after = middle
            yield begins, after, offset
            begins, offset = after, changed
        instant = later
    yield begins, until, offset


@dataclass(frozen=True)
class Opening:
    """A stretch of open time, and the wall time (as if UTC) its slot grid counts from."""

    since: datetime
    until: datetime
    offset: timedelta
    anchor: datetime


@lru_cache(maxsize=16384)
def _openings_of_day(zone: str, weekly: tuple[tuple[tuple[int, int], ...], ...], on: date) -> tuple[Opening, ...]:
    wall_midnight = datetime(on.year, on.month, on.day, tzinfo=UTC)
    openings = []
    for opens, closes in weekly[on.weekday()]:
        anchor = wall_midnight + timedelta(minutes=opens)
        for since, until, offset in stretches_of_day(zone, on):
            begins = max(since, anchor - offset)
            ends = min(until, wall_midnight + timedelta(minutes=closes) - offset)
            if begins < ends:
                openings.append(Opening(begins, ends, offset, anchor))
    return tuple(sorted(openings, key=lambda opening: opening.since))


def openings(resource: Bookable, since: datetime, until: datetime) -> list[Opening]:
    """Open time that meets the window, whole days of it, in order."""
    info = zone_of(resource.zone)
    # Clocks may show a date a day either side of the window's own (Apia skipped one).
    day, last = since.astimezone(info).date() - timedelta(days=1), until.astimezone(info).date() + timedelta(days=1)
    found: list[Opening] = []
    while day <= last:
        weekly = resource.rules_on(day).weekly
        found += [o for o in _openings_of_day(resource.zone, weekly, day) if o.until > since and o.since < until]
        day += timedelta(days=1)
    return found


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time as few, disjoint spans in order; touching spans become one."""
    result: list[Span] = []
    for since, until in sorted(spans):
        if result and since <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], until))
        else:
            result.append((since, until))
    return result


def without(spans: Sequence[Span], taken: Sequence[Span]) -> list[Span]:
    """What of `spans` lies outside `taken`; both disjoint and in order."""
    left: list[Span] = []
    for span_since, until in spans:
        since = span_since
        for busy_since, busy_until in taken:
            if busy_until <= since or busy_since >= until:
                continue
            if busy_since > since:
                left.append((since, busy_since))
            since = max(since, busy_until)
            if since >= until:
                break
        if since < until:
            left.append((since, until))
    return left


# --- Free time -------------------------------------------------------------------


def taken(resource: Bookable, claims: Iterable[Claim], *, units: int, people: int, shared: bool) -> list[Span]:
    """Stretches in which a booking of this size and use would not fit, buffers of the claims included."""
    claims = list(claims)
    if not shared:
        return merged((claim.blocks_from, claim.blocks_until) for claim in claims)
    spans = [(claim.blocks_from, claim.blocks_until) for claim in claims if not claim.is_shared]
    steps: list[tuple[datetime, int, int, int]] = []
    for claim in claims:
        if claim.is_shared:
            steps.append((claim.blocks_from, 1, claim.units, claim.people))
            steps.append((claim.blocks_until, 0, -claim.units, -claim.people))
    used_units = used_people = 0
    full_since: datetime | None = None
    for at, _, more_units, more_people in sorted(steps):
        used_units, used_people = used_units + more_units, used_people + more_people
        full = _overflows(resource, used_units + units, used_people + people)
        if full and full_since is None:
            full_since = at
        elif not full and full_since is not None:
            spans.append((full_since, at))
            full_since = None
    return merged(span for span in spans if span[0] < span[1])


def _overflows(resource: Bookable, units: int, people: int) -> bool:
    return (resource.units > 1 and units > resource.units) or (
        resource.capacity is not None and people > resource.capacity
    )


def is_shared(resource: Bookable, rules: Effective) -> bool:
    """Many alike are shared out; one of a kind only where its rules say so."""
    return resource.units > 1 or rules.use == "shared"


def free(
    resource: Bookable, claims: Iterable[Claim], since: datetime, until: datetime, *, units: int = 1, people: int = 1
) -> list[Span]:
    """Stretches of the window in which a booking may lie, set-up and pack-down around it considered."""
    rules = resource.rules_at(since)
    if _overflows(resource, units, people):
        return []
    open_spans = merged((max(o.since, since), min(o.until, until)) for o in openings(resource, since, until))
    busy = taken(resource, claims, units=units, people=people, shared=is_shared(resource, rules))
    kept_clear = merged((b - rules.buffer_after, e + rules.buffer_before) for b, e in busy)
    return without(open_spans, kept_clear)


def slots(resource: Bookable, spans: Sequence[Span], length: timedelta) -> Iterator[Span]:
    """Offered starts of one length within free stretches, on the grid of each opening."""
    if not spans:
        return
    for opening in openings(resource, spans[0][0], spans[-1][1]):
        step = timedelta(minutes=resource.rules_at(opening.since).slot_minutes)
        for since, until in spans:
            first, last = max(since, opening.since), min(until - length, opening.until)
            # Grid points are wall times counted from the anchor.
            missing = (opening.anchor - opening.offset - first) % step
            start = first + missing
            while start <= last and start < opening.until:
                yield start, start + length
                start += step


# --- Reasons -----------------------------------------------------------------------


def explain(
    resource: Bookable,
    claims: Iterable[Claim],
    since: datetime,
    until: datetime,
    *,
    now: datetime,
    units: int = 1,
    people: int = 1,
    bound_by_notice: bool = True,
) -> list[Reason]:
    """Every reason why this resource cannot be booked for exactly this window; empty when it can.

    `bound_by_notice` is false for staff, whom notice and horizon do not bind.
    """
    rules = resource.rules_at(since)
    against: list[Reason] = []

    def no(code: str, detail: str, cure: str, source: dict[str, Any] | None = None) -> None:
        against.append(Reason(code, detail, str(resource.id), source or {}, cure))

    length = until - since
    if length < rules.shortest:
        no("too_short", f"The shortest booking is {_minutes(rules.shortest)}.", "Choose a later end.", rules.source_of("shortest"))
    if length > rules.longest:
        no("too_long", f"The longest booking is {_minutes(rules.longest)}.", "Choose an earlier end.", rules.source_of("longest"))
    opened = openings(resource, since, until)
    if without([(since, until)], merged((o.since, o.until) for o in opened)):
        no("closed", _hours_sentence(resource, since, rules), "Choose a time within opening hours.", rules.source_of("weekly"))
    if opened and not any(_on_grid(opening, since, rules.slot_minutes) for opening in opened):
        detail = f"Bookings start every {rules.slot_minutes} minutes."
        no("off_grid", detail, "Choose a start on the grid.", rules.source_of("slot_minutes"))
    if bound_by_notice:
        if since - now < rules.notice:
            no("too_soon", f"Bookings need {_minutes(rules.notice)} notice.", "Choose a later time.", rules.source_of("notice"))
        today = now.astimezone(zone_of(resource.zone)).date()
        if (since.astimezone(zone_of(resource.zone)).date() - today).days > rules.horizon_days:
            detail = f"Bookings open {rules.horizon_days} days ahead."
            no("too_far", detail, "Choose an earlier date.", rules.source_of("horizon_days"))
    against += taken_reasons(resource, claims, since, until, units=units, people=people)
    return against


def taken_reasons(
    resource: Bookable, claims: Iterable[Claim], since: datetime, until: datetime, *, units: int, people: int
) -> list[Reason]:
    """Reasons that lie in other bookings, and in the size of the resource."""
    rules = resource.rules_at(since)
    against: list[Reason] = []

    def no(code: str, detail: str, cure: str) -> None:
        against.append(Reason(code, detail, str(resource.id), {}, cure))

    if resource.capacity is not None and people > resource.capacity:
        no("over_capacity", f"{resource.name} holds {resource.capacity} people.", "Choose a larger space or a smaller party.")
        return against
    if units > resource.units:
        no("units_taken", f"There are {resource.units} of {resource.name}.", "Ask for fewer.")
        return against
    shared = is_shared(resource, rules)
    claims = [
        claim
        for claim in claims
        if claim.blocks_from < until + rules.buffer_after and claim.blocks_until > since - rules.buffer_before
    ]
    exclusive = [claim for claim in claims if not (shared and claim.is_shared)]
    if exclusive:
        direct = any(claim.blocks_from < until and claim.blocks_until > since for claim in exclusive)
        no(
            "slot_taken",
            f"{resource.name} is already booked then."
            if direct
            else f"{resource.name} needs set-up or pack-down time beside another booking.",
            "Choose another time or another resource.",
        )
    elif taken(resource, claims, units=units, people=people, shared=True) and shared:
        if resource.units > 1:
            no("units_taken", f"Not enough of {resource.name} are left then.", "Ask for fewer, or choose another time.")
        else:
            no("over_capacity", f"{resource.name} has no room for {people} more then.", "Choose another time.")
    return against


def _on_grid(opening: Opening, since: datetime, slot_minutes: int) -> bool:
    step = timedelta(minutes=slot_minutes)
    return opening.since <= since < opening.until and not (since + opening.offset - opening.anchor) % step


def _minutes(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    if minutes % 1440 == 0 and minutes:
        return f"{minutes // 1440} days" if minutes > 1440 else "1 day"
    if minutes % 60 == 0 and minutes:
        return f"{minutes // 60} hours" if minutes > 60 else "1 hour"
    return f"{minutes} minutes"


def _hours_sentence(resource: Bookable, since: datetime, rules: Effective) -> str:
    day = since.astimezone(zone_of(resource.zone))
    hours = ", ".join(f"{_clock(opens)} to {_clock(closes)}" for opens, closes in rules.weekly[day.weekday()])
    return f"{resource.name} is open {hours} that day." if hours else f"{resource.name} is closed that day."


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
