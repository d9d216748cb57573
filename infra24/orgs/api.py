"""Members, invitations and tokens over the API."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router, Status

from infra24.core.paging import Page, PageOut, PageQuery, page_of
from infra24.orgs import history, queries, services
from infra24.orgs.access import member_auth
from infra24.orgs.models import AuditEntry, Invitation, Key, Member
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.orgs.schemas import (
    AuditEntryOut,
    AuditQuery,
    InvitationIn,
    InvitationOut,
    MemberChange,
    MemberOut,
    MeOut,
    TokenIn,
    TokenMade,
    TokenOut,
)

router = Router()
MEMBERS, TOKENS = ["members"], ["tokens"]


@router.get("/me", response=MeOut, auth=member_auth(scope=None), tags=MEMBERS, summary="Who is asking")
def me(request: MemberRequest) -> dict[str, Any]:
    """In which organisation, and with which role."""
    member = request.member
    return {
        "name": member.user.name,
        "email": member.user.email,
        "member_id": member.pk,
        "role": member.role,
        "organisation": request.organisation,
        "scopes": request.token.scopes if request.token else None,
    }


@router.get(
    "/members",
    response=PageOut[MemberOut],
    auth=member_auth(Role.STAFF, scope="members:read"),
    tags=MEMBERS,
    summary="Members",
)
def list_members(request: MemberRequest, page: Query[PageQuery]) -> Page[Member]:
    """In the order in which they joined, those who left included."""
    return page_of(queries.members_for(request.member), by=("id",), limit=page.limit, cursor=page.cursor)


@router.patch(
    "/members/{uuid:member_id}",
    response=MemberOut,
    auth=member_auth(Role.MANAGER, scope="members:write"),
    tags=MEMBERS,
    summary="Change a member's role, or end the membership",
)
def change_member(request: MemberRequest, member_id: UUID, body: MemberChange) -> Member:
    """`"is_active": false` ends it, and with it the member's tokens."""
    member, source = queries.member_for(request.member, member_id), source_of(request)
    if body.role is not None:
        services.change_role(member, role=body.role, by=request.member, source=source)
    if body.is_active is False:
        services.deactivate_member(member, by=request.member, source=source)
    return queries.member_for(request.member, member_id)


@router.get(
    "/invitations",
    response=PageOut[InvitationOut],
    auth=member_auth(Role.MANAGER, scope="members:read"),
    tags=MEMBERS,
    summary="Invitations that wait for an answer",
)
def list_invitations(request: MemberRequest, page: Query[PageQuery]) -> Page[Invitation]:
    """The oldest first."""
    return page_of(queries.open_invitations(request.member), by=("id",), limit=page.limit, cursor=page.cursor)


@router.post(
    "/invitations",
    response={201: InvitationOut},
    auth=member_auth(Role.MANAGER, scope="members:write"),
    tags=MEMBERS,
    summary="Invite somebody by mail",
)
def invite(request: MemberRequest, body: InvitationIn) -> Invitation:
    """The link works for 14 days. An earlier invitation to the address is withdrawn."""
    return services.invite(body.email, role=body.role, by=request.member, source=source_of(request))


@router.delete(
    "/invitations/{uuid:invitation_id}",
    response={204: None},
    auth=member_auth(Role.MANAGER, scope="members:write"),
    tags=MEMBERS,
    summary="Take an invitation back",
)
def withdraw_invitation(request: MemberRequest, invitation_id: UUID) -> Status[None]:
    """Its link no longer works."""
    invitation = queries.invitation_for(request.member, invitation_id)
    services.withdraw_invitation(invitation, by=request.member, source=source_of(request))
    return Status(204, None)


@router.get(
    "/tokens", response=PageOut[TokenOut], auth=member_auth(scope="members:read"), tags=TOKENS, summary="Tokens"
)
def list_tokens(request: MemberRequest, page: Query[PageQuery]) -> Page[Key]:
    """Your tokens; as an admin, everybody's. Secrets are never shown again."""
    return page_of(queries.tokens_for(request.member), by=("id",), limit=page.limit, cursor=page.cursor)


@router.post(
    "/tokens",
    response={201: TokenMade},
    auth=member_auth(scope="members:write"),
    tags=TOKENS,
    summary="Make a token that acts for you",
)
def make_token(request: MemberRequest, response: HttpResponse, body: TokenIn) -> dict[str, Any]:
    """It may do what both its scopes and your role allow."""
    response["Cache-Control"] = "no-store"
    within = {"within": request.token.scopes} if request.token else {}
    key, secret = services.make_token(
        name=body.name,
        scopes=body.scopes,
        expires_at=body.expires_at,
        by=request.member,
        source=source_of(request),
        **within,
    )
    return {**TokenOut.from_orm(key).dict(), "secret": secret}


@router.delete(
    "/tokens/{uuid:token_id}",
    response={204: None},
    auth=member_auth(scope="members:write"),
    tags=TOKENS,
    summary="End a token at once",
)
def revoke_token(request: MemberRequest, token_id: UUID) -> Status[None]:
    """One of yours; as an admin, anybody's."""
    token = queries.token_for(request.member, token_id)
    services.revoke_token(token, by=request.member, source=source_of(request))
    return Status(204, None)


@router.get(
    "/audit",
    response=PageOut[AuditEntryOut],
    auth=member_auth(Role.MANAGER, scope="members:read"),
    tags=["history"],
    summary="Who did what, the newest first",
)
def list_audit_entries(request: MemberRequest, asked: Query[AuditQuery]) -> Page[AuditEntry]:
    """Entries neither change nor go. For managers."""
    return history.audit_page(request.member, asked.to_filter(), limit=asked.limit, cursor=asked.cursor)
