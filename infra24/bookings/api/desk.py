"""What waits for a decision, through the API. Decided it is as any booking is: by PATCH."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from infra24.bookings.desk import requests_page
from infra24.bookings.schemas import booking_out
from infra24.bookings.schemas.steps import RequestOut
from infra24.core.codec import encode
from infra24.core.paging import PageOut, PageQuery
from infra24.orgs.access import member_auth
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest

router = Router(tags=["bookings"])


class RequestsQuery(PageQuery):
    """The same: the API's document wants a shape for each operation."""


@router.get(
    "/requests",
    response=PageOut[RequestOut],
    auth=member_auth(Role.STAFF, scope="bookings:read"),
    summary="What waits for a decision, the oldest first",
)
def list_requests(request: HttpRequest, filters: Query[RequestsQuery]) -> HttpResponse:
    """In the order in which it was asked, with what stands against each and who would lose by it. For staff."""
    by = cast(MemberRequest, request).member
    page = requests_page(by, limit=filters.limit, cursor=filters.cursor)
    items = [
        {
            "booking": booking_out(one.booking, by=by),
            "asked_at": one.booking.created_at,
            "taken": one.reasons,
            "rivals": [booking_out(rival, by=by) for rival in one.rivals],
        }
        for one in page.items
    ]
    return HttpResponse(encode({"items": items, "next": page.next}), content_type="application/json")
