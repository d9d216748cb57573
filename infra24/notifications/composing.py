"""A mail in the organisation's voice and colours: one layout, in HTML and as text."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.mime.text import MIMEText
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import get_language

from infra24.orgs.models import Organisation
from infra24.orgs.themes import FONTS, Theme, ThemeUnreadable, ink_on, read_theme, readable


@dataclass(frozen=True)
class Wording:
    """Subject of the mail, headline, and the sentence below it."""

    subject: str
    headline: str
    lead: str


@dataclass(frozen=True)
class Action:
    """The one link a mail asks to follow. The page behind it asks before it changes anything."""

    label: str
    url: str


def compose(
    organisation: Organisation,
    wording: Wording,
    *,
    to: str,
    name: str = "",
    details: Sequence[tuple[str, str]] = (),
    action: Action | None = None,
) -> EmailMultiAlternatives:
    """A mail from the installation's address under the organisation's name, in the language that is active.

    `details` are label and value, in the order of asking.
    """
    context = {
        "organisation": organisation,
        "wording": wording,
        "details": details,
        "name": name,
        "action": action,
        "home_url": f"{settings.BASE_URL}/o/{organisation.slug}/",
        "language": get_language(),
        "look": _look_of(organisation),
    }
    mail = EmailMultiAlternatives(
        " ".join(wording.subject.split()),  # a header is one line
        render_to_string("notifications/mail.txt", context),
        formataddr((organisation.name, sender_address())),
        [to],
        reply_to=[organisation.mail_address] if organisation.mail_address else [],
    )
    mail.attach_alternative(render_to_string("notifications/mail.html", context), "text/html")
    return mail


def attach_calendar(mail: EmailMultiAlternatives, file: bytes, *, method: str) -> None:
    """Add a calendar file under the name and type that mail programs look for."""
    part = MIMEText(file.decode(), "calendar", "utf-8")
    part.set_param("method", method)
    part.add_header("Content-Disposition", "attachment", filename="booking.ics")
    mail.attach(part)


def sender_address() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def _look_of(organisation: Organisation) -> dict[str, str]:
    """The organisation's colours and type, by day: few mail programs tell the night."""
    try:
        theme = read_theme(organisation.theme)
    except ThemeUnreadable:
        theme = Theme()
    display, body = FONTS[theme.font]
    return {
        "brand": theme.brand,
        "brand_ink": ink_on(theme, theme.brand),
        "brand_text": readable(theme.brand, on=theme.surface, towards="#000000"),
        "surface": theme.surface,
        "display": display.replace('"', "'"),
        "body": body.replace('"', "'"),
    }
