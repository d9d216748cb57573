"""The API of destinations: how each does, pausing and resuming."""

from typing import Any
from uuid import UUID

from ninja import Router

from infra24.orgs.access import member_auth
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.outbox import console, queries, services
from infra24.outbox.schemas import DestinationCountsOut, ReasonIn, place_out

router = Router(tags=["outbox"])
READ = member_auth(Role.STAFF, scope="outbox:read")
WRITE = member_auth(Role.STAFF, scope="outbox:write")


@router.get("/outbox/destinations", response=list[DestinationCountsOut], auth=READ, summary="Where deliveries go")
def list_destinations(request: MemberRequest) -> list[dict[str, Any]]:
    return [place_out(place) for place in console.places(request.member)]


@router.post(
    "/outbox/destinations/{uuid:destination_id}/pause",
    response=DestinationCountsOut,
    auth=WRITE,
    summary="Pause a destination",
)
def pause_destination(request: MemberRequest, destination_id: UUID, body: ReasonIn) -> dict[str, Any]:
    """Everything for it is kept until it is resumed."""
    destination = queries.destination_for(request.member, destination_id)
    services.pause_destination(destination, reason=body.reason, by=request.member, source=source_of(request))
    return place_out(console.place_of(request.member, destination))


@router.post(
    "/outbox/destinations/{uuid:destination_id}/resume",
    response=DestinationCountsOut,
    auth=WRITE,
    summary="Resume a destination",
)
def resume_destination(request: MemberRequest, destination_id: UUID) -> dict[str, Any]:
    """What waited is delivered, each subject's in its order."""
    destination = queries.destination_for(request.member, destination_id)
    services.resume_destination(destination, by=request.member, source=source_of(request))
    return place_out(console.place_of(request.member, destination))
