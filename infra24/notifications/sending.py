"""Handing a mail to the mail server, and what its refusals mean."""

import smtplib
from email.mime.text import MIMEText
from email.utils import formataddr, parseaddr
from uuid import UUID, uuid5

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _

from infra24.notifications.calendar_file import installation
from infra24.orgs.models import Organisation
from infra24.outbox.failures import Rejected, TransientFailure

MAIL_TRANSIENT_BELOW = 500
"""SMTP replies below this may be another one soon; those above will not (RFC 5321, section 4.2.1)."""


def new_mail(organisation: Organisation, *, to: str, subject: str, text: str, html: str) -> EmailMultiAlternatives:
    """A mail of the organisation's, from the installation's address with the organisation's name."""
    sender = formataddr((organisation.name, sender_address()))
    replies = [organisation.mail_address] if organisation.mail_address else []
    one_line = " ".join(subject.split())
    mail = EmailMultiAlternatives(one_line, text, sender, [to], reply_to=replies)
    mail.attach_alternative(html, "text/html")
    return mail


def sender_address() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def attach_calendar(mail: EmailMultiAlternatives, file: bytes, *, method: str) -> None:
    part = MIMEText(file.decode(), "calendar", "utf-8")
    part.set_param("method", method)
    part.add_header("Content-Disposition", "attachment", filename="booking.ics")
    mail.attach(part)


def send(mail: EmailMultiAlternatives, *, fact_id: UUID, recipient: UUID) -> None:
    """Send, under a Message-ID that follows from fact and recipient.

    Should a crash make us send twice, mail systems that drop what they have
    already show it once. Raises Rejected when the address is refused and
    TransientFailure for all else: the mail server belongs to the operator, so
    its troubles pause no organisation.
    """
    mail.extra_headers["Message-ID"] = f"<{uuid5(fact_id, str(recipient))}@{installation()}>"
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        code = max((code for code, _text in error.recipients.values()), default=0)
        raise _refusal(code, _("The mail server does not take mail for this address.")) from error
    except smtplib.SMTPDataError as error:
        raise _refusal(error.smtp_code, _("The mail server refused this mail.")) from error
    except (smtplib.SMTPException, OSError) as error:
        raise TransientFailure(_("The mail server could not be reached, or did not let us in.")) from error


def _refusal(code: int, sentence: str) -> Rejected | TransientFailure:
    note = f"{sentence} ({code})"
    return TransientFailure(note) if code < MAIL_TRANSIENT_BELOW else Rejected(note)
