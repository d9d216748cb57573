"""Bookings as they come in and go out of the API."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field, StringConstraints, field_validator, model_validator

from infra24.bookings.models import Booking, Status
from infra24.bookings.services import BookingChange, BookingWish, LegWish
from infra24.core.days import zone_names
from infra24.core.instants import Instant

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Note = Annotated[str, StringConstraints(max_length=4000)]
Visibility = Literal["busy", "title"]


class LegIn(Schema):
    """One resource of a booking."""

    model_config = ConfigDict(extra="forbid")

    resource_id: UUID
    units: Annotated[int, Field(ge=1, le=10_000)] = 1
    exclusive: bool = Field(default=False, description="Alone, though the resource may be shared.")

    def to_wish(self) -> LegWish:
        return LegWish(self.resource_id, self.units, is_exclusive=self.exclusive)


class BookingIn(Schema):
    """A new booking. `resource_id` is short for one leg."""

    model_config = ConfigDict(extra="forbid")

    title: Title
    starts_at: Instant
    ends_at: Instant
    resource_id: UUID | None = None
    legs: Annotated[list[LegIn], Field(max_length=50)] | None = None
    status: Literal["hold", "confirmed"] | None = Field(
        default=None, description="null: what the rules and your role lead to."
    )
    person_id: UUID | None = None
    party_size: Annotated[int, Field(ge=1, le=100_000)] = 1
    note: Note = ""
    visibility: Visibility = "busy"
    time_zone: str | None = Field(default=None, description="Zone in which the times were chosen; IANA name.")

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        if value is not None and value not in zone_names():
            raise ValueError("not a time zone; use an IANA name such as America/New_York")
        return value

    @model_validator(mode="after")
    def _one_way_to_say_what(self) -> "BookingIn":
        if self.resource_id is not None and self.legs is not None:
            raise ValueError("send resource_id or legs, not both")
        return self

    def to_wish(self) -> BookingWish:
        legs = tuple(leg.to_wish() for leg in self.legs or ())
        if self.resource_id is not None:
            legs = (LegWish(self.resource_id),)
        return BookingWish(
            title=self.title,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            legs=legs,
            status=self.status,
            person_id=self.person_id,
            party_size=self.party_size,
            note=self.note,
            visibility=self.visibility,
            time_zone=self.time_zone,
        )


class BookingPatch(Schema):
    """What to change; absent values stay. `status` takes the booking one step on."""

    model_config = ConfigDict(extra="forbid")

    title: Title | None = None
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    legs: Annotated[list[LegIn], Field(min_length=1, max_length=50)] | None = None
    person_id: UUID | None = Field(default=None, description="null takes the person off.")
    party_size: Annotated[int, Field(ge=1, le=100_000)] | None = None
    note: Note | None = None
    visibility: Visibility | None = None
    status: Literal["confirmed", "declined", "cancelled"] | None = None
    reason: Annotated[str, StringConstraints(max_length=500)] = Field(default="", description="Why; needed to decline.")

    @property
    def edits(self) -> bool:
        """True when something besides the status is to change."""
        return bool(self.model_fields_set - {"status", "reason"})

    def to_change(self) -> BookingChange:
        return BookingChange(
            title=self.title,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            legs=tuple(leg.to_wish() for leg in self.legs) if self.legs else None,
            person_id=self.person_id,
            for_nobody="person_id" in self.model_fields_set and self.person_id is None,
            party_size=self.party_size,
            note=self.note,
            visibility=self.visibility,
        )


class LegOut(Schema):
    resource_id: UUID
    units: int
    exclusive: bool
    starts_at: datetime
    ends_at: datetime
    blocks_from: datetime
    blocks_until: datetime


class BookingOut(Schema):
    id: UUID
    title: str
    status: str
    version: int
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    person_id: UUID | None
    party_size: int
    note: str
    visibility: str
    source: str
    reason: str
    expires_at: datetime | None
    legs: list[LegOut]


def booking_out(booking: Booking) -> dict[str, Any]:
    """A booking with its `visible_legs`, in the shape of BookingOut, ready for JSON.

    A hold whose time has come is told as expired, whether or not anybody has noticed.
    """
    status = booking.status_now
    return {
        "id": booking.pk,
        "title": booking.title,
        "status": str(status),
        "version": booking.version,
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
        "time_zone": booking.time_zone,
        "person_id": booking.person_id,
        "party_size": booking.party_size,
        "note": booking.note,
        "visibility": str(booking.visibility),
        "source": str(booking.source),
        "reason": booking.reason,
        "expires_at": booking.expires_at if status == Status.HOLD else None,
        "legs": [
            {
                "resource_id": leg.resource_id,
                "units": leg.units,
                "exclusive": leg.sharing == booking.pk,
                "starts_at": leg.starts_at,
                "ends_at": leg.ends_at,
                "blocks_from": leg.blocks_from,
                "blocks_until": leg.blocks_until,
            }
            for leg in booking.visible_legs
        ],
    }


class SpanOut(Schema):
    start: datetime
    end: datetime


class ReasonOut(Schema):
    """One cause of a refusal: the rule or row it comes from is in `source`, what would help in `cure`."""

    code: str
    detail: str
    resource_id: UUID | None
    source: dict[str, Any]
    cure: str


class RefusedOut(SpanOut):
    reasons: list[ReasonOut]


class AvailabilityOut(Schema):
    time_zone: str
    free: list[SpanOut]
    slots: list[SpanOut]
    refused: list[RefusedOut]


class EventProps(Schema):
    kind: str
    status: str | None = None
    version: int | None = None
    person: str | None = None
    person_id: UUID | None = None
    party_size: int | None = None
    mayEdit: bool | None = None  # noqa: N815  # FullCalendar's own spelling
    url: str | None = None
    legs: list[dict[str, Any]] | None = None


class EventOut(Schema):
    """One item of FullCalendar's event array."""

    id: str
    resourceIds: list[str]  # noqa: N815
    title: str
    start: str
    end: str
    display: str | None = None
    extendedProps: EventProps  # noqa: N815
