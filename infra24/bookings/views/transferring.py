"""Handing a booking over: who is to have it, then a question by name, then it is done."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from infra24.bookings import queries, services
from infra24.bookings.forms.transferring import TransferForm
from infra24.bookings.models import Booking, Source
from infra24.bookings.policies import Step, refusal
from infra24.bookings.views.refusals import refused
from infra24.core.errors import Infra24Error
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.STAFF)
def transfer_booking(request: MemberRequest, booking_id: UUID) -> HttpResponse:
    """Give any booking to anybody under People."""
    found = queries.booking_for(request.member, booking_id)
    return _transfer(request, found, source=Source.STAFF, back="booking")


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.MEMBER)
def transfer_own(request: MemberRequest, booking_id: UUID) -> HttpResponse:
    """Give a booking of one's own to another member."""
    found = queries.booking_for(request.member, booking_id)
    return _transfer(request, found, source=Source(source_of(request)), back="my")


def _transfer(request: MemberRequest, booking: Booking, *, source: Source, back: str) -> HttpResponse:
    viewer, organisation = request.member, request.organisation
    is_own = back == "my"
    about = {} if is_own else {"booking_id": booking.pk}
    error = refusal(Step.TRANSFER, booking.standing, now=timezone.now(), is_staff=viewer.is_staff)
    may, receiver = error is None, None
    form = TransferForm(request.POST or None, viewer=viewer, is_own=is_own, initial={"version": booking.version})
    if may and request.method == "POST" and form.is_valid():
        receiver = form.cleaned_data["who"]
        if "sure" in request.POST:
            version = form.cleaned_data["version"]
            try:
                services.transfer_booking(booking, receiver.receiver, by=viewer, source=source, version=version)
            except Infra24Error as raised:
                error, receiver = raised, None
            else:
                said = {"title": booking.title, "name": receiver.name}
                messages.success(request, _("%(title)s is %(name)s’s now.") % said)
                return HttpResponseRedirect(reverse(back, kwargs={"org": organisation.slug, **about}))
    shown = {
        "booking": booking,
        "form": form,
        "is_own": is_own,
        "may": may,
        "receiver": receiver,
        "back": back,
        **refused(error),
    }
    status = error.status if error and request.method == "POST" else 422 if form.errors else 200
    return render(request, "bookings/transfer.html", shown, status=status)
