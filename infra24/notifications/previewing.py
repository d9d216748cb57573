"""A mail with made-up contents, to be looked at before anybody gets it."""

from datetime import datetime
from uuid import UUID

from django.core.mail import EmailMultiAlternatives
from django.utils.translation import override

from infra24.notifications.composing import Wording
from infra24.notifications.drafting import Recipient, write
from infra24.notifications.messages import MESSAGES, Readers
from infra24.notifications.policies import Message
from infra24.notifications.queries import house_text, text_in_use
from infra24.notifications.samples import PERSON, sample
from infra24.notifications.services.texts import check_words
from infra24.orgs.models import Organisation

NOBODY = Recipient(UUID(int=0), "somebody@example.org")


def preview(
    message: Message, language: str, *, organisation: Organisation, words: Wording | None, now: datetime
) -> EmailMultiAlternatives:
    """The mail in the words in use, or in `words`, of which what is empty is said in the house's.

    Raises PlaceholderUnknown and TextTooLong for words that could not be saved.
    """
    if words is None:
        chosen = text_in_use(organisation.pk, message, language)
    else:
        check_words(message, words)
        house = house_text(message, language)
        chosen = Wording(
            words.subject or house.subject, words.headline or house.headline, words.lead or house.lead, words.footer
        )
    name = "" if MESSAGES[message].to == Readers.INVITED else PERSON
    to = Recipient(NOBODY.id, NOBODY.email, name)
    with override(language):
        return write(organisation, sample(message, organisation, now=now), to=to, words=chosen)
