"""A booking as an event of a calendar: the one place that decides what mails, exports and feeds say of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parseaddr
from typing import Final, Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from infra24.bookings.models import Booking, Leg, Series, Status, Visibility
from infra24.orgs.models import Organisation

EventStatus = Literal["CONFIRMED", "TENTATIVE", "CANCELLED"]
_STATUS: Final[dict[str, EventStatus]] = {
    Status.CONFIRMED: "CONFIRMED",
    Status.HOLD: "TENTATIVE",
    Status.PENDING: "TENTATIVE",
}
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029]")
"""Neither text nor a line's end that every reader knows."""


@dataclass(frozen=True)
class Shown:
    """A booking as somebody may see it."""

    booking: Booking
    legs: Sequence[Leg]
    """Those they may hear of."""
    is_full: bool
    """Whether they see more than that the time is taken."""
    names_person: bool = False
    """Whether they read whom it is for."""
    page: str = ""
    """Address of the booking's page; empty for those who have none."""

    @property
    def title(self) -> str:
        is_open = self.is_full or self.booking.visibility == Visibility.TITLE
        return self.booking.title if is_open else _("Busy")

    @property
    def places(self) -> list[str]:
        return [leg.resource.name for leg in self.legs]


@dataclass(frozen=True)
class Event:
    """One VEVENT. Texts are as people wrote them; `files` escapes and folds."""

    uid: str
    sequence: int
    created_at: datetime
    changed_at: datetime
    starts_at: datetime
    ends_at: datetime
    zone: str
    """IANA zone in which its times were chosen."""
    title: str
    places: Sequence[str] = ()
    text: str = ""
    page: str = ""
    kinds: Sequence[str] = ()
    status: EventStatus = "CONFIRMED"
    is_public: bool = False
    rule: str = ""
    """RRULE of a series; empty for what happens once."""
    starts_wall: datetime | None = None
    """Of a series: its first start, as a clock in the zone shows it, where the clock may skip it."""
    excluded: Sequence[datetime] = ()
    """Starts the rule means and that are not to be, on the wall."""
    instance_of: datetime | None = None
    """RECURRENCE-ID: which start of its series it is instead of, on the wall."""

    def as_cancelled(self) -> "Event":
        return replace(self, status="CANCELLED")


def event_of(shown: Shown, *, by_name: bool = False) -> Event:
    """The booking with its UID for life. SEQUENCE grows with its version, so that calendars replace what they had.

    `by_name` says no more of a place than its name, by which an import knows it again.
    """
    booking = shown.booking
    return Event(
        uid=uid_of(booking),
        sequence=booking.version,
        created_at=booking.created_at,
        changed_at=booking.changed_at,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        zone=booking.time_zone,
        title=line(shown.title),
        places=[line(leg.resource.name if by_name else _place_of(leg)) for leg in shown.legs],
        text=_text_of(shown),
        page=shown.page,
        kinds=list(dict.fromkeys(str(leg.resource.get_kind_display()) for leg in shown.legs)),
        status=_STATUS.get(booking.status_now, "CANCELLED"),
        is_public=booking.visibility == Visibility.TITLE,
    )


def uid_of(booking: Booking) -> str:
    """What a booking is called in calendars."""
    return f"booking-{booking.pk}@{installation()}"


def uid_of_series(series: Series) -> str:
    """What a series is called in calendars; its dates are told apart by RECURRENCE-ID."""
    return f"series-{series.pk}@{installation()}"


def installation() -> str:
    """The host name this installation is known by."""
    return urlsplit(settings.BASE_URL).hostname or "localhost"


def page_of(organisation: Organisation, booking: Booking) -> str:
    """Address of a booking's page, whoever follows it: staff and members are each led to theirs."""
    path = reverse("booking_link", kwargs={"org": organisation.slug, "booking_id": booking.pk})
    return f"{settings.BASE_URL}{path}"


def plain(text: str) -> str:
    """Text without what no reader expects in it; lines end with a line feed."""
    return _UNPRINTABLE.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))


def line(text: str) -> str:
    """Text as one line."""
    return " ".join(plain(text).split())


def organiser_of(organisation: Organisation) -> str:
    """The mail address under which an organisation invites: its own, else the installation's."""
    return organisation.mail_address or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def _place_of(leg: Leg) -> str:
    counted = leg.resource.name if leg.units == 1 else f"{leg.units} × {leg.resource.name}"
    return ", ".join(filter(None, [counted, leg.resource.location]))


def _text_of(shown: Shown) -> str:
    person = shown.booking.person if shown.names_person else None
    whom = _("For %(person)s") % {"person": line(person.name)} if person else ""
    note = plain(shown.booking.note) if shown.is_full else ""
    return "\n\n".join(filter(None, [whom, note, shown.page]))
