"""The organisation's own words: checked when they are saved, used from then on, and taken back."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from infra24.config.subscriptions import REACTIONS
from infra24.core.errors import Infra24Error, Stale
from infra24.core.ids import new_id
from infra24.notifications.composing import Wording
from infra24.notifications.errors import LanguageUnknown, MailEssential, PlaceholderUnknown, TextTooLong
from infra24.notifications.kept_mail import kept_mails
from infra24.notifications.models import MailSwitch, MailText
from infra24.notifications.policies import Message, filled, unknown_placeholders
from infra24.notifications.queries import text_in_use
from infra24.notifications.services.texts import reset_text, save_text, switch
from infra24.orgs.errors import RoleTooLow
from infra24.orgs.models import Organisation
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import deliver_due
from tests import make
from tests.make import Cast
from tests.recorded import audited, recorded_facts

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make.cast(alice=Role.MANAGER)


def save(cast: Cast, *, subject: str = "", lead: str = "", language: str = "en", **more: object) -> MailText:
    with acting_for(cast.house.pk):
        return save_text(
            Message.CONFIRMED,
            language,
            Wording(subject, "", lead),
            by=cast.alice,
            source="staff",
            **more,  # type: ignore[arg-type]
        )


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Hello {person}", "Hello Ana"),
        ("{person}{person}", "AnaAna"),
        # What a value says is not looked into again.
        ("{title}", "{person}"),
        # Nothing said leaves no gap.
        ("We wait. {kept}", "We wait."),
        ("A  {kept} b", "A b"),
        # Only what is known is replaced, and nothing of Python's own formatting means anything.
        ("{nobody} {} {person.name} {0} {person!r} {{person}}", "{nobody} {} {person.name} {0} {person!r} {Ana}"),
    ],
)
def test_placeholders_are_replaced_and_nothing_else(template: str, text: str) -> None:
    assert filled(template, {"person": "Ana", "title": "{person}", "kept": ""}) == text


def test_what_is_not_known_is_named_as_it_was_written() -> None:
    text = "{person} {Person} {person.email} {} {__class__} {Person}"
    assert unknown_placeholders(text, known=("person",)) == ["{Person}", "{person.email}", "{}", "{__class__}"]


def test_own_words_are_used_from_then_on_and_the_rest_is_the_house_s(cast: Cast) -> None:
    save(cast, subject="See you, {person}: {title}", lead="Bring gloves.\n{organisation} closes at nine.")
    bob = make.person(cast.house, member=cast.bob)
    make.booking(cast.alice, make.resource(cast.house, name="Kiln"), person=bob)
    deliver_due(REACTIONS)

    (mail,) = kept_mails()
    assert mail.subject == "See you, Bob: Firing"
    assert "Your booking is confirmed" in mail.text
    assert "Bring gloves.\nOolite closes at nine." in mail.text
    assert "Bring gloves.<br>Oolite closes at nine." in mail.html


def test_own_words_are_text_and_not_html(cast: Cast) -> None:
    save(cast, lead="<b>{title}</b>")
    bob = make.person(cast.house, member=cast.bob)
    make.booking(cast.alice, make.resource(cast.house), person=bob, title="<i>Kiln</i>")
    deliver_due(REACTIONS)

    (mail,) = kept_mails()
    assert "&lt;b&gt;&lt;i&gt;Kiln&lt;/i&gt;&lt;/b&gt;" in mail.html


def test_words_in_one_language_leave_the_others_alone(cast: Cast) -> None:
    save(cast, subject="Hola: {title}", language="es")
    with acting_for(cast.house.pk):
        assert text_in_use(cast.house.pk, Message.CONFIRMED, "es").subject == "Hola: {title}"
        assert text_in_use(cast.house.pk, Message.CONFIRMED, "en").subject == "Confirmed: {title}"


def test_a_reset_goes_back_to_the_house_s_words_and_the_version_goes_on(cast: Cast) -> None:
    first = save(cast, subject="Hello")
    with acting_for(cast.house.pk):
        row = reset_text(Message.CONFIRMED, "en", by=cast.alice, source="staff", version=first.version)
        words = text_in_use(cast.house.pk, Message.CONFIRMED, "en")

    assert (words.subject, row.version, row.is_own) == ("Confirmed: {title}", first.version + 1, False)
    with acting_for(cast.house.pk):
        assert audited() == ["mailtext.change", "mailtext.reset"]
        assert recorded_facts() == ["mailtext.changed", "mailtext.changed"]


def nothing_was_left(org: Organisation) -> bool:
    with acting_for(org.pk):
        found = [MailText.objects.count(), MailSwitch.objects.count(), audited(), recorded_facts()]
    return found == [0, 0, [], []]


@pytest.mark.parametrize(
    ("subject", "language", "refusal"),
    [
        ("Hello {user.password}", "en", PlaceholderUnknown),
        ("Hello {reason}", "en", PlaceholderUnknown),
        ("x" * 201, "en", TextTooLong),
        ("Hello", "de", LanguageUnknown),
    ],
)
def test_words_that_cannot_be_used_are_refused_and_leave_no_trace(
    cast: Cast, subject: str, language: str, refusal: type[Infra24Error]
) -> None:
    with pytest.raises(refusal):
        save(cast, subject=subject, language=language)
    assert nothing_was_left(cast.house)


def test_the_refusal_names_the_part_what_is_unknown_and_what_could_be_written(cast: Cast) -> None:
    with pytest.raises(PlaceholderUnknown) as refused:
        save(cast, subject="{Person}")

    assert refused.value.fields == {
        "subject": "{Person} means nothing here. You can write {person}, {title}, {when}, {where}, {organisation}."
    }


def test_staff_below_managers_change_nothing() -> None:
    cast = make.cast(alice=Role.STAFF)
    with pytest.raises(RoleTooLow):
        save(cast, subject="Hello")
    with pytest.raises(RoleTooLow), acting_for(cast.house.pk):
        switch(Message.REMINDER, is_on=False, by=cast.alice, source="staff")
    assert nothing_was_left(cast.house)


def test_who_has_not_seen_the_last_change_overwrites_nothing(cast: Cast) -> None:
    save(cast, subject="First", version=1)
    with pytest.raises(Stale):
        save(cast, subject="Second", version=1)
    with acting_for(cast.house.pk):
        assert MailText.objects.get().subject == "First"


def test_essential_mails_cannot_be_switched_off_others_can_and_on_again(cast: Cast) -> None:
    with acting_for(cast.house.pk):
        with pytest.raises(MailEssential):
            switch(Message.CONFIRMED, is_on=False, by=cast.alice, source="staff")
        off = switch(Message.REMINDER, is_on=False, by=cast.alice, source="staff")
        on = switch(Message.REMINDER, is_on=True, by=cast.alice, source="staff", version=off.version)
        with pytest.raises(Stale):
            switch(Message.REMINDER, is_on=False, by=cast.alice, source="staff", version=off.version)
    assert (off.is_on, on.is_on, on.version) == (False, True, off.version + 1)


@pytest.mark.parametrize(
    ("table", "columns", "values", "constraint"),
    [
        (
            "notifications_mailtext",
            "message, language, subject, headline, lead, footer, version, changed_at",
            "'confirmed', 'en', '', '', '', '', 1, now()",
            "mailtext_once",
        ),
        ("notifications_mailswitch", "message, is_on, version", "'reminder', false, 1", "mailswitch_once"),
        (
            "notifications_mailpreference",
            "recipient, message, is_wanted, changed_at",
            "'00000000-0000-0000-0000-000000000001', 'reminder', false, now()",
            "mailpreference_once",
        ),
        ("notifications_mailtrouble", "digest, kind, noted_at", "'abc', 'bounced', now()", "mailtrouble_once"),
    ],
)
def test_postgresql_keeps_one_row_of_each(cast: Cast, table: str, columns: str, values: str, constraint: str) -> None:
    statement = f"INSERT INTO {table} (id, org_id, {columns}) VALUES (%s, %s, {values})"
    with acting_for(cast.house.pk), connection.cursor() as cursor:
        cursor.execute(statement, [new_id(), cast.house.pk])
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            cursor.execute(statement, [new_id(), cast.house.pk])


def test_postgresql_knows_the_kinds_of_trouble(cast: Cast) -> None:
    statement = (
        "INSERT INTO notifications_mailtrouble (id, org_id, digest, kind, noted_at) VALUES (%s, %s, 'a', 'bored', %s)"
    )
    with (
        acting_for(cast.house.pk),
        connection.cursor() as cursor,
        pytest.raises(IntegrityError, match="mailtrouble_kind_known"),
        transaction.atomic(),
    ):
        cursor.execute(statement, [new_id(), cast.house.pk, timezone.now()])
