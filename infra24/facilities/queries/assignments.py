"""Reading who works in which space, starting from who is looking. Staff only, for now."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from infra24.facilities.errors import AssignmentNotFound
from infra24.orgs.models import Member
from infra24.resources.models import Resource, ResourceKind, StudioAssignment
from infra24.resources.queries import visible_resources

PAST_SHOWN = timedelta(days=366)
"""How far back a page about a day looks."""


@dataclass(frozen=True)
class Studio:
    """A space and who works there on a day, who will and who did, each in order of days."""

    resource: Resource
    present: list[StudioAssignment]
    future: list[StudioAssignment]
    past: list[StudioAssignment]


def visible_assignments(viewer: Member) -> QuerySet[StudioAssignment]:
    """Every assignment of the house with its person and space for staff; none for others."""
    assignments = StudioAssignment.objects.filter(org_id=viewer.org_id).select_related("person", "resource")
    return assignments if viewer.is_staff else assignments.none()


def assignment_for(viewer: Member, assignment_id: UUID) -> StudioAssignment:
    """Raises AssignmentNotFound both for a missing assignment and for one the viewer may not see."""
    try:
        return visible_assignments(viewer).get(pk=assignment_id)
    except StudioAssignment.DoesNotExist:
        raise AssignmentNotFound from None


def holding_on(day: date) -> Q:
    """The assignments that hold on a day. Plain comparisons: row-level security keeps ranges from an index."""
    return Q(starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gte=day))


def studios_on(viewer: Member, day: date) -> list[Studio]:
    """Every space somebody works in, will, or did in the year before the day, by name. One query."""
    recent = Q(ends_on=None) | Q(ends_on__gte=day - PAST_SHOWN)
    by_space: dict[Resource, list[StudioAssignment]] = defaultdict(list)
    for each in visible_assignments(viewer).filter(recent).order_by("resource__sort_key", "resource_id", "starts_on"):
        by_space[each.resource].append(each)
    return [_studio(space, assignments, day) for space, assignments in by_space.items()]


def studios_to_give(viewer: Member) -> QuerySet[Resource]:
    """The spaces somebody could work in, by name."""
    return visible_resources(viewer).filter(kind=ResourceKind.SPACE)


def _studio(space: Resource, assignments: Iterable[StudioAssignment], day: date) -> Studio:
    studio = Studio(space, [], [], [])
    for each in assignments:
        if each.starts_on > day:
            studio.future.append(each)
        elif each.ends_on is not None and each.ends_on < day:
            studio.past.append(each)
        else:
            studio.present.append(each)
    return studio
