"""One booking: where its link leads, and its file."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from infra24.bookings.queries import booking_for
from infra24.calendars.single import booking_file
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest


@require_safe
@for_role(Role.MEMBER)
def booking_link(request: MemberRequest, booking_id: UUID) -> HttpResponse:
    """One link for calendars and mails: staff come to the booking's page, members to it among theirs."""
    booking = booking_for(request.member, booking_id)
    if request.member.is_staff:
        return redirect("booking", org=request.organisation.slug, booking_id=booking.pk)
    answer = redirect("my", org=request.organisation.slug)
    answer["Location"] += f"#booking-{booking.pk}"
    return answer


@require_safe
@for_role(Role.MEMBER)
def one_booking(request: MemberRequest, booking_id: UUID) -> HttpResponse:
    """The file of one booking, of one's own or for staff."""
    booking = booking_for(request.member, booking_id)
    answer = HttpResponse(booking_file(booking, request.organisation), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="booking.ics"'
    return answer
