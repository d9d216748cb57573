"""Studio assignments as they come in and go out of the API."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field, StringConstraints

from infra24.core.inputs import Input
from infra24.core.instants import Day
from infra24.core.paging import PageQuery
from infra24.facilities.services.assignments import AssignmentDays
from infra24.resources.models import StudioAssignment

Note = Annotated[str, StringConstraints(max_length=200)]


class AssignmentsQuery(PageQuery):
    person: UUID | None = Field(default=None, description="Only this person's.")
    resource: UUID | None = Field(default=None, description="Only those of this space.")
    on: Day | None = Field(default=None, description="Only those that hold on this day.")


class AssignmentIn(Input):
    """A person works in a space."""

    person_id: UUID
    resource_id: UUID
    starts_on: Day | None = Field(default=None, description="null: today where the organisation is.")
    ends_on: Day | None = Field(default=None, description="The last day; null: until somebody says otherwise.")
    note: Note = ""


class AssignmentPatch(Input):
    """What to change; absent values stay."""

    starts_on: Day | None = None
    ends_on: Day | None = Field(default=None, description="null: until somebody says otherwise.")
    note: Note | None = None

    def to_days(self, now: AssignmentDays) -> AssignmentDays:
        return AssignmentDays(
            starts_on=self.starts_on or now.starts_on,
            ends_on=self.ends_on if "ends_on" in self.model_fields_set else now.ends_on,
            note=now.note if self.note is None else self.note,
        )


class AssignmentOut(Schema):
    """A person works in a space, from one day to another."""

    id: UUID
    person_id: UUID
    resource_id: UUID
    starts_on: date
    ends_on: date | None = Field(description="The last day; null: until somebody says otherwise.")
    note: str
    version: int


def assignment_out(assignment: StudioAssignment) -> dict[str, Any]:
    """An assignment in the shape of AssignmentOut."""
    return {
        "id": assignment.pk,
        "person_id": assignment.person_id,
        "resource_id": assignment.resource_id,
        "starts_on": assignment.starts_on,
        "ends_on": assignment.ends_on,
        "note": assignment.note,
        "version": assignment.version,
    }
