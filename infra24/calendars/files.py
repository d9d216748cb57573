"""Bookings as calendar files (RFC 5545) and as tables."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vText

from infra24.bookings.models import Booking, Leg, Status, Visibility
from infra24.core.days import wall_of
from infra24.core.tables import write_table

PRODUCT = "-//Infra24//Bookings//EN"
OURS = re.compile(r"^booking-[0-9a-f-]{36}@")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029]")
"""Neither text nor a line's end that every reader knows."""
_STATUS = {Status.CONFIRMED: "CONFIRMED", Status.HOLD: "TENTATIVE", Status.PENDING: "TENTATIVE"}
COLUMNS = (
    "title",
    "start",
    "end",
    "resource",
    "person name",
    "e-mail",
    "people",
    "status",
    "note",
    "source",
    "reason",
    "id",
)


@dataclass(frozen=True)
class Shown:
    """A booking as somebody may see it."""

    booking: Booking
    legs: Sequence[Leg]
    """Those they may hear of."""
    is_full: bool
    """Whether they see more than that the time is taken."""

    @property
    def title(self) -> str:
        is_open = self.is_full or self.booking.visibility == Visibility.TITLE
        return self.booking.title if is_open else _("Busy")

    @property
    def places(self) -> list[str]:
        return [leg.resource.name for leg in self.legs]


def calendar_file(shown: Iterable[Shown], *, name: str) -> bytes:
    """One event for each booking, in the zone in which its times were chosen.

    The UID stays with the booking for life and SEQUENCE grows with its version,
    so that calendars replace what they had.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", vText(_plain(name)))
    years = [date.today().year]  # noqa: DTZ011 - a year more or less does not matter
    for one in shown:
        calendar.add_component(_event(one))
        years += [one.booking.starts_at.year, one.booking.ends_at.year]
    # The rules of the years around are enough, and keep the file small.
    calendar.add_missing_timezones(first_date=date(min(years) - 1, 1, 1), last_date=date(max(years) + 2, 1, 1))
    return bytes(calendar.to_ical())


def uid_of(booking: Booking) -> str:
    """What a booking is called in calendars, wherever it is sent."""
    return f"booking-{booking.pk}@{installation()}"


def installation() -> str:
    """The host name this installation is known by."""
    return urlsplit(settings.BASE_URL).hostname or "localhost"


def table_file(shown: Iterable[Shown], *, zone: str) -> bytes:
    """A row for each booking, times as clocks in the zone show them. UTF-8 with a mark, as spreadsheets want it.

    It can be imported again: the columns have the names an import knows.
    """
    return write_table(COLUMNS, (_row(one, zone) for one in shown)).encode("utf-8-sig")


def _event(one: Shown) -> Event:
    booking, zone = one.booking, ZoneInfo(one.booking.time_zone)
    is_over = booking.status_now not in _STATUS
    event = Event()
    event.add("uid", uid_of(booking))
    event.add("sequence", booking.version)
    event.add("dtstamp", booking.changed_at.astimezone(UTC))
    event.add("last-modified", booking.changed_at.astimezone(UTC))
    event.add("dtstart", _moment(booking.starts_at, zone))
    event.add("dtend", _moment(booking.ends_at, zone))
    event.add("summary", _plain(one.title))
    if one.places:
        event.add("location", _plain(", ".join(one.places)))
    if one.is_full and booking.note:
        event.add("description", _plain(booking.note))
    event.add("status", _STATUS.get(booking.status_now, "CANCELLED"))
    event.add("transp", "TRANSPARENT" if is_over else "OPAQUE")
    event.add("class", "PUBLIC" if booking.visibility == Visibility.TITLE else "PRIVATE")
    return event


def _moment(at: datetime, zone: ZoneInfo) -> datetime:
    """In the zone; but of an hour that comes twice a wall can only mean the first, so the second is said in UTC."""
    local = at.astimezone(zone)
    return local if local.replace(fold=0).astimezone(UTC) == at else at.astimezone(UTC)


def _row(one: Shown, zone: str) -> list[str | int | float | None]:
    booking = one.booking
    person = booking.person if one.is_full else None
    return [
        one.title,
        f"{wall_of(booking.starts_at, zone):%Y-%m-%d %H:%M}",
        f"{wall_of(booking.ends_at, zone):%Y-%m-%d %H:%M}",
        ", ".join(one.places),
        person.name if person else "",
        person.email if person else "",
        booking.party_size if one.is_full else None,
        str(booking.status_now),
        booking.note if one.is_full else "",
        str(booking.source) if one.is_full else "",
        booking.reason if one.is_full else "",
        str(booking.pk),
    ]


def _plain(text: str) -> str:
    return _UNPRINTABLE.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
