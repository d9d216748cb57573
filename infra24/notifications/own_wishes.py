"""Which mails a member wants, as themselves and as the person they are."""

from dataclasses import dataclass

from infra24.notifications import queries
from infra24.notifications.messages import MESSAGES, MessageType, Readers
from infra24.notifications.policies import Message
from infra24.orgs.models import Member
from infra24.people.queries import own_person


@dataclass(frozen=True)
class Wish:
    """A mail that need not be sent, and whether the member wants it."""

    message: Message
    kind: MessageType
    is_wanted: bool


def own_wishes(member: Member) -> list[Wish]:
    """The mails somebody of this role may get and need not; in the order of the table."""
    person = own_person(member)
    ids = [member.pk, *([person.pk] if person else [])]
    unwanted = queries.unwanted_by(member.org_id, ids)
    return [
        Wish(message, kind, not any((one, message.value) in unwanted for one in ids))
        for message, kind in MESSAGES.items()
        if _concerns(kind, member)
    ]


def _concerns(kind: MessageType, member: Member) -> bool:
    return not kind.is_essential and (kind.to == Readers.PERSON or member.is_staff)
