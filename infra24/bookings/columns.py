"""The columns of the table of bookings: what each is called, and what a file says in it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from infra24.bookings.models import Booking
from infra24.core.days import wall_of

Cells = Sequence[str | int | None]


@dataclass(frozen=True)
class Column:
    """One column. A file may need more than one of its own for it."""

    label: str | Promise
    cells: Callable[[Booking, str], Cells]
    """What a file says of a booking, with clocks as in a zone."""
    heads: Sequence[str | Promise] = ()
    """What a file calls them; empty: as the page does."""
    order: str = ""
    """The name of the order it can be sorted by."""


def _instant(at: datetime, zone: str) -> str:
    return f"{wall_of(at, zone):%Y-%m-%d %H:%M}"


def _places(booking: Booking) -> str:
    legs = booking.visible_legs
    return ", ".join(f"{leg.resource.name} × {leg.units}" if leg.units > 1 else leg.resource.name for leg in legs)


def _person(booking: Booking, zone: str) -> Cells:
    del zone
    return (booking.person.name, booking.person.email) if booking.person else ("", "")


def _blocked(booking: Booking, zone: str) -> Cells:
    legs = booking.visible_legs
    since, until = min(leg.blocks_from for leg in legs), max(leg.blocks_until for leg in legs)
    return _instant(since, zone), _instant(until, zone)


TITLE: Final = Column(_("Booking"), lambda one, _zone: [one.title], order="title")
"""What a row is called; it is always there."""
COLUMNS: Final[Mapping[str, Column]] = {
    "when": Column(
        _("When"),
        lambda one, zone: (_instant(one.starts_at, zone), _instant(one.ends_at, zone)),
        heads=(_("Begins"), _("Ends")),
        order="when",
    ),
    "where": Column(_("Where"), lambda one, _zone: [_places(one)]),
    "person": Column(_("For"), _person, heads=(_("For"), _("E-mail address"))),
    "state": Column(_("State"), lambda one, _zone: [str(one.status_now.label)]),
    "people": Column(_("People"), lambda one, _zone: [one.party_size], order="people"),
    "source": Column(_("Came by"), lambda one, _zone: [one.get_source_display()]),
    "asked": Column(_("Made on"), lambda one, zone: [_instant(one.created_at, zone)], order="asked"),
    "by": Column(_("Made by"), lambda one, _zone: [str(one.booked_by.user) if one.booked_by else ""]),
    "blocked": Column(_("With set-up and pack-down"), _blocked, heads=(_("Blocked from"), _("Blocked until"))),
    "note": Column(_("Note"), lambda one, _zone: [one.note]),
    "reason": Column(_("Reason"), lambda one, _zone: [one.reason]),
}
USUAL: Final = ("when", "where", "person", "state")


def table_of(
    bookings: Sequence[Booking], columns: Sequence[str], *, zone: str
) -> tuple[list[str], list[list[str | int | None]]]:
    """Heads and rows of a file that has the title and these columns."""
    chosen = [TITLE, *(COLUMNS[name] for name in columns)]
    heads = [str(head) for column in chosen for head in column.heads or (column.label,)]
    return heads, [[cell for column in chosen for cell in column.cells(one, zone)] for one in bookings]
