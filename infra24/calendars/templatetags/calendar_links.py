"""Ways from pages into people's own calendars."""

from collections.abc import Mapping
from typing import Any

from django import template

from infra24.bookings.models import Booking, Status
from infra24.calendars.links import links_to_add

register = template.Library()


@register.inclusion_tag("calendars/_add.html", takes_context=True)
def add_to_calendar(context: Mapping[str, Any], booking: Booking, size: str = "") -> dict[str, Any]:
    """A menu of ways to put a booking into one's own calendar; nothing for one that is only held, or over and done."""
    is_asked = booking.status_now in (Status.CONFIRMED, Status.PENDING)
    links = links_to_add(booking, context["organisation"]) if is_asked else []
    return {"booking": booking, "links": links, "size": size}
