"""The buttons of a booking: staff's on its page, members' beside their own. Each is one step, and goes back."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from infra24.bookings import queries, services
from infra24.bookings.models import Booking, Outcome, Source, Status
from infra24.bookings.refusals import counting_refusals
from infra24.bookings.views.own import my_page
from infra24.bookings.views.staff import booking_page, read_version
from infra24.core.errors import Infra24Error
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of

Take = Callable[..., Booking]


@require_POST
@for_role(Role.STAFF)
def prolong_booking(request: MemberRequest, booking_id: UUID) -> HttpResponse:
    """Keep a hold longer, once."""
    return _staff_step(request, booking_id, services.prolong_hold, _("Held longer."))


@require_POST
@for_role(Role.STAFF)
def check_in_booking(request: MemberRequest, booking_id: UUID) -> HttpResponse:
    """Somebody is here."""
    return _staff_step(request, booking_id, services.check_in, _("Checked in."))


@require_POST
@for_role(Role.STAFF)
def give_back_booking(request: MemberRequest, booking_id: UUID) -> HttpResponse:
    """End a running booking now."""
    return _staff_step(request, booking_id, services.give_back, _("Ended. The rest of the time is free."))


@require_POST
@for_role(Role.STAFF)
def set_outcome(request: MemberRequest, booking_id: UUID) -> HttpResponse:
    """Whether somebody came; an outcome there is not takes back what was said."""
    outcome = request.POST.get("outcome", "")
    say = partial(services.set_outcome, outcome=outcome if outcome in Outcome.values else "")
    return _staff_step(request, booking_id, say, _("Noted."))


@require_POST
@for_role(Role.MEMBER)
def confirm_own(request: MemberRequest, booking_id: UUID) -> HttpResponse:
    """Make a hold of one's own certain, or a request where staff decide."""
    return _own_step(request, booking_id, services.confirm_booking)


@require_POST
@for_role(Role.MEMBER)
def prolong_own(request: MemberRequest, booking_id: UUID) -> HttpResponse:
    """Keep a hold of one's own longer, once."""
    return _own_step(request, booking_id, services.prolong_hold, _("Held longer."))


@require_POST
@for_role(Role.MEMBER)
def check_in_own(request: MemberRequest, booking_id: UUID) -> HttpResponse:
    """I am here."""
    return _own_step(request, booking_id, services.check_in, _("Checked in. Enjoy."))


@require_POST
@for_role(Role.MEMBER)
def give_back_own(request: MemberRequest, booking_id: UUID) -> HttpResponse:
    """End a running booking of one's own now."""
    return _own_step(request, booking_id, services.give_back, _("Thank you. The rest of the time is free for others."))


def _staff_step(request: MemberRequest, booking_id: UUID, take: Take, said: str) -> HttpResponse:
    found = queries.booking_for(request.member, booking_id)
    try:
        _run(request, found, take, source=Source.STAFF)
    except Infra24Error as error:
        return booking_page(request, queries.booking_for(request.member, booking_id), error=error)
    messages.success(request, said)
    return redirect("booking", org=request.organisation.slug, booking_id=booking_id)


def _own_step(request: MemberRequest, booking_id: UUID, take: Take, said: str = "") -> HttpResponse:
    found = queries.booking_for(request.member, booking_id)
    try:
        taken = _run(request, found, take, source=Source(source_of(request)))
    except Infra24Error as error:
        return my_page(request, error=error)
    if not said:
        is_request = taken.status == Status.PENDING
        said = _("Requested: %(title)s. Staff will answer.") if is_request else _("Booked: %(title)s.")
        said %= {"title": taken.title}
    messages.success(request, said)
    return redirect("my", org=request.organisation.slug)


def _run(request: MemberRequest, booking: Booking, take: Take, **more: Any) -> Booking:
    with counting_refusals(request):
        return take(booking, by=request.member, version=read_version(request), **more)
