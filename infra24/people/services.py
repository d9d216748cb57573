"""Writing down whom an organisation knows."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from infra24.core.errors import Stale
from infra24.core.sorting import sort_key
from infra24.facts.services import record
from infra24.orgs import audit
from infra24.orgs.errors import RoleTooLow
from infra24.orgs.models import Member, User
from infra24.orgs.policies import Role
from infra24.people.errors import PersonNotFound
from infra24.people.models import Person
from infra24.people.queries import alike_by_mail


@dataclass(frozen=True)
class PersonChange:
    """What to say anew of a person; None leaves a value as it is."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    locale: str | None = None


def create_person(
    *, by: Member, name: str, email: str = "", phone: str = "", locale: str = "", user: User | None = None
) -> Person:
    """A new person of the member's organisation."""
    return Person.objects.create(
        org_id=by.org_id,
        name=name.strip(),
        sort_key=sort_key(name),
        email=email.strip().lower(),
        phone=phone.strip(),
        locale=locale,
        user=user,
    )


@transaction.atomic
def change_person(
    person: Person, change: PersonChange, *, by: Member, source: str, version: int | None = None
) -> Person:
    """Correct what is said of a person. Staff only. The audit keeps what was changed, not what it was: erasing erases.

    Raises PersonNotFound, Stale.
    """
    if not by.rank.includes(Role.STAFF):
        raise RoleTooLow
    now = timezone.now()
    current = Person.objects.select_for_update().filter(org_id=by.org_id, pk=person.pk, erased_at=None).first()
    if current is None:
        raise PersonNotFound
    if version is not None and version != current.version:
        raise Stale
    tidy = {name: value.strip() for name, value in vars(change).items() if value is not None}
    if "email" in tidy:
        tidy["email"] = tidy["email"].lower()
    changed = sorted(name for name, value in tidy.items() if getattr(current, name) != value)
    if not changed:
        return current
    for name in changed:
        setattr(current, name, tidy[name])
    current.sort_key = sort_key(current.name)
    current.version += 1
    current.save()
    record(by.org_id, "person.changed", now=now, source=source, person_id=current.pk, fields=changed)
    audit.write(
        by.org_id, "person.change", subject_id=current.pk, by=by, source=source, now=now, after={"fields": changed}
    )
    return current


@transaction.atomic
def person_of(member: Member) -> Person:
    """The person a member is; written down at their first booking.

    Whom staff had written down before the account existed is known by the e-mail address, if only one person has it.
    """
    known = Person.objects.filter(org_id=member.org_id, user_id=member.user_id).first()
    if known is not None:
        return known
    user = member.user
    alike = alike_by_mail(member)
    # Locked, so that of two first bookings at once the second finds what the first has made of the person.
    if user.email and len(found := list(alike.select_for_update()[:2])) == 1:
        (person,) = found
        person.user = user
        person.version += 1
        person.save(update_fields=["user", "version"])
        return person
    person, _ = Person.objects.get_or_create(
        org_id=member.org_id,
        user=user,
        defaults={"name": str(user), "sort_key": sort_key(str(user)), "email": user.email},
    )
    return person
