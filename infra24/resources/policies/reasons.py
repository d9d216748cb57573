"""Why one resource cannot be had for one window: every reason at once, with its cure.

The horizon includes the whole local day N; notice counts elapsed time; lengths
are elapsed minutes.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from infra24.core.errors import Reason
from infra24.resources.policies.freedom import is_shared, taken
from infra24.resources.policies.hours import Opening, merged, openings, without
from infra24.resources.policies.rules import Bookable, Claim, Effective, zone_of


def explain(
    resource: Bookable,
    claims: Iterable[Claim],
    since: datetime,
    until: datetime,
    *,
    now: datetime,
    units: int = 1,
    people: int = 1,
    exclusive: bool = False,
    bound_by_notice: bool = True,
) -> list[Reason]:
    """Every reason why this resource cannot be booked for exactly this window; empty when it can.

    `exclusive` asks for it alone though it may be shared. `bound_by_notice` is
    false for staff, whom notice and horizon do not bind.
    """
    rules = resource.rules_at(since)
    against: list[Reason] = []

    def no(code: str, detail: str, cure: str, source: dict[str, Any] | None = None) -> None:
        against.append(Reason(code, detail, str(resource.id), source or {}, cure))

    length = until - since
    if length < rules.shortest:
        detail = f"The shortest booking is {_minutes(rules.shortest)}."
        no("too_short", detail, "Choose a later end.", rules.source_of("shortest"))
    if length > rules.longest:
        detail = f"The longest booking is {_minutes(rules.longest)}."
        no("too_long", detail, "Choose an earlier end.", rules.source_of("longest"))
    opened = openings(resource, since, until)
    if without([(since, until)], merged((o.since, o.until) for o in opened)):
        detail = _hours_sentence(resource, since, rules)
        no("closed", detail, "Choose a time within opening hours.", rules.source_of("weekly"))
    around = [opening for opening in opened if opening.since <= since < opening.until]
    if around and not any(_on_grid(opening, since, rules.slot_minutes) for opening in around):
        detail = f"Bookings start every {rules.slot_minutes} minutes."
        no("off_grid", detail, "Choose a start on the grid.", rules.source_of("slot_minutes"))
    if bound_by_notice:
        if since - now < rules.notice:
            detail = f"Bookings need {_minutes(rules.notice)} notice." if since > now else "That time is past."
            no("too_soon", detail, "Choose a later time.", rules.source_of("notice"))
        today = now.astimezone(zone_of(resource.zone)).date()
        if (since.astimezone(zone_of(resource.zone)).date() - today).days > rules.horizon_days:
            detail = f"Bookings open {rules.horizon_days} days ahead."
            no("too_far", detail, "Choose an earlier date.", rules.source_of("horizon_days"))
    against += taken_reasons(resource, claims, since, until, units=units, people=people, exclusive=exclusive)
    return against


def taken_reasons(
    resource: Bookable,
    claims: Iterable[Claim],
    since: datetime,
    until: datetime,
    *,
    units: int = 1,
    people: int = 1,
    exclusive: bool = False,
) -> list[Reason]:
    """Reasons that lie in other bookings, and in the size of the resource."""
    rules = resource.rules_at(since)
    against: list[Reason] = []

    def no(code: str, detail: str, cure: str) -> None:
        against.append(Reason(code, detail, str(resource.id), {}, cure))

    if resource.capacity is not None and people > resource.capacity:
        no(
            "over_capacity",
            f"{resource.name} holds {resource.capacity} people.",
            "Choose a larger space or a smaller party.",
        )
        return against
    if units > resource.units:
        there_are = f"There are {resource.units}" if resource.units > 1 else "There is only one"
        no("units_taken", f"{there_are} of {resource.name}.", "Ask for fewer.")
        return against
    shared = not exclusive and is_shared(resource, rules)
    claims = [
        claim
        for claim in claims
        if claim.blocks_from < until + rules.buffer_after and claim.blocks_until > since - rules.buffer_before
    ]
    in_the_way = [claim for claim in claims if not (shared and claim.is_shared)]
    if in_the_way:
        detail = f"{resource.name} is already booked then."
        if not any(claim.blocks_from < until and claim.blocks_until > since for claim in in_the_way):
            detail = f"{resource.name} needs set-up or pack-down time beside another booking."
        no("slot_taken", detail, "Choose another time or another resource.")
    elif taken(resource, claims, units=units, people=people, shared=True) and shared:
        if resource.units > 1:
            detail = f"Not enough of {resource.name} are left then."
            no("units_taken", detail, "Ask for fewer, or choose another time.")
        else:
            no("over_capacity", f"{resource.name} has no room for {people} more then.", "Choose another time.")
    return against


def _on_grid(opening: Opening, since: datetime, slot_minutes: int) -> bool:
    step = timedelta(minutes=slot_minutes)
    return not (since + opening.offset - opening.anchor) % step


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
