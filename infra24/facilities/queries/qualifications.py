"""Reading qualifications and who holds them, starting from who is looking."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet

from infra24.core.paging import page_of
from infra24.facilities.errors import GrantNotFound, QualificationNotFound
from infra24.orgs.models import Member
from infra24.people.models import Person
from infra24.people.queries import own_person
from infra24.resources.models import Grant, GrantState, Qualification, ResourceNeed


@dataclass(frozen=True)
class Holder:
    """A person and what was given to them of one qualification, the latest first."""

    person: Person
    grants: list[Grant]


@dataclass(frozen=True)
class HolderPage:
    """One page of holders; `next` is the cursor of the next one."""

    items: list[Holder]
    next: str | None


def visible_qualifications(viewer: Member, *, archived: bool = False) -> QuerySet[Qualification]:
    """The words members may know, by name; with `archived`, the archived ones instead."""
    rows = Qualification.objects.filter(org_id=viewer.org_id, archived_at__isnull=not archived)
    return rows.order_by("sort_key", "id")


def qualification_for(viewer: Member, qualification_id: UUID) -> Qualification:
    """One qualification, archived or not. Raises QualificationNotFound."""
    try:
        return Qualification.objects.get(org_id=viewer.org_id, pk=qualification_id)
    except Qualification.DoesNotExist:
        raise QualificationNotFound from None


def with_figures(qualifications: QuerySet[Qualification], *, today: date) -> QuerySet[Qualification]:
    """Adds `valid` and `lapsed`, numbers of people, and `needed_by`, with live resources only."""
    given = Q(grants__revoked_at=None)
    over = Q(grants__lapses_on__lt=today)
    return qualifications.annotate(
        valid=Count("grants", filter=given & ~over), lapsed=Count("grants", filter=given & over)
    ).prefetch_related(Prefetch("needed_by", _live_needs(), to_attr="needs"))


def needs_of(qualification: Qualification) -> list[ResourceNeed]:
    """The live resources that ask for it, by name."""
    return list(_live_needs().filter(org_id=qualification.org_id, qualification=qualification))


def _live_needs() -> QuerySet[ResourceNeed]:
    needs = ResourceNeed.objects.filter(resource__archived_at=None).select_related("resource")
    return needs.order_by("resource__sort_key", "resource_id")


def visible_grants(viewer: Member) -> QuerySet[Grant]:
    """What was given to whom: everything for staff, their own for others."""
    grants = Grant.objects.filter(org_id=viewer.org_id).select_related("person", "qualification")
    return grants if viewer.is_staff else grants.filter(person=own_person(viewer))


def grant_for(viewer: Member, grant_id: UUID) -> Grant:
    """Raises GrantNotFound both for a missing grant and for one the viewer may not see."""
    try:
        return visible_grants(viewer).get(pk=grant_id)
    except Grant.DoesNotExist:
        raise GrantNotFound from None


def being(state: str, *, today: date) -> Q:
    """The grants in this state on that day, as `Grant.state_on` says; `given`: not taken back; else all of them."""
    match state:
        case "given":
            return Q(revoked_at=None)
        case GrantState.REVOKED:
            return Q(revoked_at__isnull=False)
        case GrantState.LAPSED:
            return Q(revoked_at=None, lapses_on__lt=today)
        case GrantState.VALID:
            return Q(revoked_at=None) & (Q(lapses_on=None) | Q(lapses_on__gte=today))
    return Q()


def holders_page(
    viewer: Member, qualification: Qualification, *, state: str, today: date, limit: int, cursor: str = ""
) -> HolderPage:
    """People with a grant of this state, by name; each with those of their grants that are. Raises CursorInvalid."""
    grants = visible_grants(viewer).filter(being(state, today=today), qualification=qualification)
    people = Person.objects.filter(Exists(grants.filter(person=OuterRef("pk"))), org_id=viewer.org_id)
    page = page_of(people, by=("sort_key", "id"), limit=limit, cursor=cursor)
    given: dict[UUID, list[Grant]] = defaultdict(list)
    for grant in grants.filter(person__in=page.items).order_by(F("revoked_at").desc(nulls_first=True), "-id"):
        given[grant.person_id].append(grant)
    return HolderPage([Holder(person, given[person.pk]) for person in page.items], page.next)
