"""Mails and their texts as they come in and go out of the API."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field, StringConstraints

from infra24.core.inputs import Input
from infra24.core.paging import PageQuery
from infra24.notifications.composing import Wording
from infra24.notifications.messages import PLACEHOLDERS, Readers
from infra24.notifications.models import MailText, MailTrouble
from infra24.notifications.overview import Row
from infra24.notifications.own_wishes import Wish
from infra24.notifications.policies import Message
from infra24.notifications.sent import Mail
from infra24.notifications.services.texts import LONGEST


class MailPlaceholderOut(Schema):
    """A name that can stand in a text in curly brackets."""

    name: str
    meaning: str = Field(description="What each mail has in its place, in the caller's language.")


class MailOut(Schema):
    """One mail the house sends."""

    message: Message
    name: str = Field(description="In the caller's language.")
    moment: str = Field(description="When it is sent.")
    to: Readers
    is_essential: bool = Field(description="Always sent; it can neither be switched off nor unsubscribed from.")
    is_on: bool = Field(description="Whether the organisation sends it.")
    has_calendar: bool = Field(description="Whether a calendar file may come along.")
    own_languages: list[str] = Field(description="Languages in which the organisation has words of its own.")
    placeholders: list[MailPlaceholderOut]
    version: int = Field(description="Of its switch; 1 while nobody has touched it.")


class MailPatch(Input):
    """Whether a mail is sent from now on."""

    is_on: Annotated[bool, Field(strict=True)]


class MailWordsIn(Input):
    """An organisation's words for one mail. What is empty is said in the house's words."""

    subject: Annotated[str, StringConstraints(max_length=LONGEST["subject"])] = ""
    headline: Annotated[str, StringConstraints(max_length=LONGEST["headline"])] = ""
    lead: Annotated[str, StringConstraints(max_length=LONGEST["lead"])] = Field(
        default="", description="The sentence or two below the headline."
    )
    footer: Annotated[str, StringConstraints(max_length=LONGEST["footer"])] = Field(
        default="", description="In small letters at the end."
    )

    @property
    def words(self) -> Wording:
        return Wording(self.subject, self.headline, self.lead, self.footer)


class MailWordsOut(Schema):
    """Words of a mail with their placeholders."""

    subject: str
    headline: str
    lead: str
    footer: str


class MailTextOut(Schema):
    """What a mail says in one language."""

    message: Message
    language: str
    own: MailWordsOut = Field(description="The organisation's words; empty where it has none.")
    house: MailWordsOut = Field(description="What is said in their place.")
    version: int = Field(description="1 while nobody has written any.")


class MailPreviewOut(Schema):
    """A mail with made-up contents."""

    subject: str
    text: str
    html: str


class MailTestOut(Schema):
    """A test mail on its way."""

    sent_to: str = Field(description="The caller's own address; nobody else's can be given.")


class MailWishOut(Schema):
    """A mail that need not be sent, and whether the caller wants it."""

    message: Message
    name: str = Field(description="In the caller's language.")
    moment: str = Field(description="When it is sent.")
    is_wanted: bool


class MailWishIn(Input):
    """Whether the caller wants a mail."""

    is_wanted: Annotated[bool, Field(strict=True)]


class MailTroubleOut(Schema):
    """An address that takes no mail. Which one is not kept; only whose mail came back."""

    id: UUID
    kind: str = Field(description="`bounced` or `complained`.")
    recipient_id: UUID | None = Field(description="Person or member the mail was for.")
    noted_at: datetime


def mail_out(row: Row) -> dict[str, Any]:
    """A mail in the shape of MailOut."""
    return {
        "message": row.message.value,
        "name": str(row.kind.name),
        "moment": str(row.kind.moment),
        "to": row.kind.to.value,
        "is_essential": row.kind.is_essential,
        "is_on": row.is_on,
        "has_calendar": row.kind.has_calendar,
        "own_languages": row.own_languages,
        "placeholders": [{"name": name, "meaning": str(PLACEHOLDERS[name])} for name in row.kind.placeholders],
        "version": row.version,
    }


def mail_text_out(message: Message, language: str, own: MailText | None, house: Wording) -> dict[str, Any]:
    """A text in the shape of MailTextOut."""
    return {
        "message": message.value,
        "language": language,
        "own": _words(own) if own else _words(Wording("", "", "")),
        "house": _words(house),
        "version": own.version if own else 1,
    }


def wish_out(row: Wish) -> dict[str, Any]:
    """A wish in the shape of MailWishOut."""
    return {
        "message": row.message.value,
        "name": str(row.kind.name),
        "moment": str(row.kind.moment),
        "is_wanted": row.is_wanted,
    }


def trouble_out(row: MailTrouble) -> dict[str, Any]:
    """A trouble in the shape of MailTroubleOut."""
    return {"id": row.pk, "kind": row.kind, "recipient_id": row.recipient, "noted_at": row.noted_at}


def _words(words: Wording | MailText) -> dict[str, str]:
    return {"subject": words.subject, "headline": words.headline, "lead": words.lead, "footer": words.footer}


class SentMailOut(Schema):
    """One mail that went out. Neither its words nor the address are kept."""

    fact_type: str = Field(description="What it told of: `booking.confirmed`.")
    subject_kind: str = Field(description="What that happened to: the first part of `fact_type`.")
    subject_id: UUID
    recipient_id: UUID = Field(description="Of a person, or of a member.")
    recipient: str = Field(description="The name; empty for somebody who was erased.")
    at: datetime
    is_sent: bool = Field(description="False: it was begun, and nobody saw whether it left.")
    has_calendar: bool = Field(description="Whether a calendar file came along.")


def sent_mail_out(mail: Mail) -> dict[str, Any]:
    """A mail in the shape of SentMailOut."""
    rest = {name: value for name, value in vars(mail).items() if name not in {"recipient", "to"}}
    return {**rest, "recipient_id": mail.recipient, "recipient": mail.to}


class SentMailsQuery(PageQuery):
    """Which mails are asked for."""

    subject: UUID | None = Field(default=None, description="Only those about this, as the id of a booking.")
    recipient: UUID | None = Field(default=None, description="Only those to this person, or this member.")
