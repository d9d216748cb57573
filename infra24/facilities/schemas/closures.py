"""Closures as they come in and go out of the API."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from infra24.bookings.schemas import ReasonOut, SpanOut
from infra24.core.days import FIRST_DAY, LAST_DAY
from infra24.core.inputs import Input
from infra24.core.instants import Instant
from infra24.core.problems import reason_document
from infra24.facilities.closures import scope_for
from infra24.facilities.hits import MOST_HITS, Hit
from infra24.facilities.rehearsal import Rehearsal
from infra24.facilities.schemas.rules import StruckOut, struck_out
from infra24.facilities.services.closures import ClosureChange, ClosureWish, Decision
from infra24.orgs.models import Member
from infra24.resources.models import Closure, ResourceKind

MOST_TOLD = 50
"""Of last season's bookings."""
_SHAPE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:00)?)?$"


def _readable(text: str) -> str:
    try:
        day = datetime.fromisoformat(text).date()
    except ValueError:
        raise ValueError(_("There is no such day or time.")) from None
    if not FIRST_DAY <= day <= LAST_DAY + timedelta(days=1):
        raise ValueError(_("Choose a day between the years 2000 and 2099."))
    return text


Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Wall = Annotated[str, StringConstraints(pattern=_SHAPE), AfterValidator(_readable)]
FROM: Any = Field(alias="from", description="Clock time, as 2026-12-24T12:00, or the first whole day, as 2026-12-24.")
UNTIL: Any = Field(description="Clock time, or the last whole day. Clock times are those of each resource's zone.")


class DecisionIn(Input):
    """What is to become of one booking the closure hits."""

    booking_id: UUID
    version: int = Field(ge=1, le=2**31 - 1, description="Of the booking, as it was listed.")
    action: Literal["keep", "cancel", "move"]
    reason: Annotated[str, StringConstraints(max_length=500)] = Field(default="", description="Needed to cancel.")
    starts_at: Instant | None = Field(default=None, description="Needed to move.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.action == "move" and self.starts_at is None:
            raise ValueError(_("Say where it moves to, in starts_at."))
        return self

    def to_decision(self) -> Decision:
        return Decision(self.action, self.version, self.reason, self.starts_at)


class _Decided(Input):
    decisions: Annotated[list[DecisionIn], Field(max_length=MOST_HITS)] = []

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({one.booking_id for one in self.decisions}) < len(self.decisions):
            raise ValueError(_("Decide once about each booking."))
        return self

    def to_decisions(self) -> dict[UUID, Decision]:
        return {one.booking_id: one.to_decision() for one in self.decisions}


class ClosureIn(_Decided):
    """A new closure: of one resource, of a kind, or of the whole organisation."""

    title: Title
    resource_id: UUID | None = None
    kind: ResourceKind | None = None
    from_: Wall = FROM
    until: Wall = UNTIL
    yearly: bool = False

    @model_validator(mode="after")
    def _one_scope(self) -> Self:
        if self.resource_id is not None and self.kind is not None:
            raise ValueError(_("Send resource_id or kind, not both."))
        return self

    def to_wish(self, by: Member) -> ClosureWish:
        """Raises ResourceNotFound."""
        scope = scope_for(by, resource_id=self.resource_id, kind=self.kind or "")
        return ClosureWish(self.title, begins(self.from_), ends(self.until), self.yearly, scope)


class ClosurePatch(_Decided):
    """What to change; absent values stay."""

    title: Title | None = None
    from_: Wall | None = Field(default=None, alias="from")
    until: Wall | None = None
    yearly: bool | None = None

    def to_change(self) -> ClosureChange:
        return ClosureChange(
            title=self.title,
            wall_from=begins(self.from_) if self.from_ else None,
            wall_until=ends(self.until) if self.until else None,
            is_yearly=self.yearly,
        )


class ClosureOut(Schema):
    """`from` and `until` are what clocks show in the zone of each resource; half-open."""

    id: UUID
    title: str
    resource_id: UUID | None
    kind: str | None
    from_: str = Field(alias="from")
    until: str
    yearly: bool
    lifted_at: datetime | None
    created_at: datetime
    version: int


class HitOut(Schema):
    """A booking in the time that is to be closed, and when else it could be."""

    booking_id: UUID
    version: int
    title: str
    status: str
    starts_at: datetime
    ends_at: datetime
    person_id: UUID | None
    person: str | None
    resources: list[UUID]
    reasons: list[ReasonOut]
    offers: list[SpanOut]


class SeasonOut(Schema):
    """What the same closure would have refused a year earlier; the first fifty of it."""

    examined: int
    refused: int
    is_whole: bool = Field(description="False when there were more bookings than were looked at.")
    bookings: list[StruckOut]


class ClosureRehearsalOut(Schema):
    """What a closure would hit, and what it would have hit a year earlier."""

    hits: list[HitOut]
    last_season: SeasonOut


def closure_out(closure: Closure) -> dict[str, Any]:
    """A closure in the shape of ClosureOut, ready for JSON."""
    return {
        "id": closure.pk,
        "title": closure.title,
        "resource_id": closure.resource_id,
        "kind": closure.kind or None,
        "from": closure.wall_from.isoformat(),
        "until": closure.wall_until.isoformat(),
        "yearly": closure.is_yearly,
        "lifted_at": closure.lifted_at,
        "created_at": closure.created_at,
        "version": closure.version,
    }


def hit_out(hit: Hit) -> dict[str, Any]:
    """A hit in the shape of HitOut, ready for JSON."""
    booking = hit.booking
    return {
        "booking_id": booking.pk,
        "version": booking.version,
        "title": booking.title,
        "status": str(booking.status),
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
        "person_id": booking.person_id,
        "person": booking.person.name if booking.person else None,
        "resources": [leg.resource_id for leg in booking.visible_legs],
        "reasons": [reason_document(reason) for reason in hit.reasons],
        "offers": [{"start": since, "end": until} for since, until in hit.offers],
    }


def rehearsal_out(hits: list[Hit], rehearsal: Rehearsal) -> dict[str, Any]:
    """In the shape of ClosureRehearsalOut, ready for JSON."""
    refused = rehearsal.would_have_refused
    season: Mapping[str, Any] = {
        "examined": rehearsal.examined_past,
        "refused": len(refused),
        "is_whole": rehearsal.is_whole,
        "bookings": [struck_out(one) for one in refused[:MOST_TOLD]],
    }
    return {"hits": [hit_out(hit) for hit in hits], "last_season": season}


def begins(text: str) -> datetime:
    """A clock time, or the first minute of a day."""
    return datetime.fromisoformat(text)


def ends(text: str) -> datetime:
    """A clock time, or the end of a day: the last one closed is meant, as people say it."""
    return datetime.fromisoformat(text) if "T" in text else after(date.fromisoformat(text))


def after(day: date) -> datetime:
    """The midnight that ends a day."""
    return datetime.combine(day, time()) + timedelta(days=1)
