"""Addresses for calendar programs as they come in and go out of the API."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field, StringConstraints

from infra24.calendars.models import CalendarFeed, FeedDetail, FeedKind
from infra24.calendars.queries import address_of
from infra24.calendars.services.publishing import FeedWish
from infra24.core.inputs import Input
from infra24.orgs.models import Member, Organisation


class CalendarFeedIn(Input):
    """A calendar address to make."""

    kind: FeedKind = Field(
        description="`person`: your own bookings. `resource` and `organisation` are for staff, `programme`, which "
        "is public and needs no secret, for managers."
    )
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)] = Field(
        default="", description="By which you know it again."
    )
    resource_id: UUID | None = Field(default=None, description="Of which resource; for the kind `resource` alone.")
    detail: FeedDetail = Field(
        default=FeedDetail.BUSY,
        description="For a resource or the house: `busy` shows when it is taken, `full` all that staff see.",
    )
    remind_minutes: int | None = Field(
        default=None, ge=0, le=40_320, description="How long before its start each event is to be heard of."
    )


class CalendarFeedChange(Input):
    """What to change of a calendar address. What is left out stays; the address stays too."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)] = Field(
        default="", description="By which you know it again."
    )
    detail: FeedDetail = Field(
        default=FeedDetail.BUSY, description="For a resource or the house: `busy` or `full`, as when it was made."
    )
    remind_minutes: int | None = Field(
        default=None, ge=0, le=40_320, description="How long before its start each event is to be heard of; null: not."
    )

    def to_wish(self, feed: CalendarFeed) -> FeedWish:
        """The address as it is to be."""
        now = {"name": feed.name, "detail": FeedDetail(feed.detail), "remind_minutes": feed.remind_minutes}
        return FeedWish(**{**now, **self.model_dump(exclude_unset=True)})


class CalendarFeedOut(Schema):
    """An address at which calendar programs read bookings."""

    id: UUID
    kind: FeedKind
    name: str
    detail: FeedDetail
    resource_id: UUID | None
    remind_minutes: int | None
    made_at: datetime
    made_by: str = Field(description="Whose eyes it has: it shows what they may see, and ends with their membership.")
    read_at: datetime | None = Field(description="When it was last read, to the minute; null: never.")
    address: str = Field(description="Where to read it; empty for everybody but who made it. Keep it secret.")
    version: int


def calendar_feed_out(feed: CalendarFeed, organisation: Organisation, *, viewer: Member) -> dict[str, Any]:
    """A feed in the shape of CalendarFeedOut."""
    return {
        "id": feed.pk,
        "kind": feed.kind,
        "name": feed.name,
        "detail": feed.detail,
        "resource_id": feed.resource_id,
        "remind_minutes": feed.remind_minutes,
        "made_at": feed.made_at,
        "made_by": str(feed.member.user),
        "read_at": feed.reading.read_at,
        "address": address_of(feed, organisation, viewer=viewer),
        "version": feed.version,
    }
