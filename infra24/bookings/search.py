"""One question to the whole house: what fits a wish, from when on, and why the rest does not."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from infra24.bookings.errors import EndsBeforeStart, UnknownFeature, WishTooNarrow
from infra24.bookings.queries import asker_for, claims_on
from infra24.core.errors import Reason
from infra24.core.wording import said
from infra24.orgs.models import Member
from infra24.resources import policies as engine
from infra24.resources.errors import WindowTooLong
from infra24.resources.models import Feature
from infra24.resources.policies import (
    EVERY_DAY,
    ONE,
    WHOLE_DAY,
    Bookable,
    Claim,
    FeatureWish,
    Hindrance,
    Size,
    Sought,
    Span,
)
from infra24.resources.queries import all_bookables, audiences_of, features_said
from infra24.resources.vocabulary import vocabulary_of

LONGEST_WINDOW = timedelta(days=62)
USUAL_WINDOW = timedelta(days=14)
MOST_OFFERS = 10


@dataclass(frozen=True)
class SearchWish:
    """What somebody looks for. What is left out does not matter to them."""

    since: datetime | None = None
    """None: now."""
    until: datetime | None = None
    """None: two weeks after the start."""
    kind: str = ""
    size: Size = ONE
    features: Sequence[FeatureWish] = ()
    length: timedelta | None = None
    """None: of each resource the shortest booking there is."""
    days: frozenset[int] = EVERY_DAY
    """Monday is 0."""
    hours: tuple[int, int] = WHOLE_DAY
    """Minutes since midnight; those past 1440 belong to the night that follows."""
    offers: int = 3
    """First times of each resource, at most."""


@dataclass(frozen=True)
class Offer:
    """A time that can be had, and whether staff would still have to agree."""

    starts_at: datetime
    ends_at: datetime
    needs_approval: bool


@dataclass(frozen=True)
class Fit:
    """A resource that fits, with its first times."""

    resource: Bookable
    offers: list[Offer]


@dataclass(frozen=True)
class Miss:
    """A resource that does not fit, and why, the commonest reason first."""

    resource: Bookable
    hindrances: list[Hindrance]


@dataclass(frozen=True)
class Found:
    since: datetime
    until: datetime
    fits: list[Fit]
    """By first time; then the tightest, then by name."""
    misses: list[Miss]
    """By name."""


def search(viewer: Member, wish: SearchWish, *, zone: str) -> Found:
    """What of the house fits a wish in a window of at most 62 days. Nine queries at most, whatever the size.

    `zone` is the organisation's, in which days and hours are meant. Of what the
    viewer may see; notice, horizon, quotas and qualifications bind members.
    Raises EndsBeforeStart, WindowTooLong, WishTooNarrow, UnknownFeature.
    """
    now = timezone.now()
    since = wish.since or now
    until = wish.until or since + USUAL_WINDOW
    stretches = stretches_of(wish, since, until, zone)
    features = known_features(viewer.org_id, wish.features)
    values = features_said(viewer.org_id) if features else {}
    seen_by = audiences_of(viewer)
    visible = [
        resource
        for resource in all_bookables(viewer.org_id, since=since)
        if resource.visible_to in seen_by and wish.kind in {"", resource.kind}
    ]
    asker = asker_for(viewer, visible, since, until, now=now)
    sought = Sought(since, until, stretches, wish.size, asker, now, wish.length)
    misses: dict[UUID, list[Hindrance]] = {}
    for resource in visible:
        against = [
            *engine.access_reasons(resource, asker, since),
            *lacking(resource, values.get(resource.id, {}), features),
            *too_much(resource, sought),
        ]
        if against:
            misses[resource.id] = [Hindrance(reason) for reason in against]
    candidates = [resource for resource in visible if resource.id not in misses]
    claims = _claims(viewer, candidates, sought)
    fits = []
    for resource in candidates:
        if times := engine.first_times(resource, claims[resource.id], sought, most=wish.offers):
            offers = [Offer(*time, engine.needs_approval(resource, asker.role, *time)) for time in times]
            fits.append(Fit(resource, offers))
        else:
            misses[resource.id] = engine.hindrances(resource, claims[resource.id], sought)
    fits.sort(key=lambda fit: (fit.offers[0].starts_at, fit.resource.capacity or math.inf))
    return Found(since, until, fits, [Miss(one, misses[one.id]) for one in visible if one.id in misses])


def stretches_of(wish: SearchWish, since: datetime, until: datetime, zone: str) -> tuple[Span, ...]:
    """What of the window would do. Raises EndsBeforeStart, WindowTooLong, WishTooNarrow."""
    if until <= since:
        raise EndsBeforeStart(fields={"end": said("This must be after the start.")})
    if until - since > LONGEST_WINDOW:
        raise WindowTooLong(fields={"end": said("At most 62 days after the start.")})
    stretches = engine.wanted_stretches(zone, since, until, days=wish.days, hours=wish.hours)
    longest = max((ends - begins for begins, ends in engine.merged(stretches)), default=timedelta())
    if not stretches or (wish.length and longest < wish.length):
        raise WishTooNarrow(fields={"length": said("The longest stretch asked for is %(length)s.", length=longest)})
    return stretches


def known_features(org_id: UUID, wishes: Sequence[FeatureWish]) -> list[tuple[FeatureWish, Feature]]:
    """The wishes, each with the feature it is about. Raises UnknownFeature."""
    if not wishes:
        return []
    known = vocabulary_of(org_id)
    faults = {}
    for place, wish in enumerate(wishes):
        if wish.key not in known:
            faults[f"feature.{place}"] = said("There is no feature %(key)s.", key=wish.key)
        elif fault := wish.fault(type=known[wish.key].type, choices=known[wish.key].choices):
            faults[f"feature.{place}"] = fault
    if faults:
        raise UnknownFeature(fields=faults)
    return [(wish, known[wish.key]) for wish in wishes]


def lacking(
    resource: Bookable, values: Mapping[str, Any], features: Sequence[tuple[FeatureWish, Feature]]
) -> Iterator[Reason]:
    """What a resource does not have of what it should."""
    for wish, feature in features:
        value = values.get(wish.key)
        if reason := engine.feature_reason(resource, wish, value, name=feature.name, unit=feature.unit):
            yield reason


def too_much(resource: Bookable, sought: Sought) -> Iterator[Reason]:
    """Whatever the time: fewer people fit, there are not as many, or it is not theirs to have alone."""
    if not engine.fits(resource, sought.size):
        yield from engine.taken_reasons(resource, (), sought.since, sought.until, size=sought.size)
    shared = engine.is_shared(resource, resource.rules_at(sought.since))
    if sought.size.is_exclusive and shared and not sought.asker.is_staff:
        detail = said("%(name)s is shared. Only staff may book it for one party alone.", name=resource.name)
        yield Reason("not_allowed", detail, str(resource.id), {}, said("Share it, or ask staff to book it for you."))


def _claims(viewer: Member, candidates: Sequence[Bookable], sought: Sought) -> Mapping[UUID, list[Claim]]:
    """What is promised of the candidates around the window."""
    if not candidates:
        return {}
    margin = engine.LONGEST_BUFFER
    since, until = sought.since - margin, sought.until + margin
    return claims_on(viewer.org_id, candidates, since, until, now=sought.now)
