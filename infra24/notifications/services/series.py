"""Mails about series: one for what happened to many of its dates at once, and none for each of them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from infra24.bookings.ledger import dates_of, is_live, is_open
from infra24.bookings.models import Booking, Occurrence, Series
from infra24.core.translating import translated
from infra24.facts.models import Fact
from infra24.notifications.calendar_file import series_files
from infra24.notifications.composing import Wording, attach_calendar, compose
from infra24.notifications.models import SentMail
from infra24.notifications.sending import begin_mail, send_mail
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
        draft = _draft(job)
    if isinstance(draft, str):
        return draft
    send_mail(*draft)
    return _("Mailed to the person the series is for.")


def _draft(job: Job) -> tuple[EmailMultiAlternatives, SentMail] | str:
    """The mail to send with its row, or the sentence that says why there is none."""
    if dates_in(job.data) <= 1:
        return _("Nothing to tell: it is about one date, and told with that.")
    series = Series.objects.select_related("person").get(org_id=job.org_id, pk=job.subject_id)
    person = series.person
    if person is None:
        return _("Nothing to tell: no person.")
    if person.erased_at is not None or not person.email:
        return _("Nothing to tell: the person has no e-mail address.")
    files = series_files(series, job.organisation)
    row = begin_mail(job, recipient=person.pk, version=series.version, has_calendar=bool(files))
    if row is None:
        return _("Mailed already.")
    rows = [date for date in dates_of(series) if is_open(date, job.now)]
    wording = _wording(job.fact_type, series, rows)
    mail = compose(job.organisation, wording, to=person.email, name=person.name, details=_details(series, rows))
    for file, method in files:
        attach_calendar(mail, file, method=method)
    return mail, row


def _wording(fact_type: str, series: Series, rows: list[Occurrence]) -> Wording:
    title = {"title": series.title}
    if fact_type == "series.ended":
        lead = (
            _("The dates below still stand.") if any(is_live(row) for row in rows) else _("None of its dates stands.")
        )
        return Wording(_("Cancelled: %(title)s") % title, _("Dates of your series were cancelled"), lead)
    if fact_type == "series.changed":
        return Wording(_("Changed: %(title)s") % title, _("Your series has changed"), _("It now stands as below."))
    if any(row.booking and row.booking.status == "pending" for row in rows):
        lead = _("We will look at it and write to you about each date.")
        return Wording(_("Request received: %(title)s") % title, _("We received your request"), lead)
    lead = _("We look forward to seeing you.")
    return Wording(_("Confirmed: %(title)s") % title, _("Your series is booked"), lead)


def _details(series: Series, rows: list[Occurrence]) -> list[tuple[str, str]]:
    """Label and value of what the reader should know: what, how it repeats, where, and each date."""
    booked = [row.booking for row in rows if row.booking and is_live(row)]
    skipped = sum(row.state == Occurrence.State.SKIPPED for row in rows)
    told = [(_("What"), series.title), (_("Repeats"), translated(series.words))]
    places = list(dict.fromkeys("; ".join(places_of(booking)) for booking in booked))
    told.append((_("Where"), " / ".join(places)))
    told += [(f"{number}.", span_of(booking)) for number, booking in enumerate(booked[:MOST_DATES_TOLD], start=1)]
    if len(booked) > MOST_DATES_TOLD:
        more = len(booked) - MOST_DATES_TOLD
        told.append(("…", ngettext("and %(n)s more date", "and %(n)s more dates", more) % {"n": more}))
    if skipped:
        text = ngettext(
            "%(n)s date could not be had. It is booked once it becomes free.",
            "%(n)s dates could not be had. They are booked once they become free.",
            skipped,
        )
        told.append((_("Left for later"), text % {"n": skipped}))
    return [(label, value) for label, value in told if value]
