"""Reading organisations, members and keys, starting from who is looking."""

from collections.abc import Iterable
from typing import TypeVar, cast
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from infra24.core.errors import NotFound
from infra24.core.statements import Statement
from infra24.orgs.errors import InvitationInvalid, MemberNotFound, TokenNotFound
from infra24.orgs.keys import digest
from infra24.orgs.models import AuditEntry, Invitation, Key, Member, Organisation, User
from infra24.orgs.policies import Role

Row = TypeVar("Row", bound=Model)


def organisation_ids_of(user: AbstractBaseUser | AnonymousUser) -> list[UUID]:
    """The organisations in which the user is an active member, through the door in the wall."""
    if not user.is_authenticated:
        return []
    return [cast(UUID, org_id) for (org_id,) in _OF_USER.rows(user=user.pk)]


_OF_USER = Statement("SELECT organisations_of_user(%(user)s)")


def organisations_of(user: AbstractBaseUser | AnonymousUser) -> "QuerySet[Organisation]":
    """The same as rows, by name."""
    return Organisation.objects.filter(pk__in=organisation_ids_of(user)).order_by("name", "id")


def members_for(viewer: Member) -> "QuerySet[Member]":
    """The members of the viewer's organisation with their users: all for staff, oneself for others."""
    members = Member.objects.filter(org_id=viewer.org_id).select_related("user")
    return members if viewer.is_staff else members.filter(pk=viewer.pk)


def member_for(viewer: Member, member_id: UUID) -> Member:
    """Raises MemberNotFound."""
    return _one(members_for(viewer), member_id, MemberNotFound)


def open_invitations(viewer: Member) -> "QuerySet[Invitation]":
    """Invitations neither accepted nor withdrawn nor run out; none for those who may not invite."""
    live = Key.objects.filter(kind=Key.Kind.INVITATION, revoked_at=None, expires_at__gt=Now())
    waiting = Invitation.objects.filter(
        org_id=viewer.org_id, accepted_at=None, withdrawn_at=None, pk__in=live.values("subject_id")
    )
    return waiting if viewer.rank.includes(Role.MANAGER) else waiting.none()


def invitation_for(viewer: Member, invitation_id: UUID) -> Invitation:
    """Raises InvitationInvalid."""
    return _one(open_invitations(viewer), invitation_id, InvitationInvalid)


def invitation_by_secret(secret: str) -> Invitation:
    """The invitation a mailed link opens, within the acting organisation. Raises InvitationInvalid."""
    key = Key.objects.filter(kind=Key.Kind.INVITATION, sha256=digest(secret)).first()
    if key is None or not key.is_live(timezone.now()) or key.subject_id is None:
        raise InvitationInvalid
    return Invitation.objects.get(pk=key.subject_id)


def tokens_for(viewer: Member) -> "QuerySet[Key]":
    """Tokens in use: the organisation's for admins, one's own for others."""
    tokens = Key.objects.filter(org_id=viewer.org_id, kind=Key.Kind.TOKEN, revoked_at=None).select_related(
        "member__user"
    )
    return tokens if viewer.rank.includes(Role.ADMIN) else tokens.filter(member=viewer)


def token_for(viewer: Member, token_id: UUID) -> Key:
    """Raises TokenNotFound."""
    return _one(tokens_for(viewer), token_id, TokenNotFound)


def audit_entries(viewer: Member) -> "QuerySet[AuditEntry]":
    """What was done in the organisation; nothing for those below manager."""
    entries = AuditEntry.objects.filter(org_id=viewer.org_id)
    return entries if viewer.rank.includes(Role.MANAGER) else entries.none()


def owns_address(user: User, email: str) -> bool:
    """True when the user signs in with this address or has shown that it is theirs."""
    return user.email == email or EmailAddress.objects.filter(user=user, email=email, verified=True).exists()


def _one(rows: "QuerySet[Row]", row_id: UUID, missing: type[NotFound]) -> Row:
    try:
        return rows.get(pk=row_id)
    except ObjectDoesNotExist:
        raise missing from None


def names_of(member_ids: Iterable[UUID], *, viewer: Member) -> dict[UUID, str]:
    """The names of members of the viewer's organisation, by the member's id."""
    found = Member.objects.filter(org_id=viewer.org_id, pk__in=member_ids).select_related("user")
    return {member.pk: str(member.user) for member in found}
