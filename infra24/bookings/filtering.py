"""What somebody wants to see of a calendar."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from infra24.bookings.search import known_features, lacking
from infra24.orgs.models import Member
from infra24.resources import policies as engine
from infra24.resources.policies import Bookable, FeatureWish, Size
from infra24.resources.queries import features_said


@dataclass(frozen=True)
class EventFilter:
    """Everything that is said has to hold; what is left out does not matter."""

    resource_ids: Sequence[UUID] = ()
    kinds: Sequence[str] = ()
    """Of what is booked, as are the next two."""
    features: Sequence[FeatureWish] = ()
    people: int = 1
    statuses: Sequence[str] = ()
    """Of the booking, as are the next three."""
    sources: Sequence[str] = ()
    person_id: UUID | None = None
    text: str = ""
    """In the title, or in the name of whom it is for."""

    @property
    def narrows_resources(self) -> bool:
        return bool(self.resource_ids or self.narrows_by_more_than_ids)

    @property
    def narrows_by_more_than_ids(self) -> bool:
        return bool(self.kinds or self.features or self.people > 1)

    @property
    def narrows_bookings(self) -> bool:
        return bool(self.statuses or self.sources or self.person_id or self.text)


EVERYTHING = EventFilter()


def narrowed(viewer: Member, visible: Iterable[Bookable], wanted: EventFilter) -> list[Bookable]:
    """Those of the resources that are asked for. Two queries where features are, else none. Raises UnknownFeature."""
    found = list(visible)
    if wanted.resource_ids:
        ids = set(wanted.resource_ids)
        found = [one for one in found if one.id in ids]
    if wanted.kinds:
        found = [one for one in found if one.kind in wanted.kinds]
    if wanted.people > 1:
        found = [one for one in found if engine.fits(one, Size(people=wanted.people))]
    if features := known_features(viewer.org_id, wanted.features):
        values = features_said(viewer.org_id)
        found = [one for one in found if not list(lacking(one, values.get(one.id, {}), features))]
    return found
