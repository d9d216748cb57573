"""Deliveries as they come in and go out of the API."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field, StringConstraints, WithJsonSchema

from infra24.core.inputs import Input
from infra24.core.instants import Instant
from infra24.core.paging import PageQuery
from infra24.outbox.console import Place
from infra24.outbox.health import Colour
from infra24.outbox.history import History, Try
from infra24.outbox.models import Attempt, Delivery, Destination
from infra24.outbox.selecting import LONGEST_TEXT, Selection
from infra24.outbox.services import LONGEST_REASON

DeliveryStatus = Annotated[Delivery.Status, WithJsonSchema({"type": "string", "enum": Delivery.Status.values})]
"""Written out where it is used: in the API's document the name Status is the booking's."""


Outcome = Annotated[Attempt.Outcome, WithJsonSchema({"type": "string", "enum": Attempt.Outcome.values})]
Cause = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{32})?$")]
Words = Annotated[str, StringConstraints(max_length=LONGEST_TEXT, pattern=r"^[^\x00]*$")]


class DeliveriesQuery(PageQuery):
    status: Annotated[list[DeliveryStatus], Field(max_length=6, description="Any of these; all if left out.")] = []
    destination: UUID | None = Field(default=None, description="Only those to this destination.")
    subject: UUID | None = Field(default=None, description="Only those about this: a booking, say.")
    type: Words = Field(default="", description="Only those of this fact: `booking.confirmed`.")
    outcome: Outcome | None = Field(default=None, description="Only those whose last try ended so.")
    cause: Cause = Field(default="", description="Only those that failed for this cause; from `/outbox/failed`.")
    text: Words = Field(default="", description="Only those with this in their note.")
    since: Instant | None = Field(default=None, description="Only those made from this instant on.")
    until: Instant | None = Field(default=None, description="Only those made before this instant.")
    timers: bool = Field(default=False, description="Timers too, not only those that failed.")

    def to_selection(self) -> Selection:
        return Selection(
            statuses=tuple(status.value for status in self.status),
            destination_id=self.destination,
            subject_id=self.subject,
            fact_type=self.type,
            outcome=self.outcome.value if self.outcome else "",
            cause=self.cause,
            text=self.text,
            since=self.since,
            until=self.until,
        )


class ReasonIn(Input):
    """Why something is done, for those who look later."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_REASON)]


class DestinationOut(Schema):
    """Where deliveries go."""

    id: UUID
    kind: Destination.Kind
    name: str
    state: Destination.State
    paused_because: str = Field(description="Why, while it is paused; else empty.")
    rests_until: datetime | None = Field(description="Asked to slow down: nothing is tried before.")


class HealthOut(Schema):
    """How a destination does. The sentences are in the caller's language."""

    colour: Annotated[Colour, WithJsonSchema({"type": "string", "enum": [colour.value for colour in Colour]})] = Field(
        description="`green`: all is well. `amber`: held up, and goes on by itself. `red`: somebody must do something."
    )
    happened: str = Field(description="What there is to know.")
    act: str = Field(description="Who must do what, the most urgent first.")


class DestinationCountsOut(DestinationOut):
    """Where deliveries go, how many are on their way, and how it does."""

    waiting: int
    failed: int
    oldest_due_at: datetime | None = Field(
        description="Since when something should have been delivered; null when nothing is late."
    )
    health: HealthOut
    paused_by: str | None = Field(description="The member who paused it; null when it runs, or when we paused it.")
    paused_at: datetime | None = Field(description="Since when it is paused; null when it runs.")
    failing_since: datetime | None = Field(description="Since when every try fails; null while it works.")
    worked_at: datetime | None = Field(description="The last try that succeeded.")


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


class ExchangeOut(Schema):
    """One request to the other side, and its answer. Bodies are cut; whoever is no admin reads nothing of people."""

    method: str
    url: str
    status: int | None = Field(description="Null when there was no answer.")
    request: str
    response: str
    milliseconds: int


class AttemptOut(Schema):
    """One try to deliver."""

    number: int
    started_at: datetime
    ended_at: datetime
    outcome: Attempt.Outcome
    detail: str
    exchanges: list[ExchangeOut] = Field(description="What was asked and answered, in this order.")


class DeliveryWithTriesOut(DeliveryOut):
    """One fact on its way to one destination, with every try and what comes next."""

    data: dict[str, Any] = Field(description="What the fact says besides its type and subject: ids, mostly.")
    next_step: str = Field(description="What happens next, and when, in the caller's language.")
    waits_for: UUID | None = Field(description="The earlier delivery about the same subject it has to wait for.")
    waiting_behind: int = Field(description="How many later ones about the same subject wait for it.")
    may_retry: bool
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


def place_out(place: Place) -> dict[str, Any]:
    """A destination and how it does, in the shape of DestinationCountsOut."""
    destination, pause = place.destination, place.pause
    return {
        **destination_out(destination),
        "waiting": destination.waiting_count,
        "failed": destination.failed_count,
        "oldest_due_at": destination.oldest_due_at,
        "health": {"colour": place.colour, "happened": place.happened, "act": place.act},
        "paused_by": pause.by if pause else None,
        "paused_at": pause.at if pause else None,
        "failing_since": destination.failing_since,
        "worked_at": destination.worked_at,
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


def history_out(history: History) -> dict[str, Any]:
    """A delivery with its tries, in the shape of DeliveryWithTriesOut."""
    return {
        **delivery_out(history.delivery),
        "data": history.delivery.fact.data,
        "next_step": history.next_step,
        "waits_for": history.waits_for.pk if history.waits_for else None,
        "waiting_behind": history.waiting_behind,
        "may_retry": history.may_retry,
        "tries": [_try_out(one) for one in history.tries],
    }


def _try_out(one: Try) -> dict[str, Any]:
    attempt = one.attempt
    return {
        "number": attempt.number,
        "started_at": attempt.started_at,
        "ended_at": attempt.ended_at,
        "outcome": attempt.outcome,
        "detail": attempt.detail,
        "exchanges": [vars(exchange) for exchange in one.exchanges],
    }
