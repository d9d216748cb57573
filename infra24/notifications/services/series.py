"""Mails about series: one for what happened to many of its dates at once, and none for each of them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from infra24.bookings.ledger import dates_of, is_live, is_open
from infra24.bookings.models import Booking, Occurrence, Series
from infra24.core.translating import translated
from infra24.facts.models import Fact
from infra24.notifications.calendar_file import series_files
from infra24.notifications.composing import Detail, Section, attach_calendar
from infra24.notifications.drafting import Draft, Letter, draft, speaking_to, to_person
from infra24.notifications.policies import Message
from infra24.notifications.sending import send_mail
from infra24.notifications.wording import places_of, span_of
from infra24.orgs.tenancy import acting_for
from infra24.outbox.reactions import Job

TOLD_TOGETHER = ("series.made", "series.changed", "series.split", "series.ended")
MOST_DATES_TOLD = 60


def told_with_series(booking: Booking, fact_id: UUID | None = None) -> bool:
    """Whether a fact of a booking, its first one if none is named, is one of many that a mail about its series tells.

    What happens to a series and to its dates is recorded at one instant.
    """
    place = booking.occurrence
    if place is None:
        return False
    which = {"pk": fact_id} if fact_id else {"subject_id": booking.pk, "number": 1}
    instants = Fact.objects.filter(org_id=booking.org_id, **which).values("recorded_at")
    told = Fact.objects.filter(
        org_id=booking.org_id, subject_id=place.series_id, type__in=TOLD_TOGETHER, recorded_at__in=instants
    )
    return any(fact.type == "series.split" or dates_in(fact.data) > 1 for fact in told)


def dates_in(data: Mapping[str, Any]) -> int:
    """How many bookings a fact of a series is about."""
    return sum(int(data.get(name, 0)) for name in ("booked", "changed", "cancelled"))


def tell_about_series(job: Job) -> str:
    """Handler: mail the person a series is for what became of it. At most one mail for a fact and person."""
    with acting_for(job.org_id):
        found = _draft(job)
    if isinstance(found, str):
        return found
    send_mail(*found)
    return _("Mailed to the person the series is for.")


def _draft(job: Job) -> Draft | str:
    """The mail to send with its row, or the sentence that says why there is none."""
    if dates_in(job.data) <= 1:
        return _("Nothing to tell: it is about one date, and told with that.")
    series = Series.objects.select_related("person").get(org_id=job.org_id, pk=job.subject_id)
    if series.person is None:
        return _("Nothing to tell: no person.")
    to = to_person(series.person)
    if isinstance(to, str):
        return to
    rows = [date for date in dates_of(series) if is_open(date, job.now)]
    with speaking_to(to, job.organisation):
        files = series_files(series, job.organisation)
        letter = _letter(job.fact_type, series, rows)
        found = draft(job, letter, to=to, version=series.version, has_calendar=bool(files))
        if isinstance(found, Draft):
            for file, method in files:
                attach_calendar(found.mail, file, method=method)
    return found


def message_about(fact_type: str, rows: list[Occurrence]) -> Message:
    """Which mail a fact of a series leads to."""
    if fact_type == "series.ended":
        return Message.SERIES_ENDED
    if fact_type == "series.changed":
        return Message.SERIES_CHANGED
    if any(row.booking and row.booking.status == "pending" for row in rows):
        return Message.SERIES_REQUESTED
    return Message.SERIES_BOOKED


def _letter(fact_type: str, series: Series, rows: list[Occurrence]) -> Letter:
    still = any(is_live(row) for row in rows)
    values = {
        "title": series.title,
        "person": str(series.person),
        "where": where_of_series(rows),
        "rest": _("The dates below still stand.") if still else _("None of its dates stands."),
    }
    return Letter(message_about(fact_type, rows), values, details_of_series(series, rows), dates_told(rows))


def details_of_series(series: Series, rows: list[Occurrence]) -> list[Detail]:
    """What the reader should know: what, how it repeats, where, and what could not be had."""
    skipped = sum(row.state == Occurrence.State.SKIPPED for row in rows)
    told = [
        Detail(_("What"), series.title),
        Detail(_("Repeats"), translated(series.words)),
        Detail(_("Where"), where_of_series(rows)),
    ]
    if skipped:
        text = ngettext(
            "%(n)s date could not be had. It is booked once it becomes free.",
            "%(n)s dates could not be had. They are booked once they become free.",
            skipped,
        )
        told.append(Detail(_("Left for later"), text % {"n": skipped}))
    return [row for row in told if row.value]


def dates_told(rows: list[Occurrence]) -> list[Section]:
    """Each date that stands, numbered; no section where none does."""
    booked = [row.booking for row in rows if row.booking and is_live(row)]
    told = [Detail(f"{number}.", span_of(booking)) for number, booking in enumerate(booked[:MOST_DATES_TOLD], start=1)]
    if len(booked) > MOST_DATES_TOLD:
        more = len(booked) - MOST_DATES_TOLD
        told.append(Detail("…", ngettext("and %(n)s more date", "and %(n)s more dates", more) % {"n": more}))
    return [Section(_("Dates"), told)] if told else []


def where_of_series(rows: list[Occurrence]) -> str:
    """Where its dates are, each place once."""
    booked = [row.booking for row in rows if row.booking and is_live(row)]
    return " / ".join(dict.fromkeys("; ".join(places_of(booking)) for booking in booked))
