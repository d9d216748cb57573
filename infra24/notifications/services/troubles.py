"""Addresses that do not take our mail: noted when a mail service says so, cleared by staff."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from infra24.facts.services import record
from infra24.notifications.errors import TroubleCleared
from infra24.notifications.models import MailTrouble
from infra24.notifications.queries import digest_of
from infra24.orgs import audit
from infra24.orgs.errors import RoleTooLow
from infra24.orgs.models import Member
from infra24.orgs.policies import Role

SOURCE = "mail"
"""Where what a mail service tells comes from."""


@transaction.atomic
def note_trouble(org_id: UUID, address: str, kind: MailTrouble.Kind, *, recipient: UUID | None) -> MailTrouble:
    """Note in the acting organisation that an address takes no mail. Told twice is noted once."""
    now = timezone.now()
    row, is_new = MailTrouble.objects.get_or_create(
        org_id=org_id,
        digest=digest_of(org_id, address),
        defaults={"kind": kind, "recipient": recipient, "noted_at": now},
    )
    row = MailTrouble.objects.select_for_update().get(pk=row.pk)
    if not is_new and row.cleared_at is None and row.kind == kind:
        return row
    row.kind, row.recipient, row.noted_at, row.cleared_at = kind, recipient, now, None
    row.save()
    record(org_id, "mailtrouble.noted", now=now, source=SOURCE, mailtrouble_id=row.pk, kind=kind.value)
    audit.write(
        org_id, "mailtrouble.note", subject_id=row.pk, by=None, source=SOURCE, now=now, after={"kind": kind.value}
    )
    return row


@transaction.atomic
def clear_trouble(trouble: MailTrouble, *, by: Member, source: str) -> MailTrouble:
    """Let mail go to the address again. Staff only. Raises TroubleCleared."""
    if not by.rank.includes(Role.STAFF):
        raise RoleTooLow
    now = timezone.now()
    row = MailTrouble.objects.select_for_update().get(org_id=by.org_id, pk=trouble.pk)
    if row.cleared_at is not None:
        raise TroubleCleared
    row.cleared_at = now
    row.save(update_fields=["cleared_at"])
    record(by.org_id, "mailtrouble.cleared", now=now, source=source, mailtrouble_id=row.pk)
    audit.write(
        by.org_id,
        "mailtrouble.clear",
        subject_id=row.pk,
        by=by,
        source=source,
        now=now,
        before={"kind": row.kind},
        after=None,
    )
    return row
