"""The API of deliveries: what went where, what did not, and what to do about it."""

from typing import Any
from uuid import UUID

from ninja import Query, Router

from infra24.core.paging import PageOut, page_of
from infra24.orgs.access import member_auth
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.outbox import queries, services
from infra24.outbox.history import history_of
from infra24.outbox.schemas import (
    DeliveriesQuery,
    DeliveryOut,
    DeliveryWithTriesOut,
    ReasonIn,
    delivery_out,
    history_out,
)

router = Router(tags=["outbox"])
READ = member_auth(Role.STAFF, scope="outbox:read")
WRITE = member_auth(Role.STAFF, scope="outbox:write")


@router.get("/outbox/deliveries", response=PageOut[DeliveryOut], auth=READ, summary="Deliveries, newest first")
def list_deliveries(request: MemberRequest, filters: Query[DeliveriesQuery]) -> dict[str, Any]:
    found = queries.deliveries(request.member, filters.to_selection(), with_timers=filters.timers)
    page = page_of(found, by=("-created_at", "-id"), limit=filters.limit, cursor=filters.cursor)
    return {"items": [delivery_out(delivery) for delivery in page.items], "next": page.next}


@router.get(
    "/outbox/deliveries/{uuid:delivery_id}",
    response=DeliveryWithTriesOut,
    auth=READ,
    summary="One delivery, with its tries",
)
def show_delivery(request: MemberRequest, delivery_id: UUID) -> dict[str, Any]:
    delivery = queries.delivery_for(request.member, delivery_id)
    return history_out(history_of(delivery, viewer=request.member))


@router.post(
    "/outbox/deliveries/{uuid:delivery_id}/retry", response=DeliveryOut, auth=WRITE, summary="Try a delivery again now"
)
def retry_delivery(request: MemberRequest, delivery_id: UUID) -> dict[str, Any]:
    """One that failed, that waits for its next try, that was given up within thirty days; of a webhook, any."""
    delivery = queries.delivery_for(request.member, delivery_id)
    return delivery_out(services.retry(delivery, by=request.member, source=source_of(request)))


@router.post(
    "/outbox/deliveries/{uuid:delivery_id}/discard", response=DeliveryOut, auth=WRITE, summary="Give up on a delivery"
)
def discard_delivery(request: MemberRequest, delivery_id: UUID, body: ReasonIn) -> dict[str, Any]:
    """With the reason kept. For thirty days it can be tried again."""
    delivery = queries.delivery_for(request.member, delivery_id)
    return delivery_out(services.discard(delivery, reason=body.reason, by=request.member, source=source_of(request)))
