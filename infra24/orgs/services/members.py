"""Joining, rising, falling and leaving."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from infra24.core.constraints import guarded_by
from infra24.facts import services as facts
from infra24.orgs import audit
from infra24.orgs.errors import AlreadyMember, LastAdmin, RoleNotYours
from infra24.orgs.models import Key, Member, User
from infra24.orgs.policies import Role, may_grant


@transaction.atomic
def add_member(org_id: UUID, user: User, *, role: Role, by: Member | None, source: str) -> Member:
    """Make `user` a member; somebody who left comes back with the new role.

    `by` is None where nobody of the organisation acts: its founding, an accepted invitation.
    Raises AlreadyMember, RoleNotYours.
    """
    if by is not None and not may_grant(by=by.rank, role=role):
        raise RoleNotYours
    now = timezone.now()
    member = Member.objects.select_for_update().filter(org_id=org_id, user=user).first()
    if member is None:
        with guarded_by(member_once=AlreadyMember):
            member = Member.objects.create(org_id=org_id, user=user, role=role.value)
    elif member.is_active:
        raise AlreadyMember
    else:
        member.role, member.is_active = role.value, True
        member.save(update_fields=["role", "is_active"])
    facts.record(org_id, "member.joined", now=now, source=source, member_id=member.pk, role=role.value)
    audit.write(org_id, "member.add", subject_id=member.pk, by=by, source=source, now=now, after={"role": role.value})
    return member


@transaction.atomic
def change_role(member: Member, *, role: Role, by: Member, source: str) -> Member:
    """Give a member another role: nobody touches a role above their own or gives one.

    Raises RoleNotYours; LastAdmin when nobody would be left to run the organisation.
    """
    if not (may_grant(by=by.rank, role=member.rank) and may_grant(by=by.rank, role=role)):
        raise RoleNotYours
    before = _still(member, by=by)
    if before.rank == role:
        return before
    if before.rank == Role.ADMIN:
        _require_another_admin(before)
    now = timezone.now()
    former, before.role = before.role, role.value
    before.save(update_fields=["role"])
    audit.write(
        member.org_id, "member.change_role", subject_id=member.pk, by=by, source=source, now=now,
        before={"role": former}, after={"role": role.value},
    )  # fmt: skip
    return before


@transaction.atomic
def deactivate_member(member: Member, *, by: Member, source: str) -> Member:
    """End a membership: its tokens die with it, what the member did stays. Everybody may leave.

    Raises RoleNotYours, LastAdmin.
    """
    if by.pk != member.pk and not may_grant(by=by.rank, role=member.rank):
        raise RoleNotYours
    leaving = _still(member, by=by)
    if not leaving.is_active:
        return leaving
    if leaving.rank == Role.ADMIN:
        _require_another_admin(leaving)
    now = timezone.now()
    leaving.is_active = False
    leaving.save(update_fields=["is_active"])
    _revoke_keys_of(leaving, now=now)
    audit.write(
        member.org_id, "member.deactivate", subject_id=member.pk, by=by, source=source, now=now,
        before={"is_active": True}, after={"is_active": False},
    )  # fmt: skip
    return leaving


def _still(member: Member, *, by: Member) -> Member:
    """The member as it is now, locked, and every admin with it: two admins cannot demote each other at once.

    Locked in the order of their ids. Raises RoleNotYours when the role rose meanwhile.
    """
    candidates = Member.objects.filter(org_id=member.org_id)
    locked = {
        found.pk: found
        for found in (candidates.filter(pk=member.pk) | candidates.filter(role=Role.ADMIN.value))
        .order_by("pk")
        .select_for_update()
    }
    now = locked[member.pk]
    if by.pk != now.pk and not may_grant(by=by.rank, role=now.rank):
        raise RoleNotYours
    return now


def _require_another_admin(member: Member) -> None:
    others = Member.objects.filter(org_id=member.org_id, role=Role.ADMIN.value, is_active=True).exclude(pk=member.pk)
    if not others.exists():
        raise LastAdmin


def _revoke_keys_of(member: Member, *, now: datetime) -> None:
    Key.objects.filter(org_id=member.org_id, member=member, revoked_at=None).update(revoked_at=now)
