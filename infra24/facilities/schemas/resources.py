"""Resources as they come in and go out of the API."""

from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field, StrictBool, StrictFloat, StrictInt, StringConstraints, field_validator

from infra24.core.days import zone_names
from infra24.core.inputs import Input
from infra24.core.paging import PageQuery
from infra24.core.wording import said
from infra24.facilities.services.checking import ResourceWish
from infra24.resources.models import Audience, Bookers, Resource, ResourceKind
from infra24.resources.pictures import SIZES, photo_url

Value = StrictBool | StrictInt | StrictFloat | Annotated[str, StringConstraints(max_length=200)]
Key = Annotated[str, StringConstraints(max_length=40)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Slug = Annotated[str, StringConstraints(max_length=60, pattern=r"^[-a-zA-Z0-9_]*$")]
Number = Annotated[StrictInt, Field(ge=1, le=100_000)]
Latitude = Annotated[StrictFloat | StrictInt, Field(ge=-90, le=90)]
Longitude = Annotated[StrictFloat | StrictInt, Field(ge=-180, le=180)]
MOST_NEEDS = 50
PLACE = "Degrees, WGS 84; both or neither."


class ResourcesQuery(PageQuery):
    kind: ResourceKind | None = Field(default=None, description="Only of this kind.")
    q: Annotated[str, Field(max_length=100, description="Part of the name.")] = ""
    group: Annotated[str, Field(max_length=80)] | None = Field(
        default=None, description="Only of this group; empty: those in none."
    )
    feature: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=20)] = Field(
        default=[],
        description="What it should have: `projector`, `floor=2`, `max_temperature>=1200`. May be repeated.",
    )
    people: Annotated[int, Field(ge=1, le=100_000)] | None = Field(
        default=None, description="So many people fit. What is not counted fits nobody for certain."
    )
    part_of: UUID | None = Field(default=None, description="Only the parts of this.")
    archived: bool = Field(default=False, description="Those put away instead; for staff, others get none.")


class _Said(Input):
    """What can be said of a resource; both a new one and a change are made of it."""

    slug: Slug = Field(default="", description="Its short name in addresses and tables; made from the name when empty.")
    description: Annotated[str, StringConstraints(max_length=4000)] = ""
    group: Annotated[str, StringConstraints(max_length=80)] = Field(
        default="", description="With what it stands together in lists and calendars: a floor, a lab."
    )
    location: Annotated[str, StringConstraints(max_length=160)] = ""
    latitude: Latitude | None = Field(default=None, description=PLACE)
    longitude: Longitude | None = Field(default=None, description=PLACE)
    capacity: Number | None = Field(default=None, description="People that fit; null: nobody counts.")
    units: Number = Field(default=1, description="How many alike.")
    time_zone: Annotated[str, StringConstraints(max_length=60)] = Field(
        default="", description="IANA name; empty: the organisation's."
    )
    features: Annotated[dict[Key, Value | None], Field(max_length=200)] = Field(
        default={}, description="Values by the key of a feature. In a change: others stay, null takes one away."
    )
    visible_to: Audience = Audience.EVERYONE
    bookable_by: Bookers = Bookers.MEMBER
    person_id: UUID | None = Field(default=None, description="Who it is, for the kind `person` and no other.")
    part_of: UUID | None = Field(default=None, description="Of the same kind, and only one unit.")
    needs: Annotated[list[UUID], Field(max_length=MOST_NEEDS)] = Field(
        default=[], description="Ids of the qualifications without which members cannot book it."
    )

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value and value not in zone_names():
            raise ValueError(said("This is not a time zone. Choose an IANA name such as America/New_York."))
        return value

    def to_wish(self) -> ResourceWish:
        """Only what was sent."""
        wish: Any = {name: getattr(self, name) for name in self.model_fields_set & set(ResourceWish.__annotations__)}
        for name in ("visible_to", "bookable_by"):
            if name in wish:
                wish[name] = str(wish[name])
        return wish  # type: ignore[no-any-return]


class ResourceIn(_Said):
    """A new resource. Its kind stays what it is."""

    kind: ResourceKind
    name: Words


class ResourceChange(_Said):
    """What to say otherwise; what is left out stays. `archived` puts it away, or brings it back."""

    name: Words = Field(default="", validate_default=False)
    archived: StrictBool | None = None


class PhotoOut(Schema):
    """A photo in two widths, never enlarged, and in words."""

    large: str = Field(description="Address of the picture, at most 1600 pixels wide.")
    small: str = Field(description="At most 480 pixels wide.")
    alt: str


class ResourceOut(Schema):
    """Something that can be booked."""

    id: UUID
    kind: ResourceKind
    name: str
    slug: str
    description: str
    group: str
    location: str
    latitude: float | None
    longitude: float | None
    capacity: int | None
    units: int
    time_zone: str = Field(description="Its own, or else the organisation's; IANA name.")
    features: dict[str, Any] = Field(description="Values by the key of a feature.")
    visible_to: Audience
    bookable_by: Bookers
    person_id: UUID | None = Field(description="Who it is, if it is a person.")
    part_of: UUID | None
    needs: list[UUID] = Field(description="Ids of the qualifications without which members cannot book it.")
    photo: PhotoOut | None
    archived: bool
    legacy_id: str = Field(description="What it was called where it was imported from; else empty.")
    version: int


def resource_out(resource: Resource, *, needs: Iterable[UUID], zone: str, slug: str) -> dict[str, Any]:
    """A resource in the shape of ResourceOut; `zone` and `slug` are the organisation's."""
    large, small = (photo_url(slug, resource, size=size) for size in SIZES)
    return {
        "id": resource.pk,
        "kind": resource.kind,
        "name": resource.name,
        "slug": resource.slug,
        "description": resource.description,
        "group": resource.group,
        "location": resource.location,
        "latitude": resource.latitude,
        "longitude": resource.longitude,
        "capacity": resource.capacity,
        "units": resource.units,
        "time_zone": resource.time_zone or zone,
        "features": resource.features,
        "visible_to": str(resource.visible_to),
        "bookable_by": str(resource.bookable_by),
        "person_id": resource.person_id,
        "part_of": resource.part_of_id,
        "needs": sorted(needs),
        "photo": {"large": large, "small": small, "alt": resource.photo_alt} if large else None,
        "archived": resource.archived_at is not None,
        "legacy_id": resource.legacy_id,
        "version": resource.version,
    }
