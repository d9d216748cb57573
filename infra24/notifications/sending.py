"""Sending each mail once, and what the mail server's refusals mean."""

import smtplib
from collections.abc import Callable, Iterable
from functools import partial
from uuid import UUID, uuid5

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.core.mail import EmailMultiAlternatives
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from infra24.calendars.files import installation
from infra24.notifications.models import MailTrouble, SentMail
from infra24.notifications.queries import trouble_with
from infra24.orgs.tenancy import acting_for
from infra24.outbox.failures import DeliveryFailure, OwnFault, Rejected, TransientFailure
from infra24.outbox.models import Delivery
from infra24.outbox.reactions import Job

REFUSED_FROM = 500
"""SMTP replies below this may be another one soon; those from here on will not (RFC 5321, section 4.2.1)."""

CLOSING = 421
"""The reply of a server that is about to hang up, whatever it was asked."""


class AddressBusy(OwnFault):
    """The server takes mail, but none for this address just now: it is tried again, and no sign that mail fails."""


def begin_mail(job: Job, *, recipient: UUID, version: int = 0, has_calendar: bool = False) -> SentMail | None:
    """Note in the caller's transaction that a mail is about to go out; None when it has gone out before.

    Raises TransientFailure while another try, whose delivery's lease lasts, is about to send the very same.
    """
    row, _created = SentMail.objects.get_or_create(
        org_id=job.org_id,
        fact_id=job.fact_id,
        recipient=recipient,
        defaults={"subject_id": job.subject_id, "begun_at": job.now},
    )
    row = SentMail.objects.select_for_update().get(org_id=job.org_id, pk=row.pk)
    if row.sent_at is not None:
        return None
    if row.lease is not None and (row.lease == job.lease or _is_live(row.lease, job)):
        raise TransientFailure(_("Somebody else is sending this very mail."))
    row.version, row.has_calendar, row.lease = version, has_calendar, job.lease
    row.save(update_fields=["version", "has_calendar", "lease"])
    return row


def _is_live(lease: UUID, job: Job) -> bool:
    """Whether a delivery still carries the lease. A killed worker's is over once it has run out."""
    return Delivery.objects.filter(org_id=job.org_id, lease=lease, leased_until__gt=job.now).exists()


def send_all(drafts: Iterable[tuple[EmailMultiAlternatives, SentMail]]) -> int:
    """Send each of them, though others fail; return how many went out.

    Raises what went wrong, if anything did: what may pass rather than what
    will not, since those that went out are not sent again with the next try.
    """
    return done_all(partial(send_mail, mail, row) for mail, row in drafts)


def done_all(steps: Iterable[Callable[[], object]]) -> int:
    """Do every step, then raise the failure that is worth another try, or else the first. Return how many went well.

    Of those worth one, the first that says something about the mail server.
    """
    failures: list[DeliveryFailure] = []
    done = 0
    for step in steps:
        try:
            step()
            done += 1
        except DeliveryFailure as failure:
            failures.append(failure)
    passing = [failure for failure in failures if not isinstance(failure, Rejected)]
    telling = [failure for failure in passing if not isinstance(failure, OwnFault)]
    if failures:
        raise (telling or passing or failures)[0]
    return done


def told_by_all(job: Job, *handlers: Callable[[Job], str]) -> str:
    """Several handlers' mails about one fact: each though others fail, for each remembers whom it has told."""
    notes: list[str] = []

    def run(handler: Callable[[Job], str]) -> None:
        notes.append(handler(job))

    done_all(partial(run, handler) for handler in handlers)
    return " ".join(notes)


def send_mail(mail: EmailMultiAlternatives, row: SentMail) -> None:
    """Send outside any transaction, then note that it went out.

    Killed in between, the next try sends again: a doubled mail is better than a
    lost one. Its Message-ID follows from fact and recipient, so mail systems
    that drop what they have already show it once.

    Raises Rejected when the address is refused or known to be bad, AddressBusy
    when it is refused for now, and TransientFailure for all else: the mail
    server is the operator's, so its troubles pause no organisation.
    """
    mail.extra_headers["Message-ID"] = f"<{uuid5(row.fact_id, str(row.recipient))}@{installation()}>"
    try:
        _require_turn_and_address(mail, row)
        _hand_over(mail)
    except DeliveryFailure:
        # It did not go out, so the next try need not wait for this one.
        with acting_for(row.org_id):
            _ours(row).update(lease=None)
        raise
    with acting_for(row.org_id):
        SentMail.objects.filter(org_id=row.org_id, pk=row.pk).update(sent_at=timezone.now(), lease=None)


def _ours(row: SentMail) -> QuerySet[SentMail]:
    """The row, as long as no other try has taken it over."""
    return SentMail.objects.filter(org_id=row.org_id, pk=row.pk, lease=row.lease)


def _require_turn_and_address(mail: EmailMultiAlternatives, row: SentMail) -> None:
    """The last look before the mail server: a worker that stood still for long may have been replaced meanwhile."""
    with acting_for(row.org_id):
        is_ours = _ours(row).exists()
        trouble = trouble_with(row.org_id, mail.to[0])
    if not is_ours:
        raise TransientFailure(_("Another try has taken this mail over."))
    if trouble is None:
        return
    if trouble.kind == MailTrouble.Kind.COMPLAINED:
        raise Rejected(
            _(
                "Whoever reads mail at this address has reported it as unwanted. Ask them; if they want mail after all,"
                " say so on the person's page."
            )
        )
    raise Rejected(_("Mail to this address came back: it does not exist. Correct it on the person's page."))


def _hand_over(mail: EmailMultiAlternatives) -> None:
    """Give the mail to the mail server or service, and say in the relay's words what it answers."""
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        code = max((code for code, _text in error.recipients.values()), default=0)
        later = TransientFailure if code == CLOSING else AddressBusy
        raise _refusal(code, _("The mail server does not take mail for this address."), later=later) from error
    except smtplib.SMTPDataError as error:
        raise _refusal(error.smtp_code, _("The mail server refused this mail.")) from error
    except AnymailRecipientsRefused as error:
        raise Rejected(_("The mail service does not take mail for this address.")) from error
    except AnymailAPIError as error:
        raise _service_refusal(error.status_code) from error
    except (smtplib.SMTPException, AnymailError, OSError) as error:
        raise TransientFailure(_("The mail server could not be reached, or did not let us in.")) from error


def _refusal(code: int, sentence: str, *, later: type[TransientFailure] = TransientFailure) -> DeliveryFailure:
    note = f"{sentence} ({code})"
    return Rejected(note) if code >= REFUSED_FROM else later(note)


def _service_refusal(status: int | None) -> Rejected | TransientFailure:
    """A mail service's answer: only 400 and 422 are about this mail; keys, limits and outages are the operator's."""
    note = _("The mail service refused this mail.") + f" ({status or '–'})"
    return Rejected(note) if status in {400, 422} else TransientFailure(note)
