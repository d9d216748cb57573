"""Writing down whom an organisation knows."""

from django.db import transaction

from infra24.core.sorting import sort_key
from infra24.orgs.models import Member, User
from infra24.people.models import Person
from infra24.people.queries import alike_by_mail


def create_person(*, by: Member, name: str, email: str = "", phone: str = "", user: User | None = None) -> Person:
    """A new person of the member's organisation."""
    return Person.objects.create(
        org_id=by.org_id,
        name=name.strip(),
        sort_key=sort_key(name),
        email=email.strip().lower(),
        phone=phone.strip(),
        user=user,
    )


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
