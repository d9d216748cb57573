"""What the tests of forms for bookings share: what a browser sends, and what is then stored."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from infra24.bookings.models import Booking
from infra24.orgs.tenancy import acting_for
from tests.make.bookings import NOON


def form(resource: Any, **more: object) -> dict[str, object]:
    """What a browser sends for an hour from noon in three days."""
    starts = NOON.astimezone(ZoneInfo("America/New_York"))
    return {
        "title": "Firing",
        "resource": str(resource.pk),
        "date": starts.date().isoformat(),
        "start": f"{starts:%H:%M}",
        "end": f"{starts + timedelta(hours=1):%H:%M}",
        "party_size": 1,
        "note": "",
        "visibility": "busy",
        **more,
    }


def stored(org_id: Any) -> list[Booking]:
    with acting_for(org_id):
        return list(Booking.objects.order_by("id"))


def shown(page: Any, made: Booking) -> dict[str, object]:
    """What a browser sends when nobody touches the form of a booking."""
    fields = page.get(f"/o/oolite/admin/bookings/{made.pk}/edit").context["form"]
    return {field.html_name: sent(field.value()) for field in fields}


def sent(value: Any) -> str | list[str]:
    """A field's value as a browser sends it; boxes that are not ticked are not sent."""
    if isinstance(value, list):
        return [str(each) for each in value]
    return "" if value is None else str(value)
