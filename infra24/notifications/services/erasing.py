"""What is known of whoever gets mails, when they are erased."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import CharField, F, Q, Value
from django.db.models.functions import Cast, Coalesce, Concat

from infra24.notifications.models import MailPreference, MailTrouble
from infra24.notifications.queries import digest_of
from infra24.orgs.models import Key


def forget_recipients(org_id: UUID, recipients: Collection[UUID], *, address: str, now: datetime) -> None:
    """Overwrite what somebody wants and which addresses of theirs take no mail; links in their mails end.

    In the caller's transaction. `recipients` are the ids under which they got mails; `address` is theirs alone, or
    empty. The rows stay, for facts are about them, and tell of nobody.
    """
    MailPreference.objects.filter(org_id=org_id, recipient__in=recipients).update(recipient=F("id"), is_wanted=True)
    theirs = Q(recipient__in=recipients)
    if address:
        theirs |= Q(digest=digest_of(org_id, address))
    MailTrouble.objects.filter(theirs, org_id=org_id).update(
        digest=Concat(Value("erased:"), Cast("id", CharField())),
        recipient=None,
        cleared_at=Coalesce("cleared_at", Value(now)),
    )
    links = Key.objects.filter(org_id=org_id, kind=Key.Kind.MAIL_LINK, subject_id__in=recipients, revoked_at=None)
    links.update(revoked_at=now)
