"""The organisation's words for what people are shown before they may book something."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from infra24.core.constraints import guarded_by
from infra24.core.errors import Stale
from infra24.core.sorting import sort_key
from infra24.core.wording import said
from infra24.facilities.errors import QualificationInUse, QualificationNameTaken
from infra24.facilities.queries.qualifications import needs_of
from infra24.facts import services as facts
from infra24.orgs import audit
from infra24.orgs.models import Member
from infra24.resources.models import Qualification

LONGEST_VALIDITY = 600
"""Months: fifty years."""


@dataclass(frozen=True)
class QualificationWords:
    """What is said of a qualification."""

    name: str
    description: str = ""
    valid_months: int | None = None
    """How long a grant lasts unless its last day is given; None: for good."""


@transaction.atomic
def create_qualification(words: QualificationWords, *, by: Member, source: str) -> Qualification:
    """A new qualification. Raises QualificationNameTaken."""
    now = timezone.now()
    made = Qualification(org_id=by.org_id)
    _say(made, words)
    with guarded_by(qualification_name_once=QualificationNameTaken):
        made.save(force_insert=True)
    facts.record(by.org_id, "qualification.added", now=now, source=source, qualification_id=made.pk)
    audit.write(by.org_id, "qualification.add", subject_id=made.pk, by=by, source=source, now=now, after=_said(made))
    return made


@transaction.atomic
def change_qualification(
    qualification: Qualification,
    words: QualificationWords,
    *,
    by: Member,
    source: str,
    archived: bool | None = None,
    version: int | None = None,
) -> Qualification:
    """Say something else of it; what was given before keeps its last day. `archived` puts it away or brings it back.

    `version` is the one the caller has seen, None for whatever it is now. Returns it as it is after.

    Raises QualificationNameTaken, Stale; QualificationInUse, naming them, while live resources ask for it.
    """
    now = timezone.now()
    current = Qualification.objects.select_for_update().get(org_id=by.org_id, pk=qualification.pk)
    if version is not None and current.version != version:
        raise Stale
    before = _said(current)
    _say(current, words)
    step = "" if archived is None or archived == before["archived"] else "archived" if archived else "restored"
    if step:
        if archived and (needs := needs_of(current)):
            raise QualificationInUse(
                said("Still needed for %(names)s. Change that first.", names=", ".join(str(n.resource) for n in needs))
            )
        current.archived_at = now if archived else None
    after = _said(current)
    changed = [name for name in before if before[name] != after[name]]
    if not changed:
        return current
    with guarded_by(qualification_name_once=QualificationNameTaken):
        current.save()
    current.refresh_from_db(fields=["version"])
    _announce(current, step, before, after, by=by, source=source, now=now)
    return current


def words_of(qualification: Qualification) -> QualificationWords:
    """What is said of it now."""
    return QualificationWords(**{each.name: getattr(qualification, each.name) for each in fields(QualificationWords)})


def _say(qualification: Qualification, words: QualificationWords) -> None:
    qualification.name, qualification.sort_key = words.name.strip(), sort_key(words.name)
    qualification.description, qualification.valid_months = words.description.strip(), words.valid_months


def _said(qualification: Qualification) -> dict[str, Any]:
    return {
        "name": qualification.name,
        "description": qualification.description,
        "valid_months": qualification.valid_months,
        "archived": qualification.archived_at is not None,
    }


def _announce(
    current: Qualification,
    step: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    by: Member,
    source: str,
    now: datetime,
) -> None:
    changed = [name for name in before if before[name] != after[name]]
    if words := [name for name in changed if name != "archived"]:
        facts.record(
            by.org_id, "qualification.changed", now=now, source=source, qualification_id=current.pk, fields=words
        )
    if step:
        facts.record(by.org_id, f"qualification.{step}", now=now, source=source, qualification_id=current.pk)
    audit.write(
        by.org_id,
        "qualification.change",
        subject_id=current.pk,
        by=by,
        source=source,
        now=now,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
