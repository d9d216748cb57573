"""Qualifications and grants as they come in and go out of the API."""

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field, StrictBool, StringConstraints

from infra24.core.inputs import Input
from infra24.core.instants import Day
from infra24.core.paging import PageQuery
from infra24.facilities.services.qualifications import LONGEST_VALIDITY, QualificationWords
from infra24.orgs.models import Member
from infra24.resources.models import Grant, Qualification

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Description = Annotated[str, StringConstraints(max_length=2000)]
Months = Annotated[int, Field(strict=True, ge=1, le=LONGEST_VALIDITY)]


class QualificationsQuery(PageQuery):
    archived: bool = Field(default=False, description="The archived ones instead.")


class QualificationIn(Input):
    """A new qualification, as a kiln induction."""

    name: Name
    description: Description = ""
    valid_months: Months | None = Field(default=None, description="How long a grant lasts; null: for good.")

    def to_words(self) -> QualificationWords:
        return QualificationWords(self.name, self.description, self.valid_months)


class QualificationPatch(Input):
    """What to change; absent values stay. Archiving is refused while something that can be booked asks for it."""

    name: Name | None = None
    description: Description | None = None
    valid_months: Months | None = Field(default=None, description="null: for good.")
    archived: StrictBool | None = None

    def to_words(self, now: QualificationWords) -> QualificationWords:
        said = {name: getattr(self, name) for name in ("name", "description") if getattr(self, name) is not None}
        if "valid_months" in self.model_fields_set:
            said["valid_months"] = self.valid_months
        return replace(now, **said)


class QualificationOut(Schema):
    """Something people are shown before they book, as a kiln induction."""

    id: UUID
    name: str
    description: str
    valid_months: int | None = Field(description="How long a grant lasts; null: for good.")
    archived: bool
    version: int


def qualification_out(qualification: Qualification) -> dict[str, Any]:
    """A qualification in the shape of QualificationOut."""
    return {
        "id": qualification.pk,
        "name": qualification.name,
        "description": qualification.description,
        "valid_months": qualification.valid_months,
        "archived": qualification.archived_at is not None,
        "version": qualification.version,
    }


class GrantsQuery(PageQuery):
    person: UUID | None = Field(default=None, description="Only this person's.")
    qualification: UUID | None = Field(default=None, description="Only those of this qualification.")
    state: Literal["valid", "lapsed", "revoked", "all"] = Field(default="all", description="As it is today.")


class GrantIn(Input):
    """What a person was given."""

    qualification_id: UUID
    person_id: UUID
    granted_on: Day | None = Field(default=None, description="null: today where the organisation is.")
    lapses_on: Day | None = Field(
        default=None, description="The last day it holds; null: as many months on as the qualification says."
    )
    note: Annotated[str, StringConstraints(max_length=200)] = ""
    renew: StrictBool = Field(default=False, description="Replace what the person has of it.")


class GrantOut(Schema):
    """A qualification a person was given."""

    id: UUID
    qualification_id: UUID
    person_id: UUID
    granted_on: date
    lapses_on: date | None = Field(description="The last day it holds; null: it does not lapse.")
    state: Literal["valid", "lapsed", "revoked"]
    note: str = Field(description="Empty for those who are not staff.")
    revoked_at: datetime | None


def grant_out(grant: Grant, *, viewer: Member, today: date) -> dict[str, Any]:
    """A grant in the shape of GrantOut; `today` is the organisation's. Notes are for staff."""
    return {
        "id": grant.pk,
        "qualification_id": grant.qualification_id,
        "person_id": grant.person_id,
        "granted_on": grant.granted_on,
        "lapses_on": grant.lapses_on,
        "state": str(grant.state_on(today)),
        "note": grant.note if viewer.is_staff else "",
        "revoked_at": grant.revoked_at,
    }
