"""The API of verdicts: does everything add up? For managers."""

from typing import Any
from uuid import UUID

from ninja import Query, Router

from infra24.core.paging import PageOut, PageQuery, page_of
from infra24.invariants import queries
from infra24.invariants.schemas import VerdictOut, VerdictWithSamplesOut, verdict_out, verdict_with_samples_out
from infra24.orgs.access import member_auth
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest

router = Router(tags=["integrity"])
READ = member_auth(Role.MANAGER, scope="bookings:read")


@router.get("/integrity", response=PageOut[VerdictOut], auth=READ, summary="Verdicts of the nights, newest first")
def list_verdicts(request: MemberRequest, page: Query[PageQuery]) -> dict[str, Any]:
    found = page_of(
        queries.visible_verdicts(request.member).defer("samples"),
        by=("-looked_at", "-id"),
        limit=page.limit,
        cursor=page.cursor,
    )
    return {"items": [verdict_out(verdict) for verdict in found.items], "next": found.next}


@router.get(
    "/integrity/{uuid:verdict_id}",
    response=VerdictWithSamplesOut,
    auth=READ,
    summary="One verdict, with what is broken",
)
def show_verdict(request: MemberRequest, verdict_id: UUID) -> dict[str, Any]:
    return verdict_with_samples_out(queries.verdict_for(request.member, verdict_id))
