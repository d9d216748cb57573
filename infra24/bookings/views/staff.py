"""Pages on which staff write bookings down, look at one, change and decide it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from infra24.bookings import lists, queries, services
from infra24.bookings.forms import BookingForm, sent_fields, usual_start
from infra24.bookings.forms.series import RepeatForm
from infra24.bookings.history import history_of
from infra24.bookings.models import Booking, Source, Status
from infra24.bookings.policies import Step
from infra24.bookings.refusals import counting_refusals
from infra24.bookings.rivals import reasons_against, rivals_of
from infra24.bookings.views.ending import end_booking
from infra24.bookings.views.refusals import refused
from infra24.bookings.views.repeating import repeat
from infra24.core.days import read_day
from infra24.core.errors import Infra24Error
from infra24.core.problems import reason_document
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest
from infra24.outbox.queries import deliveries
from infra24.outbox.selecting import Selection

LONGEST_REASON = 500


@require_safe
@for_role(Role.STAFF)
def booking(request: MemberRequest, booking_id: UUID) -> HttpResponse:
    """One booking: what, when, where, for whom; its history, and what became of the mails about it."""
    return booking_page(request, queries.booking_for(request.member, booking_id))


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.STAFF)
def new_booking(request: MemberRequest) -> HttpResponse:
    """Write down a booking; works without script."""
    zone, viewer = request.organisation.time_zone, request.member
    if request.method != "POST":
        begins = usual_start(zone)
        day = read_day(request.GET.get("date"), otherwise=begins.date())
        ends = begins + timedelta(hours=1)
        initial = {"date": day, "start": begins.time(), "end": ends.time(), "resource": request.GET.get("resource")}
        form = BookingForm(initial=initial, viewer=viewer, organisation=request.organisation)
        return _form_page(request, form, repeats=RepeatForm())
    form = BookingForm(sent_fields(request), viewer=viewer, organisation=request.organisation)
    repeats = RepeatForm(request.POST)
    if not (form.is_valid() & repeats.is_valid()):
        return _form_page(request, form, repeats=repeats, status=422)
    if request.POST.get("step") == "edit":
        return _form_page(request, form, repeats=repeats)
    try:
        if repeats.is_asked:
            back = reverse("bookings", kwargs={"org": request.organisation.slug})
            return repeat(request, form, repeats, source=Source.STAFF, back=back, done="series")
        with counting_refusals(request):
            made = services.create_booking(form.to_wish(), by=viewer, source=Source.STAFF)
    except Infra24Error as error:
        return _form_page(request, form, repeats=repeats, error=error)
    messages.success(request, _("Booked: %(title)s.") % {"title": made.title})
    return redirect("booking", org=request.organisation.slug, booking_id=made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.STAFF)
def edit_booking(request: MemberRequest, booking_id: UUID) -> HttpResponse:
    """Change what a booking says, when it is and where."""
    found = queries.booking_for(request.member, booking_id)
    organisation, viewer = request.organisation, request.member
    if request.method != "POST":
        form = BookingForm(viewer=viewer, organisation=organisation, booking=found)
        return _form_page(request, form, booking=found)
    form = BookingForm(sent_fields(request), viewer=viewer, organisation=organisation, booking=found)
    if not form.is_valid():
        return _form_page(request, form, booking=found, status=422)
    version = form.cleaned_data["version"]
    try:
        with counting_refusals(request):
            services.change_booking(found, form.to_change(), by=viewer, source=Source.STAFF, version=version)
    except Infra24Error as error:
        return _form_page(request, form, booking=queries.booking_for(viewer, booking_id), error=error)
    messages.success(request, _("Saved."))
    return redirect("booking", org=organisation.slug, booking_id=booking_id)


@require_POST
@for_role(Role.STAFF)
def confirm_booking(request: MemberRequest, booking_id: UUID) -> HttpResponse:
    """Make a hold or a request certain."""
    found = queries.booking_for(request.member, booking_id)
    version = read_version(request)
    try:
        with counting_refusals(request):
            services.confirm_booking(
                found,
                by=request.member,
                source=Source.STAFF,
                version=version,
                decline_rivals="decline_rivals" in request.POST,
                reason=request.POST.get("reason", "")[:LONGEST_REASON],
            )
    except Infra24Error as error:
        return booking_page(request, queries.booking_for(request.member, booking_id), error=error)
    messages.success(request, _("Confirmed."))
    return redirect("booking", org=request.organisation.slug, booking_id=booking_id)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.STAFF)
def decline_booking(request: MemberRequest, booking_id: UUID) -> HttpResponse:
    """Decide against a request; asks for the reason first."""
    found = queries.booking_for(request.member, booking_id)
    back = reverse("booking", kwargs={"org": request.organisation.slug, "booking_id": booking_id})
    return end_booking(request, found, Status.DECLINED, source=Source.STAFF, back=back)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.STAFF)
def cancel_booking(request: MemberRequest, booking_id: UUID) -> HttpResponse:
    """Withdraw a booking; asks first."""
    found = queries.booking_for(request.member, booking_id)
    back = reverse("booking", kwargs={"org": request.organisation.slug, "booking_id": booking_id})
    return end_booking(request, found, Status.CANCELLED, source=Source.STAFF, back=back)


def read_version(request: MemberRequest) -> int | None:
    """The version the page was made from, as its forms send it along."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def booking_page(request: MemberRequest, found: Booking, *, error: Infra24Error | None = None) -> HttpResponse:
    """A booking as staff see it, with what may be done now; a refusal is shown on it."""
    now, may = timezone.now(), found.steps_now(request.member)
    shown = {
        "booking": found,
        "history": history_of(found),
        "written": lists.messages_of(found),
        "deliveries": deliveries(request.member, Selection(subject_id=found.pk)).order_by("-created_at", "-id"),
        "may": {step.value: True for step in may},
        "rivals": rivals_of(request.member, found, now=now) if Step.CONFIRM in may else [],
        "taken": [reason_document(reason) for reason in reasons_against(request.member, found, now=now)],
        **refused(error),
    }
    return render(request, "bookings/booking.html", shown, status=error.status if error else 200)


def _form_page(
    request: MemberRequest,
    form: BookingForm,
    *,
    booking: Booking | None = None,
    repeats: RepeatForm | None = None,
    error: Infra24Error | None = None,
    status: int = 200,
) -> HttpResponse:
    back: dict[str, Any] = {"booking": booking, "form": form, "repeats": repeats, **refused(error)}
    return render(request, "bookings/form.html", back, status=error.status if error else status)
