"""Pages on which members see and make their own bookings."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from infra24.bookings import lists, queries, services
from infra24.bookings.availability import Availability, availability_of
from infra24.bookings.forms import BookingForm, sent_fields, usual_start
from infra24.bookings.models import Source, Status
from infra24.bookings.refusals import counting_refusals
from infra24.bookings.views.ending import end_booking
from infra24.bookings.views.refusals import refused
from infra24.core.days import day_span, read_day, wall_of
from infra24.core.errors import Infra24Error
from infra24.core.problems import reason_document
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of, today_of
from infra24.resources.errors import ResourceNotFound
from infra24.resources.policies import access_reasons
from infra24.resources.queries import bookables, own_grants, resource_for
from infra24.resources.vocabulary import havings, vocabulary_of

DAYS_SHOWN = 7
PAST_PAGE = 20


@dataclass(frozen=True)
class Offer:
    """A free stretch of one day, and until when the form offers it at first. Instants."""

    starts_at: datetime
    ends_at: datetime
    offered_until: datetime


@dataclass(frozen=True)
class FreeDay:
    """One day of a resource: the stretches in which it can be had, and the titles of what closes it."""

    day: date
    offers: list[Offer]
    closed_for: list[str]


@require_safe
@for_role(Role.MEMBER)
def my(request: MemberRequest) -> HttpResponse:
    """What the viewer has booked: to come, and over; and what they were shown, with its last day."""
    return my_page(request)


def my_page(request: MemberRequest, *, error: Infra24Error | None = None) -> HttpResponse:
    """The page of `my`, with what was refused on it."""
    today = today_of(request)
    past = lists.own_past(request.member, limit=PAST_PAGE, cursor=request.GET.get("cursor", ""))
    shown = {
        "upcoming": [
            (booking, {step.value: True for step in booking.steps_now(request.member)})
            for booking in lists.own_upcoming(request.member)
        ],
        "past": past,
        "grants": [(grant, grant.state_on(today)) for grant in own_grants(request.member)],
        **refused(error),
    }
    return render(request, "bookings/my.html", shown, status=error.status if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.MEMBER)
def cancel_own(request: MemberRequest, booking_id: UUID) -> HttpResponse:
    """Withdraw a booking of one's own; asks first."""
    found = queries.booking_for(request.member, booking_id)
    back = reverse("my", kwargs={"org": request.organisation.slug})
    return end_booking(request, found, Status.CANCELLED, source=Source(source_of(request)), back=back)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.MEMBER)
def book_resource(request: MemberRequest, resource_id: UUID) -> HttpResponse:
    """When one resource is free in the coming days, and a form to have it. Works without script."""
    viewer, organisation = request.member, request.organisation
    zone = organisation.time_zone
    resource = resource_for(viewer, resource_id)
    today = wall_of(timezone.now(), zone).date()
    chosen = read_day(request.GET.get("date"), otherwise=today)
    first = max(read_day(request.GET.get("from"), otherwise=chosen), today)
    now = timezone.now()
    engine = bookables(viewer.org_id, [resource.pk], since=now).get(resource.pk)
    if engine is None:  # archived: staff may look at it, and nobody can book it
        raise ResourceNotFound
    rules = engine.rules_on(first)
    # Said before anybody fills in a form that would be refused at every time.
    barred = list(access_reasons(engine, queries.asker_for(viewer, [engine], now, now, now=now), now))
    days = _free_days(request, resource_id, first, shortest=rules.shortest)
    error: Infra24Error | None = None
    if request.method == "POST":
        form = BookingForm(sent_fields(request), viewer=viewer, organisation=organisation)
        if form.is_valid():
            try:
                with counting_refusals(request):
                    made = services.create_booking(form.to_wish(), by=viewer, source=Source(source_of(request)))
            except Infra24Error as refusal:
                error = refusal
            else:
                is_request = made.status == Status.PENDING
                said = _("Requested: %(title)s. Staff will answer.") if is_request else _("Booked: %(title)s.")
                messages.success(request, said % {"title": made.title})
                return redirect("my", org=organisation.slug)
    else:
        form = BookingForm(initial=_first_offer(request, days), viewer=viewer, organisation=organisation)
    shown = {
        "resource": resource,
        "havings": havings(resource, vocabulary_of(viewer.org_id)),
        "rules": rules,
        "barred": [reason_document(reason) for reason in barred],
        "days": days,
        "previous": first - timedelta(days=DAYS_SHOWN) if first > today else None,
        "next": first + timedelta(days=DAYS_SHOWN),
        "form": form,
        **refused(error),
    }
    status = error.status if error else 422 if form.errors else 200
    return render(request, "bookings/book_resource.html", shown, status=status)


def _free_days(request: MemberRequest, resource_id: UUID, first: date, *, shortest: timedelta) -> list[FreeDay]:
    """Seven local days and what is free of each; a stretch over midnight shows on both.

    A stretch begins at the first start its grid allows, and is long enough for
    the shortest booking; an hour is offered, or the shortest when that is longer.
    """
    zone = request.organisation.time_zone
    spans = [day_span(first + timedelta(days=step), zone) for step in range(DAYS_SHOWN)]
    since, until = max(spans[0][0], timezone.now()), spans[-1][1]
    # A day more, so that a stretch over the last midnight is seen whole.
    found = availability_of(request.member, resource_id, since, until + timedelta(days=1), length=shortest)
    wanted = max(shortest, timedelta(hours=1))
    days = []
    for midnight, next_midnight in spans:
        offers = []
        for begins, ends in found.free:
            last = min(ends, next_midnight)
            starts = (start for start, _ in found.slots if max(begins, midnight) <= start < last)
            if start := next(starts, None):
                offers.append(Offer(start, last, min(start + wanted, ends)))
        closed_for = [] if offers else _closed_for(found, midnight, next_midnight)
        days.append(FreeDay(wall_of(midnight, zone).date(), offers, closed_for))
    return days


def _closed_for(found: Availability, since: datetime, until: datetime) -> list[str]:
    """The titles of the closures that keep others out of a span, each once."""
    reasons = [
        reason for (begins, ends), against in found.refused if begins < until and ends > since for reason in against
    ]
    titles = (reason.source.get("title") for reason in reasons if reason.code == "closure")
    return list(dict.fromkeys(title for title in titles if title))


def _first_offer(request: MemberRequest, days: list[FreeDay]) -> dict[str, Any]:
    """What the form begins with: the stretch somebody chose, else the first free one of the days shown."""
    zone = request.organisation.time_zone
    begins = usual_start(zone)
    ends = begins + timedelta(hours=1)
    if first := next((offer for one in days for offer in one.offers), None):
        begins, ends = wall_of(first.starts_at, zone), wall_of(first.offered_until, zone)
    return {
        "date": read_day(request.GET.get("date"), otherwise=begins.date()),
        "start": request.GET.get("start") or begins.time(),
        "end": request.GET.get("end") or ends.time(),
        "end_date": request.GET.get("end_date"),
        "party_size": request.GET.get("people") or 1,
    }
