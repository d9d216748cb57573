"""Mails about requests: to whoever asked, and to staff, who decide."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from infra24.bookings.ledger import dates_of, is_open
from infra24.bookings.models import Booking, Series
from infra24.bookings.queries import with_legs
from infra24.notifications.composing import Action
from infra24.notifications.drafting import Letter
from infra24.notifications.policies import Message
from infra24.notifications.sending import told_by_all
from infra24.notifications.services.bookings import tell_about_booking
from infra24.notifications.services.series import (
    dates_in,
    dates_told,
    details_of_series,
    tell_about_series,
    told_with_series,
    where_of_series,
)
from infra24.notifications.services.staff import about_booking, tell_members
from infra24.orgs.tenancy import acting_for
from infra24.outbox.reactions import Job


def tell_about_request(job: Job) -> str:
    """Handler: acknowledge to whoever asked, and tell staff that something waits for them."""
    return told_by_all(job, tell_about_booking, _tell_staff_of_request)


def tell_about_new_series(job: Job) -> str:
    """Handler: tell whoever a new series is for, and staff if its dates wait for them."""
    return told_by_all(job, tell_about_series, _tell_staff_of_series)


def _tell_staff_of_request(job: Job) -> str:
    with acting_for(job.org_id):
        booking = with_legs(Booking.objects.filter(org_id=job.org_id, pk=job.subject_id)).get()
        if booking.status != "pending":
            return _("Nothing to tell staff: it was decided, or withdrawn.")
        if told_with_series(booking, job.fact_id):
            return _("Staff are told with its series.")
    return tell_members(job, lambda: about_booking(job, booking, Message.NEW_REQUEST), besides=booking.booked_by_id)


def _tell_staff_of_series(job: Job) -> str:
    if dates_in(job.data) <= 1:
        return _("Staff are told with the date.")
    with acting_for(job.org_id):
        series = Series.objects.select_related("person").get(org_id=job.org_id, pk=job.subject_id)
        rows = [date for date in dates_of(series) if is_open(date, job.now)]
        waiting = [row.booking for row in rows if row.booking and row.booking.status == "pending"]
    if not waiting:
        return _("Nothing waits for staff.")

    def letter() -> Letter:
        values = {
            "title": series.title,
            "person": series.person.name if series.person else _("Somebody"),
            "when": "",
            "where": where_of_series(rows),
        }
        path = reverse("series", kwargs={"org": job.organisation.slug, "series_id": series.pk})
        action = Action(_("Look at the series"), f"{settings.BASE_URL}{path}")
        return Letter(Message.NEW_REQUEST, values, details_of_series(series, rows), dates_told(rows), action)

    return tell_members(job, letter, besides=waiting[0].booked_by_id)
