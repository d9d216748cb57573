"""Reading people, starting from who is looking."""

from uuid import UUID

from django.db.models import Q, QuerySet

from infra24.core.sorting import sort_key
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.people.errors import PersonNotFound
from infra24.people.models import Person


def visible_people(viewer: Member) -> QuerySet[Person]:
    """Staff see everybody; others only themselves."""
    people = Person.objects.filter(org_id=viewer.org_id, erased_at=None)
    if not viewer.rank.includes(Role.STAFF):
        people = people.filter(user_id=viewer.user_id)
    return people.order_by("sort_key", "id")


def people_like(viewer: Member, text: str) -> QuerySet[Person]:
    """Those whose name or e-mail address contains the text; everybody for an empty one."""
    wanted = sort_key(text)
    people = visible_people(viewer)
    return people.filter(Q(sort_key__contains=wanted) | Q(email__contains=text.strip().lower())) if wanted else people


def person_for(viewer: Member, person_id: UUID) -> Person:
    """Raises PersonNotFound both for a missing person and for one the viewer may not see."""
    try:
        return visible_people(viewer).get(pk=person_id)
    except Person.DoesNotExist:
        raise PersonNotFound from None


def own_person(viewer: Member) -> Person | None:
    """The person the viewer is, or becomes with the first booking (`services.person_of`); None: a new one.

    What staff said of somebody before the account existed holds for the account from the start.
    """
    known = Person.objects.filter(org_id=viewer.org_id, user_id=viewer.user_id).first()
    if known is not None or not viewer.user.email:
        return known
    alike = list(alike_by_mail(viewer)[:2])
    return alike[0] if len(alike) == 1 else None


def alike_by_mail(member: Member) -> QuerySet[Person]:
    """Those without an account who have the member's e-mail address."""
    return Person.objects.filter(org_id=member.org_id, user=None, erased_at=None, email__iexact=member.user.email)
