"""Deliveries as they come in and go out of the API."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field, StringConstraints, WithJsonSchema

from infra24.core.paging import PageQuery
from infra24.outbox.models import Attempt, Delivery, Destination
from infra24.outbox.services import LONGEST_REASON

DeliveryStatus = Annotated[Delivery.Status, WithJsonSchema({"type": "string", "enum": Delivery.Status.values})]
"""Written out where it is used: in the API's document the name Status is the booking's."""


class DeliveriesQuery(PageQuery):
    status: Annotated[list[DeliveryStatus], Field(max_length=5, description="Any of these; all if left out.")] = []
    destination: UUID | None = Field(default=None, description="Only those to this destination.")
    subject: UUID | None = Field(default=None, description="Only those about this: a booking, say.")
    timers: bool = Field(default=False, description="Timers too, not only those that failed.")


class ReasonIn(Schema):
    """Why something is done, for those who look later."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_REASON)]


class DestinationOut(Schema):
    """Where deliveries go."""

    id: UUID
    kind: Destination.Kind
    name: str
    state: Destination.State
    paused_because: str = Field(description="Why, while it is paused; else empty.")
    rests_until: datetime | None = Field(description="Asked to slow down: nothing is tried before.")


class DestinationCountsOut(DestinationOut):
    """Where deliveries go, and how many are on their way."""

    waiting: int
    failed: int
    oldest_due_at: datetime | None = Field(
        description="Since when something should have been delivered; null when nothing is late."
    )


class FactOut(Schema):
    """What happened."""

    id: UUID
    type: str = Field(description="As `booking.confirmed`.")
    subject_id: UUID = Field(description="What it happened to: a booking, say.")
    number: int = Field(description="Position among the facts of its subject, from 1.")
    recorded_at: datetime


class DeliveryOut(Schema):
    """One fact on its way to one destination."""

    id: UUID
    fact: FactOut
    destination: DestinationOut
    handler: str = Field(description="What tells the destination.")
    is_timer: bool = Field(description="True for what was set for later rather than told at once.")
    status: DeliveryStatus
    due_at: datetime = Field(description="The next try, while it waits.")
    attempts: int = Field(description="Tries so far.")
    outcome: Attempt.Outcome | None = Field(description="Of the last try; null before the first.")
    note: str = Field(description="What the last try was told, or why it was given up.")
    created_at: datetime
    settled_at: datetime | None = Field(description="When it arrived or was given up; null while it waits.")


class AttemptOut(Schema):
    """One try to deliver."""

    number: int
    started_at: datetime
    ended_at: datetime
    outcome: Attempt.Outcome
    detail: str


class DeliveryWithTriesOut(DeliveryOut):
    """One fact on its way to one destination, with every try."""

    tries: list[AttemptOut]


def destination_out(destination: Destination) -> dict[str, Any]:
    """A destination in the shape of DestinationOut."""
    return {
        "id": destination.pk,
        "kind": destination.kind,
        "name": str(destination),
        "state": destination.state,
        "paused_because": destination.paused_because,
        "rests_until": destination.rests_until,
    }


def destination_counts_out(destination: Any) -> dict[str, Any]:
    """A destination of `queries.visible_destinations` in the shape of DestinationCountsOut."""
    return {
        **destination_out(destination),
        "waiting": destination.waiting_count,
        "failed": destination.failed_count,
        "oldest_due_at": destination.oldest_due_at,
    }


def delivery_out(delivery: Delivery) -> dict[str, Any]:
    """A delivery, loaded with fact and destination, in the shape of DeliveryOut."""
    fact = delivery.fact
    return {
        "id": delivery.pk,
        "fact": {
            "id": fact.pk,
            "type": fact.type,
            "subject_id": fact.subject_id,
            "number": fact.number,
            "recorded_at": fact.recorded_at,
        },
        "destination": destination_out(delivery.destination),
        "handler": delivery.handler,
        "is_timer": delivery.is_timer,
        "status": delivery.status,
        "due_at": delivery.due_at,
        "attempts": delivery.attempts,
        "outcome": delivery.outcome or None,
        "note": delivery.note,
        "created_at": delivery.created_at,
        "settled_at": delivery.settled_at,
    }


def attempt_out(attempt: Attempt) -> dict[str, Any]:
    """A try in the shape of AttemptOut."""
    return {
        "number": attempt.number,
        "started_at": attempt.started_at,
        "ended_at": attempt.ended_at,
        "outcome": attempt.outcome,
        "detail": attempt.detail,
    }
