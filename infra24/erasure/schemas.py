"""An erasure as it comes in and goes out of the API."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

from infra24.core.inputs import Input
from infra24.erasure.services import Erased


class EraseIn(Input):
    """Whom to erase, said twice."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)] = Field(
        description="The person's name, so that nobody is erased by a slip."
    )
    ahead: Literal["cancel", "keep"] = Field(description="What becomes of bookings that have not begun.")


class ErasedOut(Schema):
    """What an erasure did."""

    erased_at: datetime
    cancelled: int = Field(description="Bookings that had not begun, and are cancelled.")
    kept: int = Field(description="Bookings that have not begun, and stay without the person.")
    withdrawn: int = Field(description="Places on the waitlist given up.")
    calendars: int = Field(description="Connected calendars taken away, with all that was known from them.")


def erased_out(erased: Erased) -> dict[str, Any]:
    """An erasure in the shape of ErasedOut, ready for JSON."""
    return {
        "erased_at": erased.at,
        "cancelled": erased.cancelled,
        "kept": erased.kept,
        "withdrawn": erased.withdrawn,
        "calendars": erased.calendars,
    }
