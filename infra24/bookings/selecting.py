"""Which bookings are meant: the filter and the orders that the table, its files and the API share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from infra24.bookings.models import Leg
from infra24.bookings.policies import LONGEST
from infra24.bookings.queries import being
from infra24.bookings.search import known_features
from infra24.core.sorting import sort_key
from infra24.orgs.models import Member
from infra24.resources.models import Resource
from infra24.resources.policies import FeatureWish
from infra24.resources.vocabulary import having

LONGEST_TEXT = 100
"""Characters to look for."""

ORDERS: Final[Mapping[str, Sequence[str]]] = {
    "when": ("starts_at", "id"),
    "-when": ("-starts_at", "-id"),
    # Ids are made in the order in which bookings are.
    "asked": ("id",),
    "-asked": ("-id",),
    "title": ("title", "id"),
    "-title": ("-title", "-id"),
    "people": ("party_size", "id"),
    "-people": ("-party_size", "-id"),
}
"""Stored columns to sort by, by the name that addresses use; the last is unique."""
INDEXED: Final = frozenset({"when", "-when", "asked", "-asked"})
"""Orders in which a page is read off an index. For others everything that is meant is read and sorted."""


@dataclass(frozen=True)
class BookingFilter:
    """What a list of bookings is narrowed to; None and empty leave it wide."""

    since: datetime | None = None
    """Only what ends after this."""
    until: datetime | None = None
    """Only what starts before this."""
    ended_by: datetime | None = None
    """Only what is over by then."""
    statuses: Sequence[str] = ()
    kinds: Sequence[str] = ()
    """Only what uses anything of these kinds."""
    features: Sequence[FeatureWish] = ()
    """Only what uses one thing that has them all."""
    sources: Sequence[str] = ()
    resource_id: UUID | None = None
    person_id: UUID | None = None
    text: str = ""
    """Somewhere in the title, the note, or whom it is for."""

    def to_q(self, viewer: Member, *, now: datetime) -> Q:
        """As a condition on bookings; dead holds are expired. Raises UnknownFeature."""
        condition = Q()
        if self.since:
            condition &= Q(starts_at__gt=self.since - LONGEST, ends_at__gt=self.since)
        if self.until:
            condition &= Q(starts_at__lt=self.until)
        if self.ended_by:
            condition &= Q(starts_at__lt=self.ended_by, ends_at__lte=self.ended_by)
        if self.statuses:
            condition &= being(self.statuses, now)
        if self.sources:
            condition &= Q(source__in=self.sources)
        if self.person_id:
            condition &= Q(person_id=self.person_id)
        if self.resource_id:
            condition &= Q(legs__resource_id=self.resource_id, legs__is_implied=False)
        if self.kinds or self.features:
            condition &= self._using(viewer)
        if words := self.text.replace("\0", "").strip():
            condition &= (
                Q(title__icontains=words)
                | Q(note__icontains=words)
                | Q(person__sort_key__contains=sort_key(words))
                | Q(person__email__contains=words.lower())
            )
        return condition

    def _using(self, viewer: Member) -> Q:
        """Bookings one of whose visible legs is of such a thing."""
        things = Resource.objects.filter(org_id=viewer.org_id)
        if self.kinds:
            things = things.filter(kind__in=self.kinds)
        known = known_features(viewer.org_id, self.features)
        things = having(things, self.features, {wish.key: feature for wish, feature in known})
        legs = Leg.objects.filter(org_id=viewer.org_id, booking=OuterRef("pk"), is_implied=False)
        return Q(Exists(legs.filter(resource__in=things.values("pk"))))
