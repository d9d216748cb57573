"""Reading texts, switches, wishes and troubles of mail. Those for people start from who is looking."""

from collections.abc import Mapping
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac
from django.utils.translation import override

from infra24.notifications.composing import Wording
from infra24.notifications.errors import LanguageUnknown, MessageNotFound, TroubleNotFound
from infra24.notifications.messages import MESSAGES
from infra24.notifications.models import MailPreference, MailSwitch, MailText, MailTrouble
from infra24.notifications.policies import Message
from infra24.orgs.models import Member
from infra24.orgs.policies import Role

PARTS = ("subject", "headline", "lead", "footer")


def message_called(name: str) -> Message:
    """Raises MessageNotFound."""
    try:
        return Message(name)
    except ValueError:
        raise MessageNotFound from None


def require_language(language: str) -> str:
    """The language itself, if the house speaks it. Raises LanguageUnknown."""
    if language not in dict(settings.LANGUAGES):
        raise LanguageUnknown
    return language


def house_text(message: Message, language: str) -> Wording:
    """The house's own words, with their placeholders."""
    kind = MESSAGES[message]
    with override(language):
        return Wording(str(kind.subject), str(kind.headline), str(kind.lead))


def own_text(org_id: UUID, message: Message, language: str) -> MailText | None:
    """What the organisation has said itself; a row without words if it took them back, None if it never did."""
    return MailText.objects.filter(org_id=org_id, message=message, language=language).first()


def text_in_use(org_id: UUID, message: Message, language: str) -> Wording:
    """The words mails of this kind are written in, with their placeholders; part by part the organisation's own."""
    house, own = house_text(message, language), own_text(org_id, message, language)
    if own is None:
        return house
    return Wording(*(getattr(own, part) or getattr(house, part) for part in PARTS))


def own_texts(viewer: Member) -> Mapping[Message, list[str]]:
    """Languages in which the viewer's organisation has own words, by message."""
    found: dict[Message, list[str]] = {}
    for row in MailText.objects.filter(org_id=viewer.org_id).order_by("language"):
        if row.is_own and row.message in MESSAGES:
            found.setdefault(Message(row.message), []).append(row.language)
    return found


def switches(org_id: UUID) -> Mapping[Message, MailSwitch]:
    """What the organisation said of messages that need not be sent."""
    rows = MailSwitch.objects.filter(org_id=org_id)
    return {Message(row.message): row for row in rows if row.message in MESSAGES}


def is_sent(org_id: UUID, message: Message) -> bool:
    """Whether the organisation sends it: always, if it is essential."""
    if MESSAGES[message].is_essential:
        return True
    return not MailSwitch.objects.filter(org_id=org_id, message=message, is_on=False).exists()


def is_wanted(org_id: UUID, recipient: UUID, message: Message) -> bool:
    """Whether somebody, a person or a member, wants it: always, if it is essential."""
    if MESSAGES[message].is_essential:
        return True
    unwanted = MailPreference.objects.filter(org_id=org_id, recipient=recipient, message=message, is_wanted=False)
    return not unwanted.exists()


def unwanted_by(org_id: UUID, recipients: list[UUID]) -> set[tuple[UUID, str]]:
    """Who of them wants which message no more."""
    rows = MailPreference.objects.filter(org_id=org_id, recipient__in=recipients, is_wanted=False)
    return set(rows.values_list("recipient", "message"))


def digest_of(org_id: UUID, address: str) -> str:
    """An address as troubles know it: keyed, so that nobody who reads the table can try addresses against it.

    Another one for each organisation; it changes with SECRET_KEY, and troubles are then forgotten.
    """
    text = f"{org_id}:{address.strip().lower()}"
    return salted_hmac("infra24.notifications.trouble", text, algorithm="sha256").hexdigest()


def trouble_with(org_id: UUID, address: str) -> MailTrouble | None:
    """Why mail no longer goes to an address; None where it does."""
    if not address:
        return None
    return MailTrouble.objects.filter(org_id=org_id, digest=digest_of(org_id, address), cleared_at=None).first()


def visible_troubles(viewer: Member) -> QuerySet[MailTrouble]:
    """Those of the viewer's organisation that last; none unless they are staff. Newest first is (-noted_at, -id)."""
    found = MailTrouble.objects.filter(org_id=viewer.org_id, cleared_at=None)
    return found if viewer.rank.includes(Role.STAFF) else found.none()


def trouble_for(viewer: Member, trouble_id: UUID) -> MailTrouble:
    """Raises TroubleNotFound both for a missing one and for one the viewer may not see."""
    found = MailTrouble.objects.filter(org_id=viewer.org_id)
    if not viewer.rank.includes(Role.STAFF):
        raise TroubleNotFound
    try:
        return found.get(pk=trouble_id)
    except MailTrouble.DoesNotExist:
        raise TroubleNotFound from None
