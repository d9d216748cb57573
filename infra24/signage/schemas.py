"""Displays as they come in and go out of the API, and what they show."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field, StringConstraints

from infra24.core.inputs import Input
from infra24.orgs.models import Organisation
from infra24.signage.boards import Board, Door
from infra24.signage.days import Stay
from infra24.signage.models import Display, Look
from infra24.signage.policies import DoorState
from infra24.signage.queries import address_of

Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)]
Place = Annotated[str, StringConstraints(strip_whitespace=True, max_length=160)]


class DisplayIn(Input):
    """A display to put up."""

    name: Name = Field(default="", description="By which staff know it again.")
    resource_id: UUID | None = Field(default=None, description="Of which resource; null: of many.")
    place: Place = Field(
        default="", description="Of many: those whose `location` is this. Empty: all that everybody may see."
    )
    look: Look = Look.DARK


class DisplayPatch(Input):
    """What is to be different; what is left out stays."""

    name: Name | None = None
    look: Look | None = None


class DisplayOut(Schema):
    """A display by a door."""

    id: UUID
    name: str
    resource_id: UUID | None
    place: str
    look: Look
    made_at: datetime
    seen_at: datetime | None = Field(description="When it last asked what is on, to the minute; null: never.")
    address: str = Field(description="What to open on the tablet. Whoever has it can look.")
    version: int


class StayOut(Schema):
    """A booking as anybody may read it."""

    title: str = Field(description="The title where the booking shows it, else “Booked”.")
    starts_at: datetime
    ends_at: datetime


class DoorOut(Schema):
    """One resource as its door says it."""

    resource_id: UUID
    name: str
    state: DoorState
    until: datetime | None = Field(description="Until when that holds; null: for longer than the next day.")
    now: list[StayOut]
    next: list[StayOut] = Field(description="What follows today, at most four.")


class BoardOut(Schema):
    """What a display shows at this instant."""

    at: datetime
    changes_at: datetime | None = Field(description="When to ask again, if nobody changes anything before.")
    doors: list[DoorOut]


def display_out(display: Display, organisation: Organisation) -> dict[str, Any]:
    """A display in the shape of DisplayOut."""
    return {
        "id": display.pk,
        "name": display.name,
        "resource_id": display.resource_id,
        "place": display.place,
        "look": display.look,
        "made_at": display.made_at,
        "seen_at": display.sighting.seen_at,
        "address": address_of(display, organisation),
        "version": display.version,
    }


def board_out(board: Board) -> dict[str, Any]:
    """A board in the shape of BoardOut."""
    return {"at": board.now, "changes_at": board.changes_at, "doors": [_door(door) for door in board.doors]}


def _door(door: Door) -> dict[str, Any]:
    return {
        "resource_id": door.resource.pk,
        "name": door.resource.name,
        "state": door.standing.state,
        "until": door.standing.until,
        "now": [_stay(stay) for stay in door.running],
        "next": [_stay(stay) for stay in door.next],
    }


def _stay(stay: Stay) -> dict[str, Any]:
    return {"title": stay.public_title, "starts_at": stay.starts_at, "ends_at": stay.ends_at}
