"""Rules as they come in and go out of the API."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Self
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from infra24.bookings.schemas import ReasonOut
from infra24.core.days import FIRST_DAY, LAST_DAY
from infra24.core.inputs import Input
from infra24.core.problems import reason_document
from infra24.core.wording import said
from infra24.facilities.rehearsal import Rehearsal, Struck
from infra24.facilities.words import NAMES, attribute_of
from infra24.resources.models import AvailabilityRule, ResourceKind
from infra24.resources.policies import Effective


def _known(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(said("Choose a day between the years 2000 and 2099."))
    return day


KnownDay = Annotated[date, AfterValidator(_known)]
ScopeName = Annotated[str, Field(description="`default`, `organisation`, `kind` or `resource`.")]


class RulesIn(Input):
    """What a scope says from a day on: one resource, a kind or, with neither, the whole organisation."""

    resource_id: UUID | None = None
    kind: ResourceKind | None = None
    valid_from: KnownDay | None = Field(default=None, description="Local date; null: today.")
    rules: dict[str, Any] = Field(description="A document as `GET /api/rules/schema` describes it.")
    note: Annotated[str, StringConstraints(max_length=200)] = Field(default="", description="Why.")
    based_on: UUID | None = Field(
        default=None, description="The last row of the scope you have seen; 412 when there is a later one. As If-Match."
    )

    @model_validator(mode="after")
    def _one_scope(self) -> Self:
        if self.resource_id is not None and self.kind is not None:
            raise ValueError(said("Send resource_id or kind, not both."))
        return self


class RuleOut(Schema):
    """What a scope said from a day on. Why, and by whom, is between staff."""

    id: UUID
    kind: str | None
    resource_id: UUID | None
    valid_from: date
    rules: dict[str, Any]
    note: str
    written_by: UUID | None
    created_at: datetime


def rule_out(row: AvailabilityRule, *, for_staff: bool = True) -> dict[str, Any]:
    """A row in the shape of RuleOut. Why, and by whom, is between staff."""
    return {
        "id": row.pk,
        "kind": row.kind or None,
        "resource_id": row.resource_id,
        "valid_from": row.valid_from,
        "rules": row.rules,
        "note": row.note if for_staff else "",
        "written_by": row.written_by_id if for_staff else None,
        "created_at": row.created_at,
    }


class ValueOut(Schema):
    """A value, and who said it."""

    value: Any
    scope: ScopeName
    rule_id: UUID | None


class DayOut(Schema):
    """The hours of one date; `source` is what said them, `name` the season's or the exception's."""

    on: date
    spans: list[tuple[str, str]]
    source: str
    name: str
    scope: ScopeName
    rule_id: UUID | None


class EffectiveOut(Schema):
    """What holds on a day, and the hours of seven days from then."""

    on: date
    values: dict[str, ValueOut]
    hours: list[DayOut]


def effective_out(rules: Effective, on: date, days: Iterable[tuple[date, Effective]]) -> dict[str, Any]:
    """What holds on a day in the shape of EffectiveOut; `days` are those whose hours are told, each with its rules."""
    values = {}
    for name in NAMES:
        source = rules.source_of(attribute_of(name))
        value = _plain(getattr(rules, attribute_of(name)))
        values[name] = {"value": value, "scope": source["scope"], "rule_id": source["rule_id"]}
    return {"on": on, "values": values, "hours": [_day_out(then, day) for day, then in days]}


def _day_out(rules: Effective, on: date) -> dict[str, Any]:
    hours = rules.hours_on(on)
    return {
        "on": on,
        "spans": [(_wall(opens), _wall(closes)) for opens, closes in hours.spans],
        "source": hours.source,
        "name": hours.name,
        "scope": hours.said.scope,
        "rule_id": hours.said.rule_id,
    }


class ResourceRulesOut(Schema):
    """What holds for a resource, and the last it said itself."""

    effective: EffectiveOut
    own: RuleOut | None


class StruckOut(Schema):
    """A booking that would be refused, and why."""

    booking_id: UUID
    title: str
    starts_at: datetime
    ends_at: datetime
    resource_ids: list[UUID]
    reasons: list[ReasonOut]


class RehearsalOut(Schema):
    """What saving would mean. `is_whole` is false when there were more bookings than were looked at."""

    breaks: list[StruckOut]
    would_have_refused: list[StruckOut]
    examined_ahead: int
    examined_past: int
    is_whole: bool


def rehearsal_out(rehearsal: Rehearsal) -> dict[str, Any]:
    return {
        "breaks": [struck_out(one) for one in rehearsal.breaks],
        "would_have_refused": [struck_out(one) for one in rehearsal.would_have_refused],
        "examined_ahead": rehearsal.examined_ahead,
        "examined_past": rehearsal.examined_past,
        "is_whole": rehearsal.is_whole,
    }


def struck_out(struck: Struck) -> dict[str, Any]:
    """A booking that would be refused, in the shape of StruckOut."""
    booking = struck.booking
    return {
        "booking_id": booking.pk,
        "title": booking.title,
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
        "resource_ids": [leg.resource_id for leg in booking.visible_legs],
        "reasons": [reason_document(reason) for reason in struck.reasons],
    }


def _plain(value: Any) -> Any:
    """A value as documents have it; lengths in minutes."""
    match value:
        case timedelta():
            return int(value.total_seconds()) // 60
        case BaseModel():
            return value.model_dump(mode="json", exclude_none=True)
        case tuple():
            return [_plain(one) for one in value]
    return value


def _wall(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
