"""What stories about closures need."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from infra24.bookings.models import Booking, Source
from infra24.facilities.scopes import RuleScope
from infra24.facilities.services.closures import ClosureWish, make_closure
from infra24.facilities.services.settling import Decision
from infra24.orgs.models import Member
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Closure, Resource
from tests.make import NOON

DAY = timedelta(days=1)
ART_WEEK = NOON.astimezone(ZoneInfo("America/New_York")).replace(hour=0, minute=0, tzinfo=None)
"""The first midnight of it: the day on which bookings are made by the builders."""


def wish(
    resource: Resource | None = None,
    *,
    kind: str = "",
    since: datetime = ART_WEEK,
    until: datetime | None = None,
    yearly: bool = False,
    title: str = "Art Week",
) -> ClosureWish:
    """Two whole days from that of NOON on."""
    until = until or since + 2 * DAY
    return ClosureWish(title, since, until, is_yearly=yearly, scope=RuleScope(kind=kind, resource=resource))


def close(
    by: Member,
    resource: Resource | None = None,
    *,
    decisions: Mapping[UUID, Decision] | None = None,
    **more: Any,
) -> Closure:
    """A closure by a member, through the service."""
    with acting_for(by.org_id):
        return make_closure(wish(resource, **more), decisions=decisions or {}, by=by, source=Source.STAFF)


def keep(booking: Booking) -> Decision:
    return Decision("keep", booking.version)


def cancel(booking: Booking, reason: str = "The floor is sanded.") -> Decision:
    return Decision("cancel", booking.version, reason)


def move(booking: Booking, starts_at: datetime) -> Decision:
    return Decision("move", booking.version, starts_at=starts_at)
