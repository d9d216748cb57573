"""People's own calendars as they come in and go out of the API. Their addresses never go out."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field, StringConstraints

from infra24.core.inputs import Input
from infra24.people.models import BusyFeed


class BusyFeedIn(Input):
    """A calendar to connect."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    address: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)] = Field(
        description="The secret address in iCal format, as the calendar's settings show it."
    )
    person_id: UUID | None = Field(default=None, description="Whose it is; null: yours. Others' only staff connect.")


class BusyFeedOut(Schema):
    """A calendar that makes a person busy here."""

    id: UUID
    person_id: UUID
    name: str
    host: str = Field(description="The server it lies on; the address itself is kept secret.")
    state: Literal["active", "paused"] = Field(description="Paused after five failures in a row.")
    failures: int = Field(description="In a row.")
    last_error: str = Field(description="Why it could not be read the last time; empty when it could.")
    polled_at: datetime | None = Field(description="When it was last tried.")
    read_at: datetime | None = Field(description="When it was last read.")


def feed_out(feed: BusyFeed) -> dict[str, Any]:
    """A calendar in the shape of BusyFeedOut."""
    return {
        "id": feed.pk,
        "person_id": feed.person_id,
        "name": feed.name,
        "host": feed.host,
        "state": str(feed.state),
        "failures": feed.failures,
        "last_error": feed.last_error,
        "polled_at": feed.polled_at,
        "read_at": feed.read_at,
    }
