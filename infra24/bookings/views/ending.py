"""The page that asks before a booking ends: declining and cancelling, by staff and by members."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from infra24.bookings import services
from infra24.bookings.errors import AlreadyBegun
from infra24.bookings.forms import ReasonForm
from infra24.bookings.models import Booking, Source, Status
from infra24.bookings.policies import Step, refusal
from infra24.bookings.views.refusals import refused
from infra24.core.errors import Infra24Error
from infra24.core.translating import length
from infra24.orgs.requests import MemberRequest


def end_booking(request: MemberRequest, booking: Booking, status: Status, *, source: Source, back: str) -> HttpResponse:
    """Ask on GET, end it on POST and go `back`. A refusal is shown on the same page."""
    is_decline = status == Status.DECLINED
    error: Infra24Error | None = None
    form = ReasonForm(initial={"version": booking.version}, is_needed=is_decline)
    if request.method == "POST":
        form = ReasonForm(request.POST, is_needed=is_decline)
        if form.is_valid():
            end = services.decline_booking if is_decline else services.cancel_booking
            reason, version = form.cleaned_data["reason"], form.cleaned_data["version"]
            try:
                end(booking, reason=reason, by=request.member, source=source, version=version)
            except Infra24Error as raised:
                error = raised
            else:
                said = _("Declined: %(title)s.") if is_decline else _("Cancelled: %(title)s.")
                messages.success(request, said % {"title": booking.title})
                return HttpResponseRedirect(back)
    now = timezone.now()
    step = Step.DECLINE if is_decline else Step.CANCEL
    against = refusal(step, booking.standing, now=now, is_staff=request.member.is_staff)
    is_late = not is_decline and not request.member.is_staff and booking.is_late_at(now)
    shown = {
        "booking": booking,
        "form": form,
        "is_decline": is_decline,
        "may_end": against is None,
        "is_too_late": isinstance(against, AlreadyBegun),
        "notice": length(booking.starts_at - booking.cancel_until) if is_late and booking.cancel_until else "",
        "back": back,
        **refused(error),
    }
    answer = error.status if error else 422 if form.errors else 200
    return render(request, "bookings/end.html", shown, status=answer)
