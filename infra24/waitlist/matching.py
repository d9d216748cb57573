"""Whom free time serves: what somebody wants, against the house as it is at one moment."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from infra24.bookings.queries import claims_on, uses_of
from infra24.bookings.search import SearchWish, lacking, too_much
from infra24.core.errors import Reason
from infra24.core.wording import said
from infra24.orgs.models import Member
from infra24.people.models import Person
from infra24.resources import policies as engine
from infra24.resources.models import Feature
from infra24.resources.policies import Asker, Bookable, Claim, FeatureWish, Hindrance, Sought
from infra24.resources.queries import all_bookables, audiences_of, features_said, qualifications_held
from infra24.resources.vocabulary import vocabulary_of
from infra24.waitlist import policies
from infra24.waitlist.acting import role_of
from infra24.waitlist.models import Entry
from infra24.waitlist.policies import Passed

WHATEVER_THE_TIME = {"too_short", "too_long"}
"""Reasons that `hindrances` finds against one window and that stand against every other."""


@dataclass(frozen=True)
class Wanting:
    """Somebody who wants something."""

    wish: SearchWish
    resource_id: UUID | None
    """The one resource that would do; None: any of the wish's kind."""
    person: Person
    role: Member
    """By whose role the person is measured; of somebody without an account a plain member, who is nobody."""


@dataclass(frozen=True)
class Found:
    """A time that would serve somebody."""

    resource: Bookable
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class House:
    """What can be had and what is promised of it, read once: all who wait are measured by the same moment."""

    org_id: UUID
    zone: str
    now: datetime
    resources: Sequence[Bookable]
    claims: Mapping[UUID, Sequence[Claim]]
    vocabulary: Mapping[str, Feature]
    values: Mapping[UUID, Mapping[str, Any]]
    """What is said of each resource's features."""
    held: dict[UUID, Mapping[UUID, date | None]] = field(default_factory=dict)
    """Qualifications by person, as far as anybody had to know."""


def house_at(org_id: UUID, wanted: Iterable[Wanting], *, zone: str, now: datetime) -> House:
    """The house, as far as these people have to know it. Six queries at most.

    One statement reads all claims: nobody is measured by an older moment than somebody behind them.
    """
    wanted = list(wanted)
    named = {one.resource_id for one in wanted}
    kinds = {one.wish.kind for one in wanted if one.resource_id is None}
    has_features = any(one.wish.features for one in wanted)
    resources = [one for one in all_bookables(org_id, since=now) if one.id in named or one.kind in kinds]
    last = max((one.wish.until for one in wanted if one.wish.until), default=now)
    margin = engine.LONGEST_BUFFER
    return House(
        org_id=org_id,
        zone=zone,
        now=now,
        resources=resources,
        claims=claims_on(org_id, resources, now - margin, last + margin, now=now) if resources else {},
        vocabulary=vocabulary_of(org_id) if has_features else {},
        values=features_said(org_id) if has_features else {},
    )


def offerable(
    house: House,
    one: Wanting,
    *,
    passed: Iterable[Passed] = (),
    refused: frozenset[tuple[UUID, datetime]] = frozenset(),
) -> Found | None:
    """The time to offer somebody: the earliest that leaves time to decide, then the tightest.

    None of those `passed` on; none of those `refused`, by resource and start.
    """
    return next(iter(_times(house, one, list(passed), refused, most=1, leaves_time=True)), None)


def free_times(house: House, one: Wanting, *, most: int) -> list[Found]:
    """The first times that can be booked as things stand."""
    return _times(house, one, (), frozenset(), most=most, leaves_time=False)[:most]


def reasons_against(house: House, one: Wanting) -> list[Reason] | None:
    """Why waiting will not help: nothing that is asked for can be had whatever the time. None: it may help."""
    candidates = _candidates(house, one)
    found: list[Reason] = []
    for resource in candidates:
        sought = _sought(house, one, resource, _asker(house, one, candidates), (), leaves_time=False)
        against = list(_whatever_the_time(house, one, resource, sought))
        if not against:
            hindrances = engine.hindrances(resource, house.claims.get(resource.id, ()), sought)
            against = [each.reason for each in hindrances if each.reason.code in WHATEVER_THE_TIME]
        if not against:
            return None
        found += against
    return found


def hindrances_for(entry: Entry, *, zone: str) -> list[tuple[Bookable, list[Hindrance]]]:
    """Why somebody still waits: by resource what is in the way, the commonest reason first."""
    one = Wanting(entry.wish, entry.resource_id, entry.person, role_of(entry.person))
    house = house_at(entry.org_id, [one], zone=zone, now=timezone.now())
    candidates = _candidates(house, one)
    found = []
    for resource in candidates:
        sought = _sought(house, one, resource, _asker(house, one, candidates), (), leaves_time=False)
        if sought.since >= sought.until:
            continue
        against = [Hindrance(reason) for reason in _whatever_the_time(house, one, resource, sought)]
        claims = house.claims.get(resource.id, ())
        if against or not engine.first_times(resource, claims, sought, most=1):
            found.append((resource, against or engine.hindrances(resource, claims, sought)))
    return found


def _times(
    house: House,
    one: Wanting,
    passed: Sequence[Passed],
    refused: frozenset[tuple[UUID, datetime]],
    *,
    most: int,
    leaves_time: bool,
) -> list[Found]:
    """The first times of each resource that would do, all of them by start, then the tightest, then by name."""
    candidates = _candidates(house, one)
    asker = _asker(house, one, candidates)
    found: list[Found] = []
    for resource in candidates:
        sought = _sought(house, one, resource, asker, passed, leaves_time=leaves_time)
        if sought.since >= sought.until or any(_whatever_the_time(house, one, resource, sought)):
            continue
        claims = house.claims.get(resource.id, ())
        times = engine.first_times(resource, claims, sought, most=most + len(refused))
        found += [Found(resource, *time) for time in times if (resource.id, time[0]) not in refused]
    return sorted(found, key=lambda each: (each.starts_at, each.resource.capacity or math.inf, each.resource.name))


def _candidates(house: House, one: Wanting) -> list[Bookable]:
    """What of the house is asked for, of what they may see."""
    seen_by = audiences_of(one.role)
    return [
        resource
        for resource in house.resources
        if resource.visible_to in seen_by
        and (resource.id == one.resource_id if one.resource_id else resource.kind == one.wish.kind)
    ]


def _asker(house: House, one: Wanting, candidates: Sequence[Bookable]) -> Asker:
    """The person as rules see them, with what they hold and have booked where these resources care."""
    asker = Asker(one.role.rank)
    since, until = _window(house, one)
    if asker.is_staff or not candidates or since >= until:
        return asker
    if any(resource.needs for resource in candidates):
        if one.person.pk not in house.held:
            house.held[one.person.pk] = qualifications_held(house.org_id, one.person.pk)
        asker = replace(asker, holds=house.held[one.person.pk])
    if any(rules.quotas for resource in candidates for rules in resource.rules_between(since, until)):
        reach = engine.reach_of(candidates, since, until)
        asker = replace(asker, uses=uses_of(house.org_id, one.person.pk, *reach, now=house.now))
    return asker


def _sought(
    house: House, one: Wanting, resource: Bookable, asker: Asker, passed: Sequence[Passed], *, leaves_time: bool
) -> Sought:
    since, until = _window(house, one)
    if leaves_time and since < until:
        binding = [] if asker.is_staff else [rules.notice for rules in resource.rules_between(since, until)]
        notice = max(binding, default=policies.NO_NOTICE)
        since = min(max(since, policies.earliest_start(house.now, notice)), until)
    wish = one.wish
    stretches = engine.wanted_stretches(house.zone, since, until, days=wish.days, hours=wish.hours)
    if passed:
        stretches = tuple(policies.still_open(stretches, resource.id, passed))
    return Sought(since, until, stretches, wish.size, asker, house.now, wish.length)


def _window(house: House, one: Wanting) -> tuple[datetime, datetime]:
    """What of the window is still to come."""
    return max(one.wish.since or house.now, house.now), one.wish.until or house.now


def _whatever_the_time(house: House, one: Wanting, resource: Bookable, sought: Sought) -> Iterator[Reason]:
    """What stands against a resource at every time of the window."""
    yield from engine.access_reasons(resource, sought.asker, sought.since)
    known = [(wish, house.vocabulary[wish.key]) for wish in one.wish.features if wish.key in house.vocabulary]
    yield from lacking(resource, house.values.get(resource.id, {}), known)
    for wish in one.wish.features:
        if wish.key not in house.vocabulary:
            yield _forgotten(resource, wish)
    yield from too_much(resource, sought)


def _forgotten(resource: Bookable, wish: FeatureWish) -> Reason:
    """The house has put the word away since somebody asked for it: nothing is known to have it."""
    return Reason("feature_missing", said("There is no feature %(key)s.", key=wish.key), str(resource.id), {}, "")
