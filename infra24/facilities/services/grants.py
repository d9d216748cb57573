"""Giving a person a qualification, renewing it and taking it back. Rows stay, so that the past can be looked up."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from infra24.core.constraints import guarded_by
from infra24.core.days import months_after, wall_of
from infra24.facilities.errors import (
    AlreadyGranted,
    AlreadyRevoked,
    GrantedLater,
    LapsesBeforeGranted,
    QualificationArchived,
    QualificationNotFound,
)
from infra24.facts import services as facts
from infra24.orgs import audit
from infra24.orgs.models import Member, Organisation
from infra24.people.errors import PersonNotFound
from infra24.people.models import Person
from infra24.resources.models import Grant, Qualification


@transaction.atomic
def give_qualification(
    qualification_id: UUID,
    *,
    person_id: UUID,
    by: Member,
    source: str,
    granted_on: date | None = None,
    lapses_on: date | None = None,
    note: str = "",
    renew: bool = False,
) -> Grant:
    """Write down that a person has a qualification.

    `granted_on` is today in the organisation's zone when None. `lapses_on` is the last day on which it holds;
    None: as many months on as the qualification says, or for good. With `renew`, what the person has of it is
    taken back in the same moment; without, that is refused.

    Raises QualificationNotFound, PersonNotFound, QualificationArchived, GrantedLater, LapsesBeforeGranted;
    AlreadyGranted for a person who has it, lapsed or not.
    """
    now = timezone.now()
    person, qualification = _locked(by, person_id, qualification_id)
    today = wall_of(now, Organisation.objects.get(pk=by.org_id).time_zone).date()
    granted_on = granted_on or today
    if granted_on > today:
        raise GrantedLater(fields={"granted_on": GrantedLater().title})
    if lapses_on is None and qualification.valid_months is not None:
        lapses_on = months_after(granted_on, qualification.valid_months)
    if lapses_on is not None and lapses_on < granted_on:
        raise LapsesBeforeGranted(fields={"lapses_on": LapsesBeforeGranted().title})
    earlier = Grant.objects.filter(
        org_id=by.org_id, qualification=qualification, person=person, revoked_at=None
    ).select_for_update()
    if renew and (old := earlier.first()):
        _revoke(old, by=by, source=source, now=now)
    with guarded_by(grant_once_at_a_time=AlreadyGranted):
        made = Grant.objects.create(
            org_id=by.org_id,
            qualification=qualification,
            person=person,
            granted_on=granted_on,
            lapses_on=lapses_on,
            granted_by=by,
            note=note.strip(),
        )
    about = {"qualification_id": str(qualification.pk), "person_id": str(person.pk)}
    facts.record(by.org_id, "grant.given", now=now, source=source, grant_id=made.pk, **about)
    after = {**about, "granted_on": granted_on, "lapses_on": lapses_on}
    audit.write(by.org_id, "grant.give", subject_id=made.pk, by=by, source=source, now=now, after=after)
    return made


@transaction.atomic
def revoke_grant(grant: Grant, *, by: Member, source: str) -> Grant:
    """Take a qualification back, from now on; bookings made with it stay. Raises AlreadyRevoked."""
    current = Grant.objects.select_for_update(of=("self",)).select_related("person", "qualification")
    current_grant = current.get(org_id=by.org_id, pk=grant.pk)
    if current_grant.revoked_at is not None:
        raise AlreadyRevoked
    _revoke(current_grant, by=by, source=source, now=timezone.now())
    return current_grant


def _locked(by: Member, person_id: UUID, qualification_id: UUID) -> tuple[Person, Qualification]:
    """Both, kept from being erased or archived until the transaction ends. Persons first, as everywhere."""
    try:
        person = Person.objects.select_for_update(no_key=True).get(org_id=by.org_id, pk=person_id, erased_at=None)
    except Person.DoesNotExist:
        raise PersonNotFound(fields={"person_id": str(person_id)}) from None
    try:
        found = Qualification.objects.select_for_update(no_key=True).get(org_id=by.org_id, pk=qualification_id)
    except Qualification.DoesNotExist:
        raise QualificationNotFound(fields={"qualification_id": str(qualification_id)}) from None
    if found.archived_at is not None:
        raise QualificationArchived
    return person, found


def _revoke(grant: Grant, *, by: Member, source: str, now: datetime) -> None:
    grant.revoked_at = now
    grant.save(update_fields=["revoked_at"])
    facts.record(by.org_id, "grant.revoked", now=now, source=source, grant_id=grant.pk)
    audit.write(
        by.org_id,
        "grant.revoke",
        subject_id=grant.pk,
        by=by,
        source=source,
        now=now,
        before={"revoked_at": None},
        after={"revoked_at": now},
    )
