"""Many bookings at once through the API."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from django.http import HttpRequest, HttpResponse
from ninja import Router

from infra24.bookings.errors import BulkRefused
from infra24.bookings.models import Source
from infra24.bookings.refusals import count_refusals, counting_refusals
from infra24.bookings.schemas.bulk import BulkIn, BulkOut, bulk_out, item_out
from infra24.bookings.services.bulk import change_many, preview_many
from infra24.core.codec import encode
from infra24.orgs.access import member_auth
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of

router = Router(tags=["bookings"])
WRITE = member_auth(Role.STAFF, scope="bookings:write")


@router.post("/bookings/bulk", response=BulkOut, auth=WRITE, summary="Do one thing to many bookings")
def change_bookings(request: HttpRequest, body: BulkIn) -> HttpResponse:
    """In one transaction. All or nothing: when one of them cannot, the answer is 409 and says why under `items`."""
    visit = cast(MemberRequest, request)
    with counting_refusals(visit), _telling_items():
        result = change_many(body.to_wish(), by=visit.member, source=Source(source_of(visit)))
    count_refusals(visit, result.reasons)
    return HttpResponse(encode(bulk_out(result)), content_type="application/json")


@router.post(
    "/bookings/bulk/preview",
    response=BulkOut,
    auth=WRITE,
    summary="What one thing done to many bookings would do; writes nothing",
)
def preview_bookings(request: HttpRequest, body: BulkIn) -> HttpResponse:
    visit = cast(MemberRequest, request)
    result = preview_many(body.to_wish(), by=visit.member)
    return HttpResponse(encode(bulk_out(result)), content_type="application/json")


@contextmanager
def _telling_items() -> Iterator[None]:
    try:
        yield
    except BulkRefused as refusal:
        refusal.more["items"] = [item_out(item) for item in refusal.result.items]
        raise
