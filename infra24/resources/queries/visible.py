"""Who sees what of the resources, starting from who is looking."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.people.queries import own_person
from infra24.resources.errors import ResourceNotFound
from infra24.resources.models import Audience, Grant, Resource


def audiences_of(viewer: Member) -> Sequence[Audience]:
    """The audiences the viewer belongs to: `visible_to` of what they see."""
    return audiences_for(viewer.rank)


@cache
def audiences_for(role: Role) -> Sequence[Audience]:
    """The audiences members of a role belong to."""
    return tuple(each for each in Audience if each == Audience.EVERYONE or role.includes(Role(each.value)))


def visible_resources(viewer: Member, *, archived: bool = False) -> QuerySet[Resource]:
    """The live resources the viewer may see, by name; with `archived`, the archived ones instead."""
    resources = Resource.objects.filter(org_id=viewer.org_id, archived_at__isnull=not archived)
    if not viewer.is_staff:
        resources = resources.filter(visible_to__in=audiences_of(viewer))
    return resources.order_by("sort_key", "id")


def resource_for(viewer: Member, resource_id: UUID) -> Resource:
    """A resource, archived ones for staff only.

    Raises ResourceNotFound both for a missing resource and for one the viewer may not see.
    """
    try:
        if viewer.is_staff:
            return Resource.objects.get(org_id=viewer.org_id, pk=resource_id)
        return visible_resources(viewer).get(pk=resource_id)
    except Resource.DoesNotExist:
        raise ResourceNotFound from None


def own_grants(viewer: Member) -> QuerySet[Grant]:
    """What the viewer was given and has still, lapsed or not, by the name of the qualification."""
    grants = Grant.objects.filter(org_id=viewer.org_id, person=own_person(viewer), revoked_at=None)
    return grants.select_related("qualification").order_by("qualification__sort_key", "id")


def qualifications_held(org_id: UUID, person_id: UUID) -> dict[UUID, date | None]:
    """What a person may show, each with the last day on which it holds; None: for good. Lapsed ones are told too."""
    grants = Grant.objects.filter(org_id=org_id, person_id=person_id, revoked_at=None)
    return dict(grants.values_list("qualification_id", "lapses_on"))


def features_said(org_id: UUID) -> dict[UUID, dict[str, Any]]:
    """What is said of each live resource, by its id: values by the key of a feature. One query."""
    live = Resource.objects.filter(org_id=org_id, archived_at=None)
    return dict(live.values_list("id", "features"))
