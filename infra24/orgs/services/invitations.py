"""Asking somebody to join, by mail."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from infra24.facts import services as facts
from infra24.orgs import audit
from infra24.orgs.errors import (
    AlreadyMember,
    InvitationForSomebodyElse,
    InvitationInvalid,
    RoleNotYours,
    SignInToAccept,
)
from infra24.orgs.keys import make_key
from infra24.orgs.models import Invitation, Key, Member, User
from infra24.orgs.policies import Role, may_grant
from infra24.orgs.queries import open_invitations, owns_address
from infra24.orgs.services.founding import make_user
from infra24.orgs.services.members import add_member

INVITATION_LIFE = timedelta(days=14)


@transaction.atomic
def invite(email: str, *, role: Role, by: Member, source: str) -> Invitation:
    """Offer a place; the mail with the link follows from the fact. An earlier open invitation is withdrawn.

    Raises RoleNotYours, AlreadyMember.
    """
    if not may_grant(by=by.rank, role=role):
        raise RoleNotYours
    email = email.strip().lower()
    if Member.objects.filter(org_id=by.org_id, user__email=email, is_active=True).exists():
        raise AlreadyMember
    now = timezone.now()
    for earlier in open_invitations(by).filter(email=email).select_for_update():
        withdraw_invitation(earlier, by=by, source=source)
    invitation = Invitation.objects.create(
        org_id=by.org_id, email=email, role=role.value, invited_by=by, invited_at=now
    )
    key, _secret = make_key(
        by.org_id,
        Key.Kind.INVITATION,
        now=now,
        subject_id=invitation.pk,
        expires_at=now + INVITATION_LIFE,
    )
    facts.record(by.org_id, "invitation.sent", now=now, source=source, invitation_id=invitation.pk, key_id=str(key.pk))
    audit.write(
        by.org_id, "invitation.send", subject_id=invitation.pk, by=by, source=source, now=now,
        after={"role": role.value},
    )  # fmt: skip
    return invitation


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, by: Member, source: str) -> None:
    """Take an open invitation back: its link stops working.

    Raises InvitationInvalid when it was accepted or withdrawn before.
    """
    now = timezone.now()
    changed = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None).update(withdrawn_at=now)
    if not changed:
        raise InvitationInvalid
    Key.objects.filter(org_id=invitation.org_id, subject_id=invitation.pk, revoked_at=None).update(revoked_at=now)
    audit.write(invitation.org_id, "invitation.withdraw", subject_id=invitation.pk, by=by, source=source, now=now)


@transaction.atomic
def accept_invitation(invitation: Invitation, *, user: User | None, name: str = "") -> Member:
    """Join. `user` is who is signed in; without one an account is made for the invited address.

    Whoever holds the link has read the mail, so the new account's address is
    verified. An account that exists is not opened by the link: it lives for
    two weeks, and the account may matter elsewhere. Sign in, then accept.

    Raises InvitationInvalid, InvitationForSomebodyElse, SignInToAccept, AlreadyMember.
    """
    now = timezone.now()
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if invitation.accepted_at is not None or invitation.withdrawn_at is not None:
        raise InvitationInvalid
    if user is None:
        if User.objects.filter(email=invitation.email).exists():
            raise SignInToAccept
        user = make_user(invitation.email, name=name)
    elif not owns_address(user, invitation.email):
        raise InvitationForSomebodyElse
    invitation.accepted_at = now
    invitation.save(update_fields=["accepted_at"])
    Key.objects.filter(org_id=invitation.org_id, subject_id=invitation.pk, revoked_at=None).update(revoked_at=now)
    member = add_member(invitation.org_id, user, role=Role(invitation.role), by=None, source="self")
    audit.write(invitation.org_id, "invitation.accept", subject_id=invitation.pk, by=member, source="self", now=now)
    return member
