"""A booking's history: every step with who took it, why, and what it changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from infra24.bookings.models import Booking, Outcome, Source, Visibility
from infra24.orgs.models import AuditEntry, Member
from infra24.people.models import Person
from infra24.resources.models import Resource

_FIELDS: Final[Mapping[str, str | Promise]] = {
    "title": _("Title"),
    "starts_at": _("From"),
    "ends_at": _("To"),
    "legs": _("Where"),
    "person_id": _("For"),
    "party_size": _("People"),
    "note": _("Note"),
    "visibility": _("On the calendar"),
    "outcome": _("Attendance"),
}
"""What is worth telling, in the order of the form. The state is told by the step itself."""


@dataclass(frozen=True)
class Change:
    """One thing that is different. An instant is one; all else is text, empty for nothing."""

    label: str | Promise
    before: datetime | str
    after: datetime | str


@dataclass(frozen=True)
class Step:
    """One entry of a booking's history: who did what when, and what was different afterwards."""

    at: datetime
    action: str
    source: str
    """In words."""
    who: str
    """Empty where nobody signed in acted."""
    reason: str
    changes: Sequence[Change]


def history_of(booking: Booking) -> list[Step]:
    """What the audit knows of a booking, the newest first. Four queries at most."""
    entries = list(AuditEntry.objects.filter(org_id=booking.org_id, subject_id=booking.pk).order_by("-at", "-id"))
    members = Member.objects.filter(org_id=booking.org_id, pk__in={entry.member_id for entry in entries})
    actors = {member.pk: str(member.user) for member in members.select_related("user")}
    names = _names(booking.org_id, entries)
    return [
        Step(
            at=entry.at,
            action=entry.action,
            source=str(Source(entry.source).label) if entry.source in Source.values else entry.source,
            who=actors.get(entry.member_id, "") if entry.member_id else "",
            reason=str((entry.after or {}).get("reason") or ""),
            changes=_changes(entry.before or {}, entry.after or {}, names),
        )
        for entry in entries
    ]


def _names(org_id: UUID, entries: Iterable[AuditEntry]) -> dict[str, str]:
    """Names of the resources and people that are spoken of, by their ids as the audit writes them."""
    told = [values for entry in entries for values in (entry.before, entry.after) if values]
    things = {leg[0] for values in told for leg in values.get("legs") or ()}
    people = {values["person_id"] for values in told if values.get("person_id")}
    rows = [*Resource.objects.filter(org_id=org_id, pk__in=things)] if things else []
    persons = [*Person.objects.filter(org_id=org_id, pk__in=people)] if people else []
    return {str(row.pk): str(row) for row in (*rows, *persons)}


def _changes(before: Mapping[str, Any], after: Mapping[str, Any], names: Mapping[str, str]) -> list[Change]:
    """What is in both and differs. What was only written down is on the page anyway."""
    return [
        Change(label, _said(name, before[name], names), _said(name, after[name], names))
        for name, label in _FIELDS.items()
        if name in before and name in after and before[name] != after[name]
    ]


def _said(name: str, value: Any, names: Mapping[str, str]) -> datetime | str:
    match name:
        case "starts_at" | "ends_at":
            return datetime.fromisoformat(value)
        case "legs":
            legs = [(names.get(key, "…"), units) for key, units in value]
            return ", ".join(f"{thing} × {units}" if units > 1 else thing for thing, units in legs)
        case "person_id":
            return names.get(value, "…") if value else ""
        case "visibility":
            return str(Visibility(value).label)
        case "outcome":
            return str(Outcome(value).label) if value else ""
    return "" if value is None else str(value)
