"""By whose rules somebody who waits is measured, and in whose name a time is kept for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.people.models import Person
from infra24.waitlist.models import Entry


@dataclass(frozen=True)
class Acting:
    """`role` says the rules, `by` makes the hold."""

    role: Member
    by: Member


def role_of(person: Person) -> Member:
    """The member a person is; of somebody without an account a plain member, who is nobody and never stored."""
    if person.user_id is None:
        return _anybody(person.org_id)
    found = Member.objects.filter(org_id=person.org_id, user_id=person.user_id, is_active=True).first()
    return found or _anybody(person.org_id)


def acting_for_entries(org_id: UUID, entries: Iterable[Entry]) -> dict[UUID, Acting]:
    """By the id of an entry. Who joined by themselves and is no member any more is left out: nobody acts for them.

    For somebody without an account it is staff who put them on the list, or whoever is staff now.
    """
    members = list(
        Member.objects.filter(org_id=org_id, is_active=True).select_related("user").order_by("joined_at", "pk")
    )
    by_user = {member.user_id: member for member in members}
    staff = [member for member in members if member.is_staff]
    found = {}
    for entry in entries:
        own = by_user.get(entry.person.user_id) if entry.person.user_id else None
        if own:
            found[entry.pk] = Acting(own, own)
            continue
        put_on_by = next((member for member in staff if member.pk == entry.joined_by_id), None)
        joined_alone = put_on_by is None and entry.source == "self"
        if staff and not joined_alone:
            found[entry.pk] = Acting(_anybody(org_id), put_on_by or staff[0])
    return found


def _anybody(org_id: UUID) -> Member:
    return Member(org_id=org_id, role=Role.MEMBER.value)
