"""One thing done to many bookings, as it comes in and goes out of the API."""

import re
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import Field, StringConstraints, model_validator

from infra24.bookings.models import Status
from infra24.bookings.schemas.bookings import AlternativeOut, ReasonOut
from infra24.bookings.services.bulk import (
    MOST,
    Action,
    BulkResult,
    BulkWish,
    Item,
    OnConflict,
    Pick,
    State,
)
from infra24.core.inputs import Input
from infra24.core.problems import reason_document

_OFFSET = r"^[-+]?P([0-9]{1,3}W)?([0-9]{1,4}D)?(T([0-9]{1,5}H)?([0-9]{1,5}M)?)?$"
_PARTS = re.compile(
    r"[-+]?P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?)?", re.ASCII
)


def offset_of(text: str) -> timedelta:
    """An ISO 8601 duration of weeks, days, hours and minutes, perhaps with a sign: `-P1DT30M`. Raises ValueError."""
    found = _PARTS.fullmatch(text)
    if not found:
        raise ValueError(_("Write a duration of weeks, days, hours and minutes, as P7D or -PT30M."))
    length = timedelta(**{unit: int(number or 0) for unit, number in found.groupdict().items()})
    return -length if text.startswith("-") else length


Offset = Annotated[str, StringConstraints(pattern=_OFFSET)]


class PickIn(Input):
    """One booking."""

    id: UUID
    version: int | None = Field(default=None, ge=1, le=2**31 - 1, description="As you have seen it; null: any.")


class BulkIn(Input):
    """One thing to do to many bookings, and what it needs to be done."""

    ids: Annotated[list[PickIn], Field(min_length=1, max_length=MOST)] = Field(
        description="Each once. Where not all can, those named first go first."
    )
    action: Action
    reason: Annotated[str, StringConstraints(max_length=500)] = Field(
        default="", description="To `decline`, where it is needed, and to `cancel`."
    )
    offset: Offset | None = Field(
        default=None,
        description="To `move`: weeks, days, hours and minutes as P7D or -PT30M, added to what the clock shows.",
    )
    from_resource_id: UUID | None = Field(default=None, description="To `change_resource`: what they use now.")
    to_resource_id: UUID | None = Field(default=None, description="To `change_resource`: what they use instead.")
    text: Annotated[str, StringConstraints(max_length=4000)] = Field(default="", description="The `message`.")
    on_conflict: OnConflict = Field(
        default=OnConflict.REFUSE, description="`refuse`: all of them or none; `skip`: as many as can be."
    )

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({pick.id for pick in self.ids}) < len(self.ids):
            raise ValueError(_("Name each booking once."))
        return self

    def to_wish(self) -> BulkWish:
        return BulkWish(
            picks=tuple(Pick(pick.id, pick.version) for pick in self.ids),
            action=self.action,
            reason=self.reason,
            offset=offset_of(self.offset) if self.offset else timedelta(),
            from_resource_id=self.from_resource_id,
            to_resource_id=self.to_resource_id,
            text=self.text,
            on_conflict=self.on_conflict,
        )


class BulkStateOut(Schema):
    """How a booking stands, or would."""

    status: Status
    starts_at: datetime
    ends_at: datetime
    resource_ids: list[UUID]


class BulkItemOut(Schema):
    """What becomes of one booking."""

    id: UUID
    outcome: Literal["ok", "conflict", "illegal_step", "not_found", "stale", "nobody_to_write_to"] = Field(
        description="`ok`: it can be done, and was if anything was."
    )
    title: str | None = Field(description="null for what is not found.")
    version: int | None = Field(description="As it is now; null for what is not found.")
    before: BulkStateOut | None
    after: BulkStateOut | None = Field(description="What was asked for; null where the step alone is impossible.")
    code: str | None = Field(description="Why not, as an error code; null when it can be.")
    detail: str | None = Field(description="Why not, to show to a person.")
    reasons: list[ReasonOut] = Field(description="Every cause of a conflict at once.")
    alternatives: list[AlternativeOut] = Field(description="Up to three times that would do, for the first conflicts.")


class BulkOut(Schema):
    """What becomes of each, in the order asked."""

    items: list[BulkItemOut]
    counts: dict[str, int] = Field(description="How many of each outcome.")


def bulk_out(result: BulkResult) -> dict[str, Any]:
    """In the shape of BulkOut, ready for JSON."""
    return {
        "items": [item_out(item) for item in result.items],
        "counts": {outcome.value: number for outcome, number in result.counts.items()},
    }


def item_out(item: Item) -> dict[str, Any]:
    """In the shape of BulkItemOut, ready for JSON."""
    return {
        "id": item.booking_id,
        "outcome": item.outcome.value,
        "title": item.booking.title if item.booking else None,
        "version": item.booking.version if item.booking else None,
        "before": _state_out(item.before),
        "after": _state_out(item.after),
        "code": item.error.code if item.error else None,
        "detail": item.why_not or None,
        "reasons": [reason_document(reason) for reason in item.reasons],
        "alternatives": item.alternatives,
    }


def _state_out(state: State | None) -> dict[str, Any] | None:
    if state is None:
        return None
    return {
        "status": state.status,
        "starts_at": state.starts_at,
        "ends_at": state.ends_at,
        "resource_ids": state.resources,
    }
