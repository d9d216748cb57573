"""Who works in which space, from a day to a day."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from infra24.core.constraints import guarded_by
from infra24.core.days import wall_of
from infra24.core.errors import Stale
from infra24.facilities.errors import AlreadyInStudio, LeavesBeforeMovingIn, NotAStudio, StudioArchived
from infra24.facts import services as facts
from infra24.orgs import audit
from infra24.orgs.models import Member, Organisation
from infra24.people.errors import PersonNotFound
from infra24.people.models import Person
from infra24.resources.models import ResourceKind, StudioAssignment
from infra24.resources.queries import resource_for


@dataclass(frozen=True)
class AssignmentDays:
    """From when to when, and what there is to say about it."""

    starts_on: date
    ends_on: date | None = None
    """The last day; None: until somebody says otherwise."""
    note: str = ""


@transaction.atomic
def assign_studio(
    person_id: UUID,
    *,
    resource_id: UUID,
    by: Member,
    source: str,
    starts_on: date | None = None,
    ends_on: date | None = None,
    note: str = "",
) -> StudioAssignment:
    """Give a person a space to work in, from today unless said otherwise. Several may share it.

    Raises PersonNotFound, ResourceNotFound, NotAStudio, StudioArchived, LeavesBeforeMovingIn;
    AlreadyInStudio when the same person has it on any of these days.
    """
    now = timezone.now()
    try:
        person = Person.objects.select_for_update(no_key=True).get(org_id=by.org_id, pk=person_id, erased_at=None)
    except Person.DoesNotExist:
        raise PersonNotFound(fields={"person_id": str(person_id)}) from None
    space = resource_for(by, resource_id)
    if space.kind != ResourceKind.SPACE:
        raise NotAStudio(fields={"resource_id": NotAStudio().title})
    if space.archived_at is not None:
        raise StudioArchived
    starts_on = starts_on or wall_of(now, Organisation.objects.get(pk=by.org_id).time_zone).date()
    made = StudioAssignment(org_id=by.org_id, person=person, resource=space)
    _say(made, AssignmentDays(starts_on, ends_on, note))
    with guarded_by(studioassignment_once=AlreadyInStudio):
        made.save(force_insert=True)
    facts.record(by.org_id, "assignment.made", now=now, source=source, assignment_id=made.pk, person_id=str(person.pk))
    after = {"person_id": person.pk, "resource_id": space.pk, **_said(made)}
    audit.write(by.org_id, "assignment.make", subject_id=made.pk, by=by, source=source, now=now, after=after)
    return made


@transaction.atomic
def change_assignment(
    assignment: StudioAssignment, days: AssignmentDays, *, by: Member, source: str, version: int | None = None
) -> StudioAssignment:
    """Other days or another note; person and space stay. Returns it as it is after.

    `version` is the one the caller has seen, None for whatever it is now.
    Raises LeavesBeforeMovingIn, AlreadyInStudio, Stale.
    """
    rows = StudioAssignment.objects.select_for_update(of=("self",)).select_related("person", "resource")
    current = rows.get(org_id=by.org_id, pk=assignment.pk)
    if version is not None and current.version != version:
        raise Stale
    before = _said(current)
    _say(current, days)
    after = _said(current)
    if before == after:
        return current
    with guarded_by(studioassignment_once=AlreadyInStudio):
        current.save(update_fields=["starts_on", "ends_on", "note"])
    current.refresh_from_db(fields=["version"])
    _announce_change(current, before, after, by=by, source=source, now=timezone.now())
    return current


def days_of(assignment: StudioAssignment) -> AssignmentDays:
    """What is said of it now."""
    return AssignmentDays(assignment.starts_on, assignment.ends_on, assignment.note)


def _say(assignment: StudioAssignment, days: AssignmentDays) -> None:
    if days.ends_on is not None and days.ends_on < days.starts_on:
        raise LeavesBeforeMovingIn(fields={"ends_on": LeavesBeforeMovingIn().title})
    assignment.starts_on, assignment.ends_on, assignment.note = days.starts_on, days.ends_on, days.note.strip()


def _said(assignment: StudioAssignment) -> dict[str, Any]:
    return {"starts_on": assignment.starts_on, "ends_on": assignment.ends_on, "note": assignment.note}


def _announce_change(
    current: StudioAssignment,
    before: dict[str, Any],
    after: dict[str, Any],
    *,
    by: Member,
    source: str,
    now: datetime,
) -> None:
    changed = [name for name in before if before[name] != after[name]]
    facts.record(by.org_id, "assignment.changed", now=now, source=source, assignment_id=current.pk)
    audit.write(
        by.org_id,
        "assignment.change",
        subject_id=current.pk,
        by=by,
        source=source,
        now=now,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
