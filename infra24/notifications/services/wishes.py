"""Who wants which mails no more."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from infra24.facts.services import record
from infra24.notifications.errors import MailEssential
from infra24.notifications.messages import MESSAGES, Readers
from infra24.notifications.models import MailPreference
from infra24.notifications.own_wishes import own_wishes
from infra24.notifications.policies import Message
from infra24.orgs import audit
from infra24.orgs.models import Member
from infra24.people.services import person_of


@transaction.atomic
def wish(
    org_id: UUID, recipient: UUID, message: Message, *, is_wanted: bool, by: Member | None, source: str
) -> MailPreference:
    """Note whether somebody, a person or a member, wants a message. Said twice is said once.

    `by` is None for whoever followed the address in a mail: it is the credential. Raises MailEssential.
    """
    if MESSAGES[message].is_essential:
        raise MailEssential
    now = timezone.now()
    row, _created = MailPreference.objects.get_or_create(
        org_id=org_id, recipient=recipient, message=message, defaults={"is_wanted": True, "changed_at": now}
    )
    row = MailPreference.objects.select_for_update().get(pk=row.pk)
    if row.is_wanted == is_wanted:
        return row
    row.is_wanted, row.changed_at = is_wanted, now
    row.save(update_fields=["is_wanted", "changed_at"])
    about = {"message": message.value}
    record(
        org_id, "mailpreference.changed", now=now, source=source, mailpreference_id=row.pk, is_wanted=is_wanted, **about
    )
    audit.write(
        org_id,
        "mailpreference.change",
        subject_id=row.pk,
        by=by,
        source=source,
        now=now,
        before={**about, "is_wanted": not is_wanted},
        after={**about, "is_wanted": is_wanted},
    )
    return row


@transaction.atomic
def set_own_wishes(member: Member, asked: Mapping[Message, bool], *, source: str) -> None:
    """Note what a member wants. Raises MailEssential, also for a mail that nobody of their role gets."""
    now = {row.message: row.is_wanted for row in own_wishes(member)}
    if asked.keys() - now.keys():
        raise MailEssential
    for message, is_wanted in asked.items():
        if now[message] != is_wanted:
            wish(member.org_id, _recipient(member, message), message, is_wanted=is_wanted, by=member, source=source)


def _recipient(member: Member, message: Message) -> UUID:
    """As whom a member gets a message: bookings are for the person they are, notices for the member."""
    return person_of(member).pk if MESSAGES[message].to == Readers.PERSON else member.pk
