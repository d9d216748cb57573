"""The table of mails is whole: every mail can be written in every language, and says only what it knows."""

import html
import re

import pytest
from django.conf import settings
from django.utils import timezone

from infra24.config.subscriptions import REACTIONS
from infra24.notifications.composing import html_of
from infra24.notifications.messages import MESSAGES, PLACEHOLDERS
from infra24.notifications.policies import Message, unknown_placeholders
from infra24.notifications.previewing import preview
from infra24.notifications.queries import house_text
from infra24.orgs.tenancy import acting_for
from tests import make

pytestmark = pytest.mark.django_db
LANGUAGES = [code for code, _name in settings.LANGUAGES]


def test_every_message_is_in_the_table_and_every_placeholder_is_explained() -> None:
    assert set(MESSAGES) == set(Message)
    assert {name for kind in MESSAGES.values() for name in kind.placeholders} == set(PLACEHOLDERS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("message", Message)
def test_the_house_s_words_name_only_what_the_mail_knows(message: Message, language: str) -> None:
    words, known = house_text(message, language), MESSAGES[message].placeholders

    assert all((words.subject, words.headline, words.lead))
    for part in (words.subject, words.headline, words.lead):
        assert unknown_placeholders(part, known=known) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("message", Message)
def test_every_mail_can_be_looked_at_with_nothing_left_to_fill_in(message: Message, language: str) -> None:
    org = make.organisation(slug="oolite")
    with acting_for(org.pk):
        mail = preview(message, language, organisation=org, words=None, now=timezone.now())

    shown = html.unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html_of(mail), flags=re.DOTALL))
    for text in (mail.subject, mail.body, shown):
        assert "{" not in str(text)
    assert f'<html lang="{language}">' in html_of(mail)


def test_what_is_mailed_about_is_subscribed_to() -> None:
    """A mail that no fact leads to would be a promise on the page of texts."""
    mailed = {fact for fact, row in REACTIONS.subscriptions.items() if "mail" in row}
    assert {"booking.reminder_due", "booking.expiring", "booking.requested", "organisation.morning_came"} <= mailed
