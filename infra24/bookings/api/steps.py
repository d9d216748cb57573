"""Steps of a booking's life that are more than a change of state: one operation each."""

from collections.abc import Callable
from functools import partial
from typing import cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router

from infra24.bookings import queries, services
from infra24.bookings.api.bookings import WRITE, answer
from infra24.bookings.models import Booking, Source
from infra24.bookings.rivals import reasons_against, rivals_of
from infra24.bookings.schemas import BookingOut, RivalsOut, TransferIn, booking_out
from infra24.core.codec import encode
from infra24.core.problems import reason_document
from infra24.core.versions import require_match, seen
from infra24.orgs.access import member_auth
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of

router = Router(tags=["bookings"])


@router.post("/bookings/{uuid:booking_id}/prolong", response=BookingOut, auth=WRITE, summary="Keep a hold longer, once")
def prolong_booking(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """As long again as a hold lasts, from now. Yours, or any for staff."""
    return _take(request, booking_id, services.prolong_hold)


@router.post(
    "/bookings/{uuid:booking_id}/check-in", response=BookingOut, auth=WRITE, summary="Say that somebody is here"
)
def check_in_booking(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """Between `check_in_from` and `check_in_until`; staff until the end. Who does not loses the rest of the time."""
    return _take(request, booking_id, services.check_in)


@router.post(
    "/bookings/{uuid:booking_id}/give-back",
    response=BookingOut,
    auth=WRITE,
    summary="Give back the rest of a running booking",
)
def give_back_booking(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """It ends now; what was left of its time can be booked at once, but for the pack-down."""
    return _take(request, booking_id, services.give_back)


@router.post(
    "/bookings/{uuid:booking_id}/restore",
    response=BookingOut,
    auth=member_auth(Role.STAFF, scope="bookings:write"),
    summary="Take back that a booking was cancelled or declined",
)
def restore_booking(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """Within 30 seconds, while nobody else has its time. It stands again as it stood before. For staff."""
    return _take(request, booking_id, services.restore_booking)


@router.post(
    "/bookings/{uuid:booking_id}/transfer", response=BookingOut, auth=WRITE, summary="Hand a booking over to somebody"
)
def transfer_booking(request: HttpRequest, booking_id: UUID, body: TransferIn) -> HttpResponse:
    """Staff to anybody. Yours to another member, who must be one that could book it; then it is no longer yours."""
    return _take(request, booking_id, partial(services.transfer_booking, receiver=body.to_receiver()))


@router.get(
    "/bookings/{uuid:booking_id}/rivals",
    response=RivalsOut,
    auth=member_auth(Role.STAFF, scope="bookings:read"),
    summary="Which requests would lose their time if this one were confirmed",
)
def list_rivals(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """Requests that keep their time while they wait have no rivals. For staff."""
    visit, now = cast(MemberRequest, request), timezone.now()
    booking = queries.booking_for(visit.member, booking_id)
    body = {
        "taken": [reason_document(reason) for reason in reasons_against(visit.member, booking, now=now)],
        "rivals": [booking_out(each, by=visit.member) for each in rivals_of(visit.member, booking, now=now)],
    }
    return HttpResponse(encode(body), content_type="application/json")


def _take(request: HttpRequest, booking_id: UUID, step: Callable[..., Booking]) -> HttpResponse:
    visit = cast(MemberRequest, request)
    booking = queries.booking_for(visit.member, booking_id)
    require_match(request, booking.version)
    version = seen(request, booking.version)
    taken = step(booking, by=visit.member, source=Source(source_of(visit)), version=version)
    return answer(taken, by=visit.member)
