"""What goes out to calendars besides events."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Schema
from pydantic import Field

from infra24.bookings.availability import Availability
from infra24.bookings.changes import Changes
from infra24.bookings.models import Booking, Status
from infra24.bookings.schemas.bookings import AvailabilityOut, LegOut, legs_out
from infra24.core.problems import reason_document


class ChangesOut(Schema):
    """What is new. Read again what you show of it; nothing here says how it is now."""

    cursor: str = Field(description="To ask with next, as `after`. The same as before when nothing is new.")
    bookings: list[UUID] = Field(description="Made, changed or ended.")
    closures: bool = Field(description="Whether it changed when things are open: closures and rules.")
    resources: bool = Field(description="Whether it changed what there is: resources and features.")
    people: bool = Field(description="Whether what is said of somebody changed: their name on bookings.")
    more: bool = Field(
        description="True when there is more than is told here, or `after` was none of ours or from before the "
        "database was last started: read everything again, and go on with this cursor."
    )


def changes_out(changes: Changes) -> dict[str, Any]:
    return {
        "cursor": changes.cursor,
        "bookings": changes.booking_ids,
        "closures": changes.is_opening_new,
        "resources": changes.are_resources_new,
        "people": changes.are_people_new,
        "more": changes.is_all_new,
    }


def availability_out(found: Availability) -> dict[str, Any]:
    """In the shape of AvailabilityOut, ready for JSON."""
    return {
        "time_zone": found.time_zone,
        "free": [{"start": since, "end": until} for since, until in found.free],
        "slots": [{"start": since, "end": until} for since, until in found.slots],
        "refused": [
            {"start": since, "end": until, "reasons": [reason_document(reason) for reason in reasons]}
            for (since, until), reasons in found.refused
        ],
    }


class FreeOut(AvailabilityOut):
    """When one of the resources can be had. What is not free is refused."""

    resource_id: UUID


class CalendarFreeOut(Schema):
    """When resources can be had."""

    items: list[FreeOut] = Field(description="In the order asked; without what is put away or not for you to see.")


def free_out(found: Mapping[UUID, Availability]) -> dict[str, Any]:
    return {"items": [{"resource_id": each, **availability_out(one)} for each, one in found.items()]}


class CheckedOut(Schema):
    """What would be booked. Nothing is."""

    status: Status
    starts_at: datetime
    ends_at: datetime
    time_zone: str = Field(description="Zone in which the times are meant; IANA name.")
    legs: list[LegOut] = Field(description="Of a choice the resource that would be taken, set-up and pack-down given.")


def checked_out(booking: Booking) -> dict[str, Any]:
    """A booking that was not kept, in the shape of CheckedOut."""
    return {
        "status": str(booking.status),
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
        "time_zone": booking.time_zone,
        "legs": legs_out(booking),
    }
