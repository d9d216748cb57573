"""Where the QR code by a door leads: whoever stands there says that they have come."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from infra24.bookings import services
from infra24.bookings.models import Booking, Source
from infra24.bookings.policies import Step
from infra24.bookings.queries import booking_for, visible_bookings
from infra24.bookings.refusals import counting_refusals
from infra24.core.days import day_span
from infra24.core.errors import Infra24Error
from infra24.core.problems import document
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of, today_of
from infra24.resources.models import Resource
from infra24.resources.queries import resource_for
from infra24.signage.days import Stay, stays_at


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.MEMBER)
def here(request: MemberRequest, resource_id: UUID) -> HttpResponse:
    """The viewer's bookings at this door today, each with its button while check-in is open; for staff everybody's.

    POST checks the booking in that the button names.
    """
    resource = resource_for(request.member, resource_id)
    error: Infra24Error | None = None
    if request.method == "POST":
        try:
            with counting_refusals(request):
                booking = booking_for(request.member, _named(request))
                services.check_in(booking, by=request.member, source=Source(source_of(request)))
        except Infra24Error as refusal:
            error = refusal
        else:
            messages.success(request, _("Checked in. Enjoy."))
            return redirect("here", org=request.organisation.slug, resource_id=resource.pk)
    return _page(request, resource, error)


def _page(request: MemberRequest, resource: Resource, error: Infra24Error | None) -> HttpResponse:
    now = timezone.now()
    since, until = day_span(today_of(request), request.organisation.time_zone)
    stays = stays_at(request.member.org_id, [resource], since, until)[resource.pk]
    own = set(
        visible_bookings(request.member).filter(pk__in=[stay.booking.pk for stay in stays]).values_list("pk", flat=True)
    )
    shown = [stay for stay in stays if stay.booking.pk in own and stay.ends_at > now]
    context = {
        "resource": resource,
        "stays": [(stay, _may_check_in(request, stay)) for stay in shown],
        "today": today_of(request),
        "refusal": document(error) if error else None,
        "now": now,
    }
    return render(request, "signage/here.html", context, status=error.status if error else 200)


def _may_check_in(request: MemberRequest, stay: Stay) -> bool:
    booking: Booking = stay.booking
    return Step.CHECK_IN in booking.steps_now(request.member)


def _named(request: MemberRequest) -> UUID:
    """What the button names; something that is no id is a booking that is not there."""
    try:
        return UUID(request.POST.get("booking", ""))
    except ValueError:
        return UUID(int=0)
