"""The waitlist as it comes in and goes out of the API."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from infra24.bookings.schemas.bookings import Title
from infra24.bookings.schemas.search import Clock, DayName
from infra24.bookings.search import SearchWish
from infra24.core.inputs import Input
from infra24.core.instants import Instant
from infra24.core.paging import PageQuery
from infra24.core.wording import clock_of
from infra24.resources.models import ResourceKind
from infra24.resources.policies import DAYS, WHOLE_DAY, Size, days_named, hours_between, parse_wish
from infra24.resources.policies.document import minute_of
from infra24.resources.policies.features import LONGEST_WISH
from infra24.waitlist import policies
from infra24.waitlist.models import MINUTE, Entry, EntryStatus, Offer
from infra24.waitlist.queries import EntryFilter
from infra24.waitlist.services import EntryChange, WaitWish


def _readable(wish: str) -> str:
    parse_wish(wish)
    return wish


Feature = Annotated[str, Field(max_length=LONGEST_WISH), AfterValidator(_readable)]
Length = Annotated[timedelta, Field(gt=timedelta(), le=timedelta(days=31))]
Days = Annotated[list[DayName], Field(max_length=9)]
Units = Annotated[int, Field(ge=1, le=10_000)]
People = Annotated[int, Field(ge=1, le=100_000)]


class WaitlistQuery(PageQuery):
    """What of the waitlist is asked for."""

    status: Annotated[list[EntryStatus], Field(max_length=5, description="Any of these; all if left out.")] = []
    resource: UUID | None = Field(
        default=None, description="Only those who wait for this resource, or for any of its kind."
    )
    person: UUID | None = Field(default=None, description="Only this person's.")

    def to_filter(self) -> EntryFilter:
        return EntryFilter(tuple(self.status), self.resource, self.person)


class WaitlistEntryIn(Input, populate_by_name=True):
    """Somebody waits: for one resource, or for any of a kind that has certain features."""

    title: Title
    resource_id: UUID | None = Field(default=None, description="The one that would do; else say `kind`.")
    kind: ResourceKind | None = Field(default=None, description="Any of this kind would do.")
    features: Annotated[list[Feature], Field(max_length=20)] = Field(
        default=[], description="What it should have, as `feature` in a search: `projector`, `max_temperature>=1200`."
    )
    length: Length = Field(description="For how long: ISO 8601, as PT3H.")
    start: Instant | None = Field(default=None, description="Beginning of the window. null: now.")
    end: Instant | None = Field(
        default=None, description="End of the window, at most 62 days later. null: 14 days after the start."
    )
    days: Days = Field(default=[], description="Days of the week that would do. Empty: any day.")
    opens: Clock | None = Field(
        default=None, alias="from", description="No earlier than this of each day, in the organisation's zone."
    )
    until: Clock | None = Field(
        default=None, description="No later than this. When it is not after `from` it is meant of the next day."
    )
    units: Units = Field(default=1, description="How many of it.")
    party_size: People = Field(default=1, description="How many are coming.")
    person_id: UUID | None = Field(default=None, description="Who waits; null: you. Staff may name anybody.")

    @model_validator(mode="after")
    def _one_way_to_say_what(self) -> "WaitlistEntryIn":
        if (self.resource_id is None) == (self.kind is None):
            raise ValueError("send resource_id or kind, and not both")
        return self

    def to_wish(self) -> WaitWish:
        sought = SearchWish(
            since=self.start,
            until=self.end,
            kind=self.kind or "",
            size=Size(self.units, self.party_size),
            features=tuple(parse_wish(text) for text in self.features),
            length=self.length,
            days=days_named(self.days),
            hours=hours_between(_minute(self.opens), _minute(self.until)),
        )
        return WaitWish(self.title, sought, self.resource_id, self.person_id)


class WaitlistEntryPatch(Input, populate_by_name=True):
    """What to change; absent values stay. Asking for more or for less keeps the place in the order.

    What is waited for, a resource or a kind, stays: for something else, join anew.
    """

    title: Title | None = None
    length: Length | None = None
    start: Instant | None = None
    end: Instant | None = None
    days: Days | None = Field(default=None, description="Empty: any day.")
    opens: Clock | None = Field(default=None, alias="from", description="null, sent: from midnight on.")
    until: Clock | None = Field(default=None, description="null, sent: until midnight.")
    units: Units | None = None
    party_size: People | None = None

    def to_change(self, entry: Entry) -> EntryChange:
        hours = None
        if self.model_fields_set & {"opens", "until"}:
            opens = _minute(self.opens) if "opens" in self.model_fields_set else entry.opens_minute
            closes = _minute(self.until) if "until" in self.model_fields_set else entry.closes_minute
            hours = hours_between(opens, closes)
        return EntryChange(
            title=self.title,
            since=self.start,
            until=self.end,
            length=self.length,
            days=None if self.days is None else days_named(self.days),
            hours=hours,
            units=self.units,
            party_size=self.party_size,
        )


class WaitlistWithdrawIn(Input):
    """Why somebody waits no more."""

    reason: Annotated[str, StringConstraints(max_length=500)] = Field(default="", description="The person reads this.")


class WaitlistOfferOut(Schema):
    """A time that was offered, and what came of it."""

    booking_id: UUID = Field(description="The hold that keeps the time; taken, what became of it.")
    resource_id: UUID
    starts_at: datetime
    ends_at: datetime
    offered_at: datetime
    expires_at: datetime
    outcome: str | None = Field(description="`taken`, `passed`, `run_out`, `withdrawn`; null: it waits for an answer.")


class WaitlistEntryOut(Schema):
    """Somebody on the waitlist."""

    id: UUID
    status: EntryStatus
    version: int
    person_id: UUID
    title: str
    resource_id: UUID | None
    kind: ResourceKind | None
    features: list[str]
    length: timedelta
    start: datetime
    end: datetime
    days: list[DayName] = Field(description="Days of the week that would do; all of them: any day.")
    opens: str | None = Field(alias="from", description="null: from midnight on.")
    until: str | None = Field(description="null: until midnight.")
    units: int
    party_size: int
    joined_at: datetime = Field(description="The place in the order; no change moves it.")
    ahead: int = Field(description="How many who joined earlier wait for what may be the same time.")
    reason: str = Field(description="Why it was withdrawn; else empty.")
    offers: list[WaitlistOfferOut] = Field(description="The newest first.")


def entry_out(entry: Entry) -> dict[str, Any]:
    """An entry with offers and place in the shape of WaitlistEntryOut, as it is now, noticed or not."""
    opens, closes = entry.opens_minute, entry.closes_minute
    return {
        "id": entry.pk,
        "status": str(entry.status_now),
        "version": entry.version,
        "person_id": entry.person_id,
        "title": entry.title,
        "resource_id": entry.resource_id,
        "kind": entry.kind or None,
        "features": entry.features,
        "length": entry.length,
        "start": entry.since,
        "end": entry.until,
        "days": [DAYS[day] for day in entry.days],
        "from": clock_of(opens) if opens != WHOLE_DAY[0] else None,
        "until": clock_of(closes) if closes != WHOLE_DAY[1] else None,
        "units": entry.units,
        "party_size": entry.party_size,
        "joined_at": entry.joined_at,
        "ahead": entry.ahead,
        "reason": entry.reason,
        "offers": [_offer_out(offer) for offer in entry.all_offers],
    }


def _offer_out(offer: Offer) -> dict[str, Any]:
    return {
        "booking_id": offer.booking_id,
        "resource_id": offer.resource_id,
        "starts_at": offer.starts_at,
        "ends_at": offer.ends_at,
        "offered_at": offer.offered_at,
        "expires_at": offer.expires_at,
        "outcome": str(offer.outcome_now) or None,
    }


class WaitlistTermsIn(Input):
    """How long offers last from now on."""

    offer_minutes: int = Field(
        ge=policies.SHORTEST_TO_DECIDE // MINUTE,
        le=policies.LONGEST_OFFERED // MINUTE,
        description="How long a time is kept for who waits; never beyond the start less the notice.",
    )


class WaitlistTermsOut(Schema):
    """What the organisation says about its waitlist."""

    offer_minutes: int
    version: int


def _minute(clock: str | None) -> int | None:
    return None if clock is None else minute_of(clock)
