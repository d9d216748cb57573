"""What a row of an import says, done through the services of bookings, as staff would do it."""

from dataclasses import replace
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from infra24.bookings.models import Booking, Source
from infra24.bookings.policies import LIVE
from infra24.bookings.queries import booking_for
from infra24.bookings.services import (
    BookingChange,
    BookingWish,
    LegWish,
    cancel_booking,
    change_booking,
    create_booking,
)
from infra24.calendars.models import ImportRow, RowState, RowStep
from infra24.orgs.models import Member


def lock_calendar(org_id: UUID, calendar: str) -> None:
    """Let nobody else import this calendar, or decide about its rows, until the transaction ends. Before all locks."""
    with connection.cursor() as cursor:
        words = ["calendar of ", str(org_id), calendar]
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s || %s || %s, 0))", words)


def do_step(row: ImportRow, *, by: Member, source: Source, instead: BookingChange | None = None) -> None:
    """Book, change or cancel what the row is about, and note on it what it is by now; the caller saves it.

    `instead` holds another time or place than the file's. Raises what the services of bookings raise.
    """
    if row.step == RowStep.CANCEL:
        _cancel(row, by=by, source=source)
        row.state = RowState.WITHDRAWN
        return
    row.booking = (
        _book(row, by=by, source=source, instead=instead)
        if row.booking_id is None
        else _change(row, by=by, source=source, instead=instead)
    )
    row.state = RowState.BOOKED


def _cancel(row: ImportRow, *, by: Member, source: Source) -> None:
    """What ended already stays as it ended."""
    if row.booking_id is None:
        return
    booking = booking_for(by, row.booking_id)
    if booking.status in LIVE:
        reason = _("No longer in the calendar “%(calendar)s”.") % {"calendar": row.calendar}
        cancel_booking(booking, reason=reason, by=by, source=source)


def _book(row: ImportRow, *, by: Member, source: Source, instead: BookingChange | None) -> Booking:
    wish = BookingWish(
        title=row.title,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        legs=(LegWish(row.resource_id),),
        status="confirmed",
        person_id=row.person_id,
        party_size=row.party_size,
        note=row.note,
        visibility=row.visibility,
        time_zone=row.time_zone or None,
    )
    if instead:
        wish = replace(
            wish,
            starts_at=instead.starts_at or wish.starts_at,
            ends_at=instead.ends_at or wish.ends_at,
            legs=instead.legs or wish.legs,
        )
    return create_booking(wish, by=by, source=source)


def _change(row: ImportRow, *, by: Member, source: Source, instead: BookingChange | None) -> Booking:
    assert row.booking_id is not None
    booking = booking_for(by, row.booking_id)
    legs = instead.legs if instead and instead.legs else (LegWish(row.resource_id),)
    here = {leg.resource_id for leg in booking.visible_legs}
    change = BookingChange(
        title=row.title,
        starts_at=(instead and instead.starts_at) or row.starts_at,
        ends_at=(instead and instead.ends_at) or row.ends_at,
        # What staff have added to it here since stays with it.
        legs=None if {leg.resource_id for leg in legs} <= here else legs,
        person_id=row.person_id,
        for_nobody=row.person_id is None,
        party_size=row.party_size,
        note=row.note,
        visibility=row.visibility,
    )
    return change_booking(booking, change, by=by, source=source)
