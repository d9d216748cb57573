"""Saying no with every reason at once, and with what could be had instead."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, islice, zip_longest
from typing import NoReturn
from uuid import UUID

from infra24.bookings.errors import OverCapacity, PartTwice, SlotTaken, TimeRefused, UnitsTaken
from infra24.bookings.queries import claims_on, informed
from infra24.bookings.services.claims import (
    Claimed,
    LegWish,
    by_leg,
    choose,
    claim_of,
    leaves_choice,
    reasons_against,
    rule_reasons,
)
from infra24.core.errors import Alternative, Reason
from infra24.core.wording import said
from infra24.people.models import Person
from infra24.resources import policies as engine
from infra24.resources.policies import Asker, Bookable, Claim
from infra24.resources.queries import all_bookables, audiences_for, features_said

LOOK_AHEAD = timedelta(days=14)
"""How far alternatives are looked for."""
MOST_ALTERNATIVES = 3
MOST_LIKENED = 12
"""Of the resources like the refused one, so many are looked at closely."""
Claims = Mapping[UUID, Sequence[Claim]]

_KINDS: Mapping[str, type[TimeRefused]] = {
    "slot_taken": SlotTaken,
    "units_taken": UnitsTaken,
    "over_capacity": OverCapacity,
}
_NO_OTHER_TIME = {"too_short", "too_long", "not_bookable", "not_allowed", "qualification_needed"}
"""Reasons that stand at every time."""
_NO_OTHER_LENGTH = (_NO_OTHER_TIME - {"too_long"}) | {"over_capacity", "too_soon", "too_far", "off_grid"}
"""Reasons that stand however short it is."""


def refuse(
    org_id: UUID,
    claimed: Sequence[Claimed],
    starts_at: datetime,
    ends_at: datetime,
    *,
    now: datetime,
    asker: Asker,
    person: Person | None = None,
    besides: UUID | None = None,
    otherwise: TimeRefused | None = None,
) -> NoReturn:
    """Raise the refusal with every reason at once, and up to three things that would do.

    `person` is whom it would be for: what is offered must not be refused in its turn
    for want of a qualification or over a quota, which may begin only by then.
    `besides` is the booking that is to move, which is not in its own way.
    `otherwise` says what kind of refusal it is when by now nothing stands
    against it: the rival has gone.
    """
    margin = timedelta(days=1)
    until = max(ends_at, starts_at + LOOK_AHEAD) + margin
    resources = [one.resource for one in claimed]
    claims = claims_on(org_id, resources, starts_at - margin, until, now=now, besides=besides)
    asker = informed(asker, person, resources, starts_at, until, now=now, besides=besides)
    reasons = reasons_against(claimed, claims, starts_at, ends_at, now=now, asker=asker)
    if not reasons:
        if choose(claimed, claims, starts_at, ends_at, now=now, asker=asker):
            kind = type(otherwise or SlotTaken())
            detail, cure = said("Somebody had it until a moment ago."), said("Try again.")
            raise kind(detail, reasons=[Reason(kind().code, detail, str(claimed[0].resource.id), {}, cure)])
        reasons = [too_little(claimed[0])]
    codes = {reason.code for reason in reasons}
    later = [] if codes & _NO_OTHER_TIME else alternatives(claimed, claims, starts_at, ends_at, now=now, asker=asker)
    alike = _alike(org_id, claimed, claims, starts_at, ends_at, now=now, asker=asker, person=person, besides=besides)
    shorter = [] if codes & _NO_OTHER_LENGTH else _shorter(claimed, claims, starts_at, ends_at, now=now, asker=asker)
    # Of each sort the best, then the second best: somebody can wait, or go elsewhere, or do with less.
    mixed = chain.from_iterable(zip_longest(later, alike, shorter))
    raise _KINDS.get(reasons[0].code, TimeRefused)(
        " ".join(reason.detail for reason in reasons),
        code=reasons[0].code,
        reasons=reasons,
        alternatives=list(islice(filter(None, mixed), MOST_ALTERNATIVES)),
    )


def too_little(one: Claimed) -> Reason:
    """The reason where each leg has something free, but two of them the same thing."""
    detail = said("Of what would do, not enough is free then for all of it.")
    cure = said("Choose another time, or let more things do.")
    return Reason("slot_taken", detail, str(one.resource.id), {}, cure)


def alternatives(
    claimed: Sequence[Claimed],
    claims: Claims,
    starts_at: datetime,
    ends_at: datetime,
    *,
    now: datetime,
    asker: Asker,
) -> list[Alternative]:
    """When all the same things are next to be had together for as long, from `starts_at` on, beside one another."""
    length = ends_at - starts_at
    since, until = max(now, starts_at), starts_at + LOOK_AHEAD
    found: list[Alternative] = []
    latest = since
    for start in _common_starts(claimed, claims, since, until, length, now=now, asker=asker):
        if len(found) == MOST_ALTERNATIVES:
            break
        end = start + length
        if start >= latest and _would_do(claimed, claims, start, end, now=now, asker=asker):
            found.append(_alternative(claimed[0].resource, start, end, "later"))
            latest = end
    return found


def _common_starts(
    claimed: Sequence[Claimed],
    claims: Claims,
    since: datetime,
    until: datetime,
    length: timedelta,
    *,
    now: datetime,
    asker: Asker,
) -> list[datetime]:
    """Starts in the window at which each leg has a candidate that is free for so long, the earliest first."""
    if since >= until:
        return []
    bound = None if asker.is_staff else now
    common: set[datetime] | None = None
    for candidates in by_leg(claimed):
        starts = {
            start
            for one in candidates
            for start, _ in engine.slots(
                one.resource, claims[one.resource.id], since, until, length, size=one.size, now=bound
            )
        }
        common = starts if common is None else common & starts
    return sorted(common or ())


def _would_do(
    claimed: Sequence[Claimed], claims: Claims, starts_at: datetime, ends_at: datetime, *, now: datetime, asker: Asker
) -> bool:
    # What the slots do not know: quotas, and that two legs may not have the same thing.
    if rule_reasons(claimed, starts_at, ends_at, now=now, asker=asker):
        return False
    try:
        return choose(claimed, claims, starts_at, ends_at, now=now, asker=asker) is not None
    except PartTwice:
        # What is free then are a whole and a part of it.
        return False


def _shorter(
    claimed: Sequence[Claimed], claims: Claims, starts_at: datetime, ends_at: datetime, *, now: datetime, asker: Asker
) -> list[Alternative]:
    """The longest part of the time that is free, from the first start there is in it."""
    best = [candidates[0] for candidates in by_leg(claimed)]
    rules = [one.resource.rules_at(starts_at) for one in best]
    shortest, longest = max(each.shortest for each in rules), min(each.longest for each in rules)
    step = timedelta(minutes=max(each.slot_minutes for each in rules))
    for start in _common_starts(best, claims, max(now, starts_at), ends_at, shortest, now=now, asker=asker):
        ends = min(_free_until(one, claims, start, ends_at) for one in best)
        length = min(ends - start, longest)
        end = start + max(length // step * step, shortest)
        is_shorter = end <= ends_at and (start, end) != (starts_at, ends_at)
        if is_shorter and _would_do(best, claims, start, end, now=now, asker=asker):
            return [_alternative(best[0].resource, start, end, "shorter")]
    return []


def _free_until(one: Claimed, claims: Claims, start: datetime, ends_at: datetime) -> datetime:
    spans = engine.free(one.resource, claims[one.resource.id], start, ends_at, size=one.size)
    return next((until for since, until in spans if since <= start < until), start)


def _alike(
    org_id: UUID,
    claimed: Sequence[Claimed],
    claims: Claims,
    starts_at: datetime,
    ends_at: datetime,
    *,
    now: datetime,
    asker: Asker,
    person: Person | None,
    besides: UUID | None,
) -> list[Alternative]:
    """What is like the one thing that cannot be had, and can be had at that very time. Eight queries at most."""
    legs = by_leg(claimed)
    missing = [leg for leg in legs if reasons_against(leg, claims, starts_at, ends_at, now=now, asker=asker)]
    if len(missing) != 1:
        return []
    wanted = missing[0][0]
    spoken_for = {target for one in claimed for target in (one.resource.id, *one.resource.leaves)}
    seen_by = audiences_for(asker.role)
    pool = [
        one
        for one in all_bookables(org_id, since=starts_at)
        if one.kind == wanted.resource.kind and one.visible_to in seen_by and not spoken_for & {one.id, *one.leaves}
    ]
    nearest = list(islice(_by_likeness(org_id, wanted.resource, pool), MOST_LIKENED)) if pool else []
    wish = LegWish(wanted.resource.id, wanted.units, is_exclusive=wanted.may_be_shared and not wanted.is_shared)
    weighed = [*(one.resource for one in claimed), *nearest]
    asker = informed(asker, person, weighed, starts_at, ends_at, now=now, besides=besides)
    candidates = [claim_of(one, wish, wanted.leg, starts_at=starts_at, people=wanted.people) for one in nearest]
    allowed = [one for one in candidates if not rule_reasons([one], starts_at, ends_at, now=now, asker=asker)]
    if not allowed:
        return []
    margin = engine.LONGEST_BUFFER
    resources = [one.resource for one in allowed]
    theirs = claims_on(org_id, resources, starts_at - margin, ends_at + margin, now=now, besides=besides)
    free = [one for one in allowed if not reasons_against([one], theirs, starts_at, ends_at, now=now, asker=asker)]
    others = [one for one in claimed if one.leg != wanted.leg]
    if leaves_choice(others):
        # Each of them has something free, which may be the same thing.
        both = {**claims, **theirs}
        free = [one for one in free if _would_do([*others, one], both, starts_at, ends_at, now=now, asker=asker)]
    return [
        replace(_alternative(one.resource, starts_at, ends_at, "similar"), instead_of=str(wanted.resource.id))
        for one in free[:MOST_ALTERNATIVES]
    ]


def _by_likeness(org_id: UUID, wanted: Bookable, pool: Iterable[Bookable]) -> Iterator[Bookable]:
    """Those that share most of what is said of it come first, then those nearest in size, then by name."""
    features = features_said(org_id)
    of_wanted = features.get(wanted.id, {}).items()

    def distance(one: Bookable) -> tuple[int, int, str]:
        said_too = sum(features.get(one.id, {}).get(key) == value for key, value in of_wanted)
        return -said_too, abs((one.capacity or 0) - (wanted.capacity or 0)), one.name

    return iter(sorted(pool, key=distance))


def _alternative(resource: Bookable, starts_at: datetime, ends_at: datetime, kind: str) -> Alternative:
    return Alternative(str(resource.id), starts_at.isoformat(), ends_at.isoformat(), kind, resource_name=resource.name)
