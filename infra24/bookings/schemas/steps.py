"""What the steps of a booking take and answer, beyond the booking."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field, StringConstraints, model_validator

from infra24.bookings.schemas.bookings import BookingOut, ReasonOut
from infra24.bookings.services import Receiver
from infra24.core.inputs import Input


class TransferIn(Input):
    """Who is to have the booking: one of the two."""

    person_id: UUID | None = Field(default=None, description="A person; for members one who is a member too.")
    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=254)] = Field(
        default="", description="The address a member signs in with."
    )

    @model_validator(mode="after")
    def _one_way_to_say_who(self) -> "TransferIn":
        if (self.person_id is None) == (not self.email):
            raise ValueError("send person_id or email, one of them")
        return self

    def to_receiver(self) -> Receiver:
        return Receiver(self.person_id, self.email)


class RivalsOut(Schema):
    """Who else waits for the time of a booking, and what has taken it already."""

    taken: list[ReasonOut] = Field(description="What stands against this request by now; empty when it can be had.")
    rivals: list[BookingOut] = Field(description="Requests that could be confirmed now, but no more once this one is.")


class RequestOut(RivalsOut):
    """A booking that waits for a decision."""

    booking: BookingOut
    asked_at: datetime
