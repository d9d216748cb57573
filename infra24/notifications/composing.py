"""A mail in the organisation's voice and colours: one layout, in HTML and as text, for day and night."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.mime.text import MIMEText
from email.utils import formataddr, parseaddr
from typing import NamedTuple

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import get_language

from infra24.calendars.links import CalendarLink
from infra24.orgs.models import Organisation
from infra24.orgs.themes import FONTS, Theme, ThemeUnreadable, ink_on, read_theme, readable

ONE_CLICK = "List-Unsubscribe=One-Click"


@dataclass(frozen=True)
class Wording:
    """Subject of the mail, headline, the sentence below it, and what stands at the end."""

    subject: str
    headline: str
    lead: str
    footer: str = ""


class Detail(NamedTuple):
    """One thing the reader should know, what it was before if that is the news, and where it leads."""

    label: str
    value: str
    was: str = ""
    url: str = ""

    @property
    def is_number(self) -> bool:
        """Whether the label only counts: it then stays beside its value, however narrow the screen."""
        return self.label.removesuffix(".").isdecimal() or self.label == "…"


@dataclass(frozen=True)
class Section:
    """Details under a heading of their own."""

    title: str
    rows: Sequence[Detail]


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
    details: Sequence[Detail] = (),
    sections: Sequence[Section] = (),
    action: Action | None = None,
    calendars: Sequence[CalendarLink] = (),
    stop_url: str = "",
) -> EmailMultiAlternatives:
    """A mail from the installation's address under the organisation's name, in the language that is active.

    Details come in the order of asking. `calendars` lead into the reader's own. `stop_url` is where its reader
    says that they want no more of this kind; mail programs offer it as a button (RFC 8058).
    """
    context = {
        "organisation": organisation,
        "wording": wording,
        "details": details,
        "sections": sections,
        "name": name,
        "action": action,
        "calendars": calendars,
        "stop_url": stop_url,
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
    # Nobody is helped by a vacation notice to what a machine wrote (RFC 3834).
    mail.extra_headers["Auto-Submitted"] = "auto-generated"
    if stop_url:
        mail.extra_headers["List-Unsubscribe"] = f"<{stop_url}>"
        mail.extra_headers["List-Unsubscribe-Post"] = ONE_CLICK
    mail.attach_alternative(render_to_string("notifications/mail.html", context), "text/html")
    return mail


def html_of(mail: EmailMultiAlternatives) -> str:
    """The HTML part of a composed mail."""
    return next(str(content) for content, kind in mail.alternatives if kind == "text/html")


def attach_calendar(mail: EmailMultiAlternatives, file: bytes, *, method: str) -> None:
    """Add a calendar file under the name and type that mail programs look for."""
    part = MIMEText(file.decode(), "calendar", "utf-8")
    part.set_param("method", method)
    part.add_header("Content-Disposition", "attachment", filename="booking.ics")
    mail.attach(part)


def sender_address() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def _look_of(organisation: Organisation) -> dict[str, str]:
    """The organisation's colours and type, by day and, for mail programs that can tell, by night."""
    try:
        theme = read_theme(organisation.theme)
    except ThemeUnreadable:
        theme = Theme()
    display, body = FONTS[theme.font]
    night = theme.brand_night or theme.brand
    return {
        "brand": theme.brand,
        "brand_ink": ink_on(theme, theme.brand),
        "brand_text": readable(theme.brand, on=theme.surface, towards="#000000"),
        "surface": theme.surface,
        "brand_night": night,
        "brand_ink_night": ink_on(theme, night),
        "brand_text_night": readable(night, on=theme.surface_night, towards="#ffffff"),
        "surface_night": theme.surface_night,
        "radius": f"{theme.radius}px",
        "display": display.replace('"', "'"),
        "body": body.replace('"', "'"),
    }
