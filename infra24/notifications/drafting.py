"""From what a mail says to the mail itself: in the reader's language, in the words in use, if it is wanted at all."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from infra24.calendars.links import CalendarLink
from infra24.notifications.composing import Action, Detail, Section, Wording, compose
from infra24.notifications.links import stop_url
from infra24.notifications.messages import MESSAGES
from infra24.notifications.models import SentMail
from infra24.notifications.policies import Message, filled
from infra24.notifications.queries import is_sent, is_wanted, text_in_use
from infra24.notifications.sending import begin_mail
from infra24.orgs.models import Member, Organisation
from infra24.outbox.reactions import Job
from infra24.people.models import Person


@dataclass(frozen=True)
class Recipient:
    """Who gets a mail. `id` is a person's or a member's, or an invitation's; an empty `locale`: the organisation's."""

    id: UUID
    email: str
    name: str = ""
    locale: str = ""


@dataclass(frozen=True)
class Letter:
    """What a mail says besides its words: values for their placeholders, and what stands below them."""

    message: Message
    values: Mapping[str, str]
    details: Sequence[Detail] = ()
    sections: Sequence[Section] = ()
    action: Action | None = None
    calendars: Sequence[CalendarLink] = ()
    """Ways to put what it is about into one's own calendar."""


class Draft(NamedTuple):
    """A mail that is about to go out, with the row that says so."""

    mail: EmailMultiAlternatives
    row: SentMail


def to_person(person: Person) -> Recipient | str:
    """The person as a recipient, or the sentence that says why nothing can be sent to them."""
    if person.erased_at is not None or not person.email:
        return _("Nothing to tell: the person has no e-mail address.")
    return Recipient(person.pk, person.email, person.name, person.locale)


def to_members(members: Sequence[Member]) -> list[Recipient]:
    """Members as recipients, in the languages they asked for as persons."""
    users = [member.user_id for member in members]
    people = Person.objects.filter(user_id__in=users).exclude(locale="") if users else Person.objects.none()
    spoken = {person.user_id: person.locale for person in people}
    return [
        Recipient(member.pk, member.user.email, member.user.name, spoken.get(member.user_id, "")) for member in members
    ]


@contextmanager
def speaking_to(who: Recipient, organisation: Organisation) -> Iterator[None]:
    """In the reader's language, if the house speaks it; else the organisation's."""
    wanted = who.locale if who.locale in dict(settings.LANGUAGES) else organisation.locale
    with override(wanted):
        yield


def draft(
    job: Job, letter: Letter, *, to: Recipient, version: int = 0, has_calendar: bool = False, is_test: bool = False
) -> Draft | str:
    """The mail and its row, in the caller's transaction and language; or the sentence that says why there is none.

    A test goes to whoever asked for it, wanted or not, and offers no way to stop it.
    """
    message, is_optional = letter.message, not MESSAGES[letter.message].is_essential and not is_test
    if is_optional and not is_sent(job.org_id, message):
        return _("Not wanted: the organisation has switched this mail off.")
    if is_optional and not is_wanted(job.org_id, to.id, message):
        return _("Not wanted: whoever would get it wants no mails of this kind.")
    row = begin_mail(job, recipient=to.id, version=version, has_calendar=has_calendar)
    if row is None:
        return _("Mailed already.")
    link = stop_url(job.organisation, to.id, message, now=job.now) if is_optional else ""
    return Draft(write(job.organisation, letter, to=to, stop_link=link), row)


def write(
    organisation: Organisation,
    letter: Letter,
    *,
    to: Recipient,
    stop_link: str = "",
    words: Wording | None = None,
) -> EmailMultiAlternatives:
    """The mail in the active language; in `words`, if given, instead of those in use."""
    words = words or text_in_use(organisation.pk, letter.message, get_language() or organisation.locale)
    values = {"organisation": organisation.name, **letter.values}
    mail = compose(
        organisation,
        Wording(
            filled(words.subject, values),
            filled(words.headline, values),
            filled(words.lead, values),
            filled(words.footer, values),
        ),
        to=to.email,
        name=to.name,
        details=letter.details,
        sections=letter.sections,
        action=letter.action,
        calendars=letter.calendars,
        stop_url=stop_link,
    )
    # Mail services give it back with a bounce. Others take no notice of it.
    mail.metadata = {"organisation": str(organisation.pk), "recipient": str(to.id)}  # type: ignore[attr-defined]
    return mail
