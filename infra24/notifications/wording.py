"""What mails say of a booking, in the language that is active: the reader's."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from infra24.bookings.models import Booking, Leg
from infra24.core.templatetags.house import clock, short_day, zone_name
from infra24.notifications.composing import Detail
from infra24.notifications.policies import Message
from infra24.resources.models import Resource


def values_of(booking: Booking, message: Message) -> dict[str, str]:
    """Values for the placeholders of mails about a booking."""
    values = {
        "title": booking.title,
        "person": booking.person.name if booking.person else _("Somebody"),
        "when": span_of(booking),
        "where": "; ".join(places_of(booking)),
    }
    match message:
        case Message.REQUESTED:
            values["kept"] = _("The time is kept for you meanwhile.") if booking.pending_blocks else ""
        case Message.DECLINED:
            values["reason"] = booking.reason or _("We are sorry that it was not possible.")
        case Message.CANCELLED:
            values["reason"] = booking.reason or _("The time is free for others now.")
    return values


def details_of(booking: Booking, before: Mapping[str, Any] | None = None) -> list[Detail]:
    """What the reader should know, in the order of asking: what, when, where, how many.

    With `before`, what changed and how it was (as in the fact `booking.changed`), old and new stand together.
    """
    was = _was(booking, before or {})
    rows = [
        Detail(_("What"), booking.title),
        Detail(_("When"), span_of(booking), was.get("when", "")),
        Detail(_("Where"), "; ".join(places_of(booking)), was.get("where", "")),
    ]
    if booking.party_size > 1:
        people = ngettext("%(count)d person", "%(count)d people", booking.party_size) % {"count": booking.party_size}
        rows.append(Detail(_("For"), people))
    if booking.is_late_cancelled:
        rows.append(Detail(_("Note"), _("Cancelled with less notice than agreed. It counts as late.")))
    return [row for row in rows if row.value]


def before_all(changes: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """How things were before the first of several changes, given what each says was before it, the earliest first."""
    before: dict[str, Any] = {}
    for change in changes:
        for name, value in change.items():
            before.setdefault(name, value)
    return before


def _was(booking: Booking, before: Mapping[str, Any]) -> dict[str, str]:
    """How what changed was said before; without what is said the same way now, as after a change there and back."""
    was: dict[str, str] = {}
    if {"starts_at", "ends_at"} & before.keys():
        starts_at, ends_at = (
            datetime.fromisoformat(before[name]) if before.get(name) else getattr(booking, name)
            for name in ("starts_at", "ends_at")
        )
        was["when"] = span_between(starts_at, ends_at, booking.time_zone)
    if before.get("legs"):
        was["where"] = "; ".join(_places_named(booking.org_id, before["legs"]))
    now = {"when": span_of(booking), "where": "; ".join(places_of(booking))}
    return {name: text for name, text in was.items() if text != now[name]}


def span_of(booking: Booking) -> str:
    """`Tue, Dec 1, 2026, 10 a.m. – noon (New York time)`: always with the year, for mails are read late."""
    return span_between(booking.starts_at, booking.ends_at, booking.time_zone)


def span_between(starts_at: datetime, ends_at: datetime, time_zone: str) -> str:
    """`span_of` for a time that is nobody's any more."""
    zone = ZoneInfo(time_zone)
    first, last = starts_at.astimezone(zone), ends_at.astimezone(zone)
    never = first.date().replace(year=1, day=1)
    same_day = (last - timedelta(microseconds=1)).date() == first.date()
    ending = clock(last) if same_day else f"{short_day(last.date(), today=never)}, {clock(last)}"
    return f"{short_day(first.date(), today=never)}, {clock(first)} – {ending} ({zone_name(time_zone)})"


def moment_of(at: datetime, time_zone: str) -> str:
    """`Tue, Dec 1, 2026, 10 a.m. (New York time)`."""
    wall = at.astimezone(ZoneInfo(time_zone))
    return f"{short_day(wall.date(), today=wall.date().replace(year=1, day=1))}, {clock(wall)} ({zone_name(time_zone)})"


def places_of(booking: Booking) -> list[str]:
    """The booked resources with where they are: `Kiln 2, first floor`; of several alike, how many."""
    return [_place(leg.resource, leg.units) for leg in booking.visible_legs]


def place_names(legs: Iterable[Leg]) -> str:
    """The booked resources by name alone, for lists."""
    return ", ".join(leg.resource.name if leg.units == 1 else f"{leg.units} × {leg.resource.name}" for leg in legs)


def _places_named(org_id: UUID, legs: Iterable[tuple[str, int]]) -> list[str]:
    """Places a booking had before: pairs of a resource's id and how many of it."""
    pairs = [(UUID(resource_id), units) for resource_id, units in legs]
    found = Resource.objects.filter(org_id=org_id).in_bulk([resource_id for resource_id, _units in pairs])
    return [_place(found[resource_id], units) for resource_id, units in pairs if resource_id in found]


def _place(resource: Resource, units: int) -> str:
    counted = resource.name if units == 1 else f"{units} × {resource.name}"
    return ", ".join(filter(None, [counted, resource.location]))
