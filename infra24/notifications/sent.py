"""Which mails went out about something or to somebody, starting from who is looking. The addresses are not kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from infra24.notifications.models import SentMail
from infra24.orgs.models import Member
from infra24.people.models import Person


@dataclass(frozen=True)
class Mail:
    """One mail: about which fact, to whom, and when it left."""

    fact_type: str
    subject_kind: str
    subject_id: UUID
    recipient: UUID
    to: str
    """A person's or member's name; empty once they are erased."""
    at: datetime
    is_sent: bool
    """Whether it is known to have left; else it was begun, and nobody saw the end of it."""
    has_calendar: bool


def visible_mails(
    viewer: Member, *, subject_id: UUID | None = None, recipient: UUID | None = None
) -> QuerySet[SentMail]:
    """Mails about one thing, to one person or member, or all; none unless they are staff.

    Unordered: newest first is (-begun_at, -id).
    """
    found = SentMail.objects.filter(org_id=viewer.org_id).select_related("fact")
    if subject_id:
        found = found.filter(subject_id=subject_id)
    if recipient:
        found = found.filter(recipient=recipient)
    return found if viewer.is_staff else found.none()


def told(mails: Iterable[SentMail], *, viewer: Member) -> list[Mail]:
    """The mails with the names of whom they were for. Two queries."""
    rows = list(mails)
    keys = {row.recipient for row in rows}
    people = Person.objects.filter(org_id=viewer.org_id, pk__in=keys, erased_at=None)
    members = Member.objects.filter(org_id=viewer.org_id, pk__in=keys).select_related("user")
    names = {**{one.pk: one.name for one in people}, **{one.pk: str(one.user) for one in members}}
    return [
        Mail(
            fact_type=row.fact.type,
            subject_kind=row.fact.subject_kind,
            subject_id=row.subject_id,
            recipient=row.recipient,
            to=names.get(row.recipient, ""),
            at=row.sent_at or row.begun_at,
            is_sent=row.sent_at is not None,
            has_calendar=row.has_calendar,
        )
        for row in rows
    ]
