"""Test mails: one kind with made-up contents, to whoever asked, by the very way all mails go."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from infra24.core import rates
from infra24.core.ids import new_id
from infra24.facts.services import record
from infra24.notifications.drafting import Recipient, draft
from infra24.notifications.policies import Message
from infra24.notifications.queries import require_language
from infra24.notifications.samples import sample
from infra24.notifications.sending import send_mail
from infra24.orgs import audit
from infra24.orgs.errors import RoleTooLow
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.outbox.reactions import Job

PER_MINUTE, BURST = 4, 8
"""Test mails of one member."""


@transaction.atomic
def ask_for_test(message: Message, language: str, *, by: Member, source: str) -> None:
    """Send the signed-in member a mail of this kind, to their own address. Managers only.

    Raises LanguageUnknown, TooMany.
    """
    if not by.rank.includes(Role.MANAGER):
        raise RoleTooLow
    require_language(language)
    # Counted in this transaction: one that is refused sends nothing, so it need not count.
    rates.take(f"mail-test:{by.pk}", per_minute=PER_MINUTE, burst=BURST)
    now, test_id = timezone.now(), new_id()
    about = {"message": message.value, "language": language}
    record(by.org_id, "mailtest.asked", now=now, source=source, mailtest_id=test_id, member_id=by.pk, **about)
    audit.write(by.org_id, "mailtest.ask", subject_id=test_id, by=by, source=source, now=now, after=about)


def send_test(job: Job) -> str:
    """Handler: mail whoever asked for it one message with made-up contents, in the words in use."""
    message, language = Message(job.data["message"]), require_language(job.data["language"])
    with acting_for(job.org_id):
        member = Member.objects.select_related("user").get(org_id=job.org_id, pk=UUID(job.data["member_id"]))
        if not member.is_active:
            return _("Nothing to send: whoever asked is no member any more.")
        to = Recipient(member.pk, member.user.email, member.user.name)
        with override(language):
            found = draft(job, sample(message, job.organisation, now=job.now), to=to, is_test=True)
    if isinstance(found, str):
        return found
    send_mail(*found)
    return _("Mailed to whoever asked for it.")
