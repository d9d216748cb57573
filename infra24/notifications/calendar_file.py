"""Which calendar file a mail carries into its reader's own calendar, and what the file asks of it.

A booking that stands alone is one event. A date of a series is told with the
whole series, so that a calendar never has to put together what came in pieces;
only to strike one date out, that date goes alone.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.urls import reverse

from infra24.bookings.ledger import dates_of
from infra24.bookings.models import Booking, Series, Status
from infra24.calendars.events import Event, Shown, event_of, organiser_of, page_of
from infra24.calendars.files import Invited, Method, print_calendar
from infra24.calendars.links import CalendarLink, links_to_add, web_links
from infra24.calendars.repeating import date_event, is_own, series_events, whole_event
from infra24.notifications.models import SentMail
from infra24.orgs.models import Organisation
from infra24.people.models import Person

REMIND = timedelta(hours=1)
"""How long before its start an event is to be heard of, where the rules remind nobody."""


def booking_file(booking: Booking, organisation: Organisation, *, method: Method) -> tuple[bytes, Method]:
    """The file about a booking for the person it is for, and its method.

    `method` is REQUEST, or CANCEL to strike it out.
    """
    person = booking.person
    assert person is not None
    page = page_of(organisation, booking)
    if not _is_told_as_date(booking, person):
        event = event_of(Shown(booking, booking.visible_legs, is_full=True, page=page))
        events = [event.as_cancelled()] if method == "CANCEL" else [event]
    elif method == "CANCEL":
        events = [date_event(booking, page=page).as_cancelled()]
    else:
        place = booking.occurrence
        assert place is not None
        series = Series.objects.get(org_id=booking.org_id, pk=place.series_id)
        events = series_events(series, dates_of(series), page=_series_page(organisation, series))
    return _file(events, organisation, person, method=method, remind=_lead(booking))


def file_to_strike_out(booking: Booking, organisation: Organisation, *, former: Person) -> tuple[bytes, Method]:
    """The file that takes a booking out of the calendar of whose it was. It says no more than they knew."""
    if _is_told_as_date(booking, former):
        event = date_event(booking)
    else:
        event = event_of(Shown(booking, booking.visible_legs, is_full=True))
    return _file([replace(event, text="").as_cancelled()], organisation, former, method="CANCEL")


def series_files(series: Series, organisation: Organisation) -> list[tuple[bytes, Method]]:
    """The files that tell the person a series is for how it stands; none when nothing of it is certain.

    Where its dates were the later ones of another series, that one's goes along: it ends earlier now.
    """
    person = series.person
    assert person is not None
    found = [_series_file(series, organisation, person)]
    if series.split_from_id and not was_in_calendar(series, person):
        former = Series.objects.get(org_id=series.org_id, pk=series.split_from_id)
        if former.person_id == person.pk and was_in_calendar(former, person):
            found.append(_series_file(former, organisation, person))
    return [file for file in found if file]


def ways_to_add(booking: Booking, organisation: Organisation, *, has_file: bool) -> list[CalendarLink]:
    """What a mail offers to put the booking into its reader's calendar by hand; nothing unless it is certain.

    The file is fetched by whoever can sign in, and need not be where it comes along.
    """
    if booking.status != Status.CONFIRMED:
        return []
    has_account = booking.person is not None and booking.person.user_id is not None
    return links_to_add(booking, organisation) if has_account and not has_file else web_links(booking)


def was_in_calendar(subject: Booking | Series, person: Person) -> bool:
    """Whether a calendar file about it went to this person: with its own mail, or with one about its series."""
    subjects = [subject.pk]
    if isinstance(subject, Booking) and _is_told_as_date(subject, person) and subject.occurrence:
        subjects.append(subject.occurrence.series_id)
    told = SentMail.objects.filter(subject_id__in=subjects, recipient=person.pk, sent_at__isnull=False)
    return told.filter(has_calendar=True).exists()


def _series_file(series: Series, organisation: Organisation, person: Person) -> tuple[bytes, Method] | None:
    page = _series_page(organisation, series)
    rows = dates_of(series)
    if any(is_own(row) and row.booking and row.booking.status == "confirmed" for row in rows):
        return _file(series_events(series, rows, page=page), organisation, person, method="REQUEST")
    if was_in_calendar(series, person):
        gone = whole_event(series, rows, page=page).as_cancelled()
        return _file([gone], organisation, person, method="CANCEL")
    return None


def _is_told_as_date(booking: Booking, person: Person) -> bool:
    """Whether it is told as a date of its series; one that was handed over is an event of its own to who has it now."""
    place = booking.occurrence
    return place is not None and place.series.person_id == person.pk


def _file(
    events: Sequence[Event],
    organisation: Organisation,
    person: Person,
    *,
    method: Method,
    remind: timedelta = REMIND,
) -> tuple[bytes, Method]:
    organiser = organiser_of(organisation)
    if organiser.lower() == person.email.lower():
        # Nobody can be invited by themselves: Outlook then shows nothing at all.
        method = "CANCEL" if method == "CANCEL" else "PUBLISH"
    invited = Invited(organiser, organisation.name, person.email, person.name)
    return print_calendar(events, method=method, remind=remind, invited=invited), method


def _lead(booking: Booking) -> timedelta:
    return booking.starts_at - booking.remind_at if booking.remind_at else REMIND


def _series_page(organisation: Organisation, series: Series) -> str:
    path = reverse("my_series", kwargs={"org": organisation.slug, "series_id": series.pk})
    return f"{settings.BASE_URL}{path}"
