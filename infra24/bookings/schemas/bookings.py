"""Bookings as they come in and go out of the API."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field, StringConstraints, field_validator, model_validator

from infra24.bookings.models import Booking, Source, Status
from infra24.bookings.policies import Step
from infra24.bookings.services import BookingChange, BookingWish, LegWish
from infra24.core.days import zone_names
from infra24.core.inputs import Input
from infra24.core.instants import Instant
from infra24.orgs.models import Member

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Note = Annotated[str, StringConstraints(max_length=4000)]
Visibility = Literal["busy", "title"]
Rule = Annotated[
    str,
    Field(
        min_length=1,
        max_length=300,
        description="RFC 5545: DAILY, WEEKLY with BYDAY, MONTHLY with BYMONTHDAY or BYDAY; INTERVAL; COUNT or UNTIL.",
        examples=["FREQ=WEEKLY;BYDAY=TU;UNTIL=20271214"],
    ),
]
ON_CONFLICT: Any = Field(
    default="refuse",
    description="When some dates cannot be had: do nothing, or leave those for later and do the rest.",
)


class LegIn(Input):
    """One resource of a booking: a certain one, or any of several that would do."""

    resource_id: UUID | None = Field(default=None, description="This one, and no other.")
    any_of: Annotated[list[UUID], Field(min_length=1, max_length=50)] | None = Field(
        default=None, description="Any of these, the best first; the answer's leg at the same place says which."
    )
    units: Annotated[int, Field(ge=1, le=10_000)] = 1
    exclusive: bool = Field(default=False, description="Alone, though the resource may be shared.")

    @model_validator(mode="after")
    def _one_or_any(self) -> "LegIn":
        if (self.resource_id is None) == (self.any_of is None):
            raise ValueError("send resource_id for one resource, or any_of for a choice")
        return self

    def to_wish(self) -> LegWish:
        if self.resource_id is not None:
            return LegWish(self.resource_id, self.units, is_exclusive=self.exclusive)
        assert self.any_of is not None
        first, *others = self.any_of
        return LegWish(first, self.units, is_exclusive=self.exclusive, or_else=tuple(others))


class BookingWishIn(Input):
    """What is to be booked. `resource_id` is short for one leg."""

    title: Title
    starts_at: Instant
    ends_at: Instant
    resource_id: UUID | None = Field(default=None, description="Short for `legs` with one unit of one resource.")
    legs: Annotated[list[LegIn], Field(max_length=50)] | None = Field(
        default=None, description="Everything it takes, together."
    )
    status: Literal["hold", "confirmed"] | None = Field(
        default=None, description="null: what the rules and your role lead to."
    )
    person_id: UUID | None = Field(default=None, description="For whom; null: a member's is for themselves.")
    party_size: Annotated[int, Field(ge=1, le=100_000, description="How many are coming.")] = 1
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
    def _one_way_to_say_what(self) -> "BookingWishIn":
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


class RepeatIn(Input):
    """How a booking repeats."""

    rule: Rule
    on_conflict: Literal["refuse", "skip"] = ON_CONFLICT


class BookingIn(BookingWishIn):
    """A new booking, or with `series` the first of many."""

    series: RepeatIn | None = Field(default=None, description="Repeats it; the answer is the first that could be had.")


class BookingPatch(Input):
    """What to change; absent values stay, and so does what is null, but for `person_id` and `outcome`.

    `status` takes the booking one step on.
    """

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
    decline_rivals: bool = Field(
        default=False,
        description="With `confirmed`: decline the requests that lose their time by it too, with `reason`. Staff only.",
    )
    outcome: Literal["attended", "no_show"] | None = Field(
        default=None, description="Whether somebody came; null takes it back. Staff only, once it has begun."
    )

    @model_validator(mode="after")
    def _rivals_of_what_is_confirmed(self) -> "BookingPatch":
        if self.decline_rivals and self.status != "confirmed":
            raise ValueError("decline_rivals goes with status confirmed")
        return self

    @property
    def edits(self) -> bool:
        """True when something besides status and outcome is to change."""
        return bool(self.model_fields_set - {"status", "reason", "decline_rivals", "outcome"})

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
    """One resource of a booking. `blocks_from` and `blocks_until` include setting up and packing down."""

    resource_id: UUID
    units: int
    exclusive: bool
    starts_at: datetime
    ends_at: datetime
    blocks_from: datetime
    blocks_until: datetime


class BookingOut(Schema):
    """A booking."""

    id: UUID
    title: str
    status: Status
    version: int
    starts_at: datetime
    ends_at: datetime
    time_zone: str = Field(description="Zone in which the times were chosen; IANA name.")
    person_id: UUID | None = Field(description="For whom, if for anybody.")
    party_size: int
    note: str
    visibility: Visibility
    source: Source
    reason: str = Field(description="Why it was declined or cancelled; else empty.")
    expires_at: datetime | None = Field(description="When a hold ends by itself; null for everything else.")
    outcome: Literal["attended", "no_show"] | None = Field(
        description="Whether somebody came; null while nobody has said."
    )
    cancel_until: datetime | None = Field(description="Later, cancelling counts as late; null: until it begins.")
    cancelled_late: bool = Field(description="Cancelled by a member with too little notice; quotas go on counting it.")
    check_in_from: datetime | None = Field(description="When check-in opens; null where nobody checks in.")
    check_in_until: datetime | None = Field(description="When check-in closes; then it counts as missed.")
    checked_in_at: datetime | None = Field(description="When somebody said that they are here.")
    planned_ends_at: datetime | None = Field(description="When it was to end, where the rest was given back or missed.")
    may: list[Step] = Field(description="What you may do with it now; rules and other bookings may still refuse.")
    series_id: UUID | None = Field(description="The series it is a date of, if any.")
    recurrence_id: str | None = Field(description="The start its series means for it, on the wall; it may have moved.")
    legs: list[LegOut]


def booking_out(booking: Booking, *, by: Member) -> dict[str, Any]:
    """A booking with its `visible_legs` as a member sees it, in the shape of BookingOut, ready for JSON.

    A hold whose time has come is told as expired, whether or not anybody has noticed.
    """
    status, place = booking.status_now, booking.occurrence
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
        "outcome": booking.outcome or None,
        "cancel_until": booking.cancel_until,
        "cancelled_late": booking.is_late_cancelled,
        "check_in_from": booking.check_in_from,
        "check_in_until": booking.check_in_until,
        "checked_in_at": booking.checked_in_at,
        "planned_ends_at": booking.planned_ends_at,
        "may": booking.steps_now(by),
        "series_id": place.series_id if place else None,
        "recurrence_id": place.wall_on.isoformat() if place else None,
        "legs": legs_out(booking),
    }


def legs_out(booking: Booking) -> list[dict[str, Any]]:
    """Its `visible_legs` in the shape of LegOut."""
    return [
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
    ]


class SpanOut(Schema):
    """A stretch of time; its end is no longer part of it."""

    start: datetime
    end: datetime


class ReasonOut(Schema):
    """One cause of a refusal: the rule or row it comes from is in `source`, what would help in `cure`."""

    code: str = Field(description="One of the reason codes.")
    detail: str
    resource_id: UUID | None = Field(description="Of which resource; null where it is about none.")
    source: dict[str, Any]
    cure: str


class AlternativeOut(Schema):
    """What would have been possible: the same later, something similar then, or less time."""

    resource_id: UUID
    starts_at: datetime
    ends_at: datetime
    kind: Literal["later", "similar", "shorter"]
    instead_of: UUID | None = Field(description="With `similar`: the resource in whose place it would be.")
    resource_name: str


class RefusedOut(SpanOut):
    """A stretch of time that cannot be had, and every reason why."""

    reasons: list[ReasonOut]


class AvailabilityOut(Schema):
    """When a resource can be had. What is not free is refused."""

    time_zone: str = Field(description="The resource's; IANA name.")
    free: list[SpanOut]
    slots: list[SpanOut] = Field(description="Where a booking of the asked length fits; empty without a length.")
    refused: list[RefusedOut]


class EventLeg(Schema):
    """What an event says of one of its resources."""

    resource_id: UUID
    units: int
    exclusive: bool


class EventProps(Schema):
    """What the house says of an event beyond FullCalendar's own names. What you may not see is left out."""

    kind: Literal["booking", "closed", "closure"]
    status: Status | None = None
    version: int | None = None
    person: str | None = None
    person_id: UUID | None = None
    party_size: int | None = None
    mayEdit: bool | None = None  # noqa: N815  # FullCalendar's own spelling
    url: str | None = None
    legs: list[EventLeg] | None = None


class EventOut(Schema):
    """One item of FullCalendar's event array."""

    id: str = Field(description="A booking's own id; for times that are closed a text of no meaning.")
    resourceIds: list[UUID]  # noqa: N815
    title: str
    start: datetime
    end: datetime
    display: Literal["background"] | None = Field(default=None, description="Given for times that are closed.")
    extendedProps: EventProps  # noqa: N815
