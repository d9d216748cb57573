"""Webhooks as they come in and go out of the API. Their secrets go out once, when they are made."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from django.utils import timezone
from ninja import Schema
from pydantic import Field, StringConstraints, WithJsonSchema

from infra24.core.guarding import LONGEST_ADDRESS
from infra24.core.inputs import Input
from infra24.core.instants import Instant
from infra24.facts.catalogue import FactType
from infra24.facts.events import event_schema, example
from infra24.webhooks.models import Condition, Endpoint
from infra24.webhooks.policies import MOST_PER_MINUTE
from infra24.webhooks.services import EndpointWish

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Url = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_ADDRESS)]
Types = Annotated[list[Annotated[str, StringConstraints(max_length=60)]], Field(min_length=1, max_length=500)]
PerMinute = Annotated[int, Field(strict=True, ge=1, le=MOST_PER_MINUTE)]
Description = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
HowItStands = Annotated[Condition, WithJsonSchema({"type": "string", "enum": Condition.values})]
URL = "Begins with https:// and leads to a server in the open."
TYPES = "Those of `GET /api/webhooks/event-types` to be told of; null: all, and those to come."
PACE = "Deliveries a minute at most; null: as fast as things happen."


class EndpointIn(Input):
    """A webhook to set up."""

    name: Name
    url: Url = Field(description=URL)
    event_types: Types | None = Field(default=None, description=TYPES)
    description: Description = ""
    per_minute: PerMinute | None = Field(default=None, description=PACE)

    def to_wish(self) -> EndpointWish:
        return EndpointWish(self.name, self.url, self.event_types, self.description, self.per_minute)


class EndpointChange(Input):
    """Leave out what stays. Another address has to be proved anew."""

    name: Name | None = None
    url: Url | None = Field(default=None, description=URL)
    event_types: Types | None = Field(default=None, description=TYPES)
    description: Description | None = None
    per_minute: PerMinute | None = Field(default=None, description=PACE)

    def to_wish(self, endpoint: Endpoint) -> EndpointWish:
        """The endpoint as it would be. Null means something for types and pace, so what was sent counts."""
        target, sent = endpoint.destination, self.model_fields_set
        return EndpointWish(
            name=target.name if self.name is None else self.name,
            url=endpoint.url if self.url is None else self.url,
            fact_types=self.event_types if "event_types" in sent else target.fact_types,
            description=endpoint.description if self.description is None else self.description,
            per_minute=self.per_minute if "per_minute" in sent else target.per_minute,
        )


class RotateIn(Input):
    """How to go from one secret to the next."""

    old_works_hours: int = Field(
        default=24,
        strict=True,
        ge=0,
        le=168,
        description="For how long the old secret signs beside the new one; 0: no longer.",
    )

    @property
    def old_works(self) -> timedelta:
        return timedelta(hours=self.old_works_hours)


class EndpointOut(Schema):
    """A webhook."""

    id: UUID
    destination_id: UUID = Field(description="Where its deliveries are found: `/api/outbox/deliveries?destination=…`.")
    name: str
    url: str
    description: str
    event_types: list[str] | None = Field(description="What it is told of; null: everything.")
    per_minute: int | None
    condition: HowItStands = Field(
        description="`unproved`: it has not answered `endpoint.proof` yet; `disabled`: ended by us, until resumed."
    )
    because: str = Field(description="Why nothing is sent; empty while something is.")
    failing_since: Instant | None = Field(description="The first failure since the last success.")
    proved_at: Instant | None
    is_trying: bool = Field(description="Whether a proof or a test is on its way.")
    answered_at: Instant | None = Field(description="When the last proof or test came back.")
    answer: str = Field(description="What came of it, in the caller's language when it was asked for.")
    is_answer_good: bool
    previous_secret_until: Instant | None = Field(description="Until when the secret before signs too.")
    created_at: Instant
    version: int


class EndpointMade(EndpointOut):
    """A webhook with its secret."""

    secret: str = Field(description="`whsec_…`. Shown only now.")


class EventTypeOut(Schema):
    """Something that happens, of which webhooks may be told."""

    type: str
    subject: str = Field(description="What it happens to.")
    meaning: str
    version: int = Field(description="Of the shape of `data.values`.")
    body_schema: dict[str, Any] = Field(description="JSON Schema (draft 2020-12) of the whole body.")
    example: dict[str, Any]


def endpoint_out(endpoint: Endpoint) -> dict[str, Any]:
    """A webhook, loaded with its destination, in the shape of EndpointOut."""
    target = endpoint.destination
    return {
        "id": endpoint.pk,
        "destination_id": target.pk,
        "name": target.name,
        "url": endpoint.url,
        "description": endpoint.description,
        "event_types": target.fact_types,
        "per_minute": target.per_minute,
        "condition": endpoint.condition,
        "because": target.paused_because,
        "failing_since": target.failing_since,
        "proved_at": endpoint.proved_at,
        "is_trying": endpoint.is_waiting_for_answer,
        "answered_at": endpoint.answered_at,
        "answer": endpoint.answer,
        "is_answer_good": endpoint.is_answer_good,
        "previous_secret_until": endpoint.old_secret_until(timezone.now()),
        "created_at": endpoint.created_at,
        "version": endpoint.version,
    }


def event_type_out(kind: FactType) -> dict[str, Any]:
    """A type of events in the shape of EventTypeOut."""
    return {
        "type": kind.name,
        "subject": kind.subject_kind,
        "meaning": kind.meaning,
        "version": kind.version,
        "body_schema": event_schema(kind),
        "example": example(kind),
    }
