"""Every mail of the organisation at a glance, and who is behind addresses that take none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from infra24.notifications import queries
from infra24.notifications.messages import AUDIENCES, MESSAGES, MessageType, Readers
from infra24.notifications.models import MailTrouble
from infra24.notifications.policies import Message
from infra24.orgs.models import Member
from infra24.people.models import Person


@dataclass(frozen=True)
class Row:
    """One mail as the organisation has it."""

    message: Message
    kind: MessageType
    is_on: bool
    version: int
    """Of its switch; 1 while nobody has touched it."""
    own_languages: list[str]
    """Languages in which it has the organisation's own words."""

    @property
    def language_names(self) -> str:
        known = languages()
        return ", ".join(known[code] for code in self.own_languages if code in known)


@dataclass(frozen=True)
class Group:
    audience: Readers
    title: str | Promise
    rows: list[Row]


def overview(viewer: Member) -> list[Group]:
    """All mails by who gets them; two statements, however many there are."""
    rows = rows_for(viewer)
    return [
        Group(audience, title, [row for row in rows if row.kind.to == audience])
        for audience, title in AUDIENCES.items()
    ]


def rows_for(viewer: Member) -> list[Row]:
    """All mails in the order of the table."""
    own, switched = queries.own_texts(viewer), queries.switches(viewer.org_id)
    return [
        Row(
            message,
            kind,
            is_on=switched[message].is_on if message in switched and not kind.is_essential else True,
            version=switched[message].version if message in switched else 1,
            own_languages=own.get(message, []),
        )
        for message, kind in MESSAGES.items()
    ]


def languages() -> dict[str, str]:
    """The house's languages by code, each in the language that is active."""
    return {code: _(str(name)) for code, name in settings.LANGUAGES}


def troubled(troubles: Iterable[MailTrouble]) -> Mapping[UUID, str]:
    """Names of the people and members whose mail came back, by their ids."""
    ids = [trouble.recipient for trouble in troubles if trouble.recipient]
    if not ids:
        return {}
    names = {person.pk: person.name for person in Person.objects.filter(pk__in=ids, erased_at=None)}
    members = Member.objects.filter(pk__in=ids).select_related("user")
    return {**names, **{member.pk: str(member.user) for member in members}}
