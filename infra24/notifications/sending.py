"""Sending each mail once, and what the mail server's refusals mean."""

import smtplib
from uuid import UUID, uuid5

from django.core.mail import EmailMultiAlternatives
from django.utils import timezone
from django.utils.translation import gettext as _

from infra24.calendars.files import installation
from infra24.notifications.models import SentMail
from infra24.orgs.tenancy import acting_for
from infra24.outbox.failures import Rejected, TransientFailure
from infra24.outbox.reactions import Job

REFUSED_FROM = 500
"""SMTP replies below this may be another one soon; those from here on will not (RFC 5321, section 4.2.1)."""


def begin_mail(job: Job, *, recipient: UUID, version: int = 0, has_calendar: bool = False) -> SentMail | None:
    """Note in the caller's transaction that a mail is about to go out; None when it has gone out before."""
    row, _created = SentMail.objects.get_or_create(
        org_id=job.org_id,
        fact_id=job.fact_id,
        recipient=recipient,
        defaults={"subject_id": job.subject_id, "begun_at": job.now},
    )
    if row.sent_at is not None:
        return None
    row.version, row.has_calendar = version, has_calendar
    row.save(update_fields=["version", "has_calendar"])
    return row


def send_mail(mail: EmailMultiAlternatives, row: SentMail) -> None:
    """Send outside any transaction, then note that it went out.

    Killed in between, the next try sends again: a doubled mail is better than a
    lost one. Its Message-ID follows from fact and recipient, so mail systems
    that drop what they have already show it once.

    Raises Rejected when the address is refused and TransientFailure for all
    else: the mail server is the operator's, so its troubles pause no organisation.
    """
    mail.extra_headers["Message-ID"] = f"<{uuid5(row.fact_id, str(row.recipient))}@{installation()}>"
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        code = max((code for code, _text in error.recipients.values()), default=0)
        raise _refusal(code, _("The mail server does not take mail for this address.")) from error
    except smtplib.SMTPDataError as error:
        raise _refusal(error.smtp_code, _("The mail server refused this mail.")) from error
    except (smtplib.SMTPException, OSError) as error:
        raise TransientFailure(_("The mail server could not be reached, or did not let us in.")) from error
    with acting_for(row.org_id):
        SentMail.objects.filter(pk=row.pk).update(sent_at=timezone.now())


def _refusal(code: int, sentence: str) -> Rejected | TransientFailure:
    note = f"{sentence} ({code})"
    return Rejected(note) if code >= REFUSED_FROM else TransientFailure(note)
