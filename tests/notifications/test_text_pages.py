"""Pages and API of the organisation's mails: managers write, staff read, members see nothing of it."""

from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infra24.notifications.kept_mail import kept_mails
from infra24.notifications.messages import MESSAGES
from infra24.notifications.models import MailSwitch, MailText, MailTrouble
from infra24.notifications.policies import Message
from infra24.notifications.services.troubles import note_trouble
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.notifications.story import House, subjects_to

pytestmark = pytest.mark.django_db
PAGE = "/o/oolite/admin/mails"
CONFIRMED = f"{PAGE}/confirmed"
API = "/api/mail"


@pytest.fixture
def house() -> House:
    return House(alice=Role.MANAGER)


def words(**parts: str) -> dict[str, str]:
    return {"language": "en", "version": "1", "subject": "", "headline": "", "lead": "", "footer": "", **parts}


def texts(house: House) -> list[tuple[str, str, str]]:
    with acting_for(house.org.pk):
        return list(MailText.objects.values_list("message", "language", "subject"))


def api(house: House, method: str, path: str, body: Any = None, **headers: str) -> Any:
    client = make.client(house.cast.alice)
    return client.generic(
        method,
        API + path,
        make.json(body or {}),
        "application/json",
        headers={"Infra24-Organisation": "oolite", **headers},
    )


def test_the_list_names_every_mail_and_whose_words_it_is_in(house: House) -> None:
    alice = make.client(house.cast.alice)
    alice.post(CONFIRMED, words(subject="Hi {person}"))
    html = alice.get(PAGE).content.decode()

    for kind in MESSAGES.values():
        assert str(kind.name).replace("'", "&#x27;") in html
    assert html.count("your own <span") == 1


def test_managers_write_words_and_mails_go_out_in_them(house: House) -> None:
    answer = make.client(house.cast.alice).post(CONFIRMED, words(subject="Hi {person}", footer="Ring the bell."))

    assert answer.headers["Location"] == f"{CONFIRMED}?language=en"
    house.book()
    house.run()
    (mail,) = kept_mails()
    assert mail.subject == "Hi Bob"
    assert "Ring the bell." in mail.text


def test_a_name_no_mail_knows_is_said_beside_the_field_and_nothing_is_saved(house: House) -> None:
    answer = make.client(house.cast.alice).post(CONFIRMED, words(lead="Dear {firstname}"))

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "{firstname} means nothing here." in html
    assert "Dear {firstname}" in html, "what was written is not lost"
    assert 'aria-invalid="true"' in html
    assert texts(house) == []


def test_somebody_else_s_words_are_not_overwritten(house: House) -> None:
    alice = make.client(house.cast.alice)
    alice.post(CONFIRMED, words(subject="First"))
    answer = alice.post(CONFIRMED, words(subject="Second"))

    assert answer.status_code == 412
    assert texts(house) == [("confirmed", "en", "First")]


def test_staff_read_and_do_not_write(house: House) -> None:
    sam = make.member(house.org, role=Role.STAFF, email="sam@example.org")
    client = make.client(sam)
    html = client.get(CONFIRMED).content.decode()
    assert "Managers change the words of mails." in html
    assert client.post(CONFIRMED, words(subject="Mine")).status_code == 403
    assert texts(house) == []


def test_the_picture_is_shut_in_and_shows_words_before_they_are_saved(house: House) -> None:
    alice = make.client(house.cast.alice)
    answer = alice.post(f"{CONFIRMED}/picture", words(headline="Hooray, {person}"))

    assert "Hooray, Ana Ruiz" in answer.content.decode()
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert texts(house) == []
    assert "Your booking is confirmed" in alice.get(f"{CONFIRMED}/picture").content.decode()


def test_the_picture_of_words_that_cannot_be_used_says_why(house: House) -> None:
    answer = make.client(house.cast.alice).post(f"{CONFIRMED}/picture", words(lead="{<script>}"))

    assert answer.status_code == 422
    assert answer["Content-Type"].startswith("text/plain")
    assert "means nothing here" in answer.content.decode()


def test_going_back_shows_both_and_asks(house: House) -> None:
    alice = make.client(house.cast.alice)
    alice.post(CONFIRMED, words(subject="Ours"))
    html = alice.get(f"{CONFIRMED}/reset?language=en").content.decode()
    assert "Ours" in html
    assert "Confirmed: {title}" in html
    assert texts(house) == [("confirmed", "en", "Ours")]

    alice.post(f"{CONFIRMED}/reset", {"language": "en"})

    assert texts(house) == [("confirmed", "en", "")]


def test_a_test_mail_goes_to_whoever_asks_and_to_nobody_else(house: House) -> None:
    alice = make.client(house.cast.alice)
    alice.post(f"{PAGE}/reminder", words(subject="Soon, {person}"))
    assert alice.post(f"{PAGE}/reminder/test", {"language": "en"}).status_code == 302
    house.run()

    assert subjects_to("alice@example.org") == ["Soon, Ana Ruiz"]
    (mail,) = kept_mails()
    assert "Glaze firing" in mail.text
    assert "I want no more mails" not in mail.text
    house.again("notifications.send_test")
    assert len(kept_mails()) == 1


def test_a_mail_that_is_switched_off_or_unwanted_can_still_be_tried(house: House) -> None:
    alice = make.client(house.cast.alice)
    alice.post(f"{PAGE}/reminder/switch", {"is_on": "0"})
    alice.post(f"{PAGE}/reminder/test", {"language": "es"})
    house.run()

    assert len(subjects_to("alice@example.org")) == 1


def test_test_mails_are_a_few_a_minute(house: House) -> None:
    cache.clear()
    alice = make.client(house.cast.alice)
    answers = [alice.post(f"{PAGE}/reminder/test", {"language": "en"}).status_code for _ in range(12)]

    assert answers.count(429) >= 3
    house.run()
    assert len(kept_mails()) == answers.count(302)


def test_essential_mails_have_no_switch(house: House) -> None:
    alice = make.client(house.cast.alice)
    assert alice.post(f"{CONFIRMED}/switch", {"is_on": "0"}).status_code == 409
    assert f"{CONFIRMED}/switch" not in alice.get(PAGE).content.decode()
    assert alice.post(f"{PAGE}/digest/switch", {"is_on": "0"}).status_code == 302
    with acting_for(house.org.pk):
        assert [(row.message, row.is_on) for row in MailSwitch.objects.all()] == [("digest", False)]


@pytest.mark.parametrize("path", ["nothing", "confirmed?language=de", "nothing/picture"])
def test_what_there_is_not_is_not_found(house: House, path: str) -> None:
    assert make.client(house.cast.alice).get(f"{PAGE}/{path}").status_code == 404


def test_troubles_are_listed_by_name_and_not_by_address_at_a_constant_price(house: House) -> None:
    alice = make.client(house.cast.alice)
    counts = []
    for number in (1, 2, 3):
        with acting_for(house.org.pk):
            who = make.person(house.org, name=f"Dora {number}", email=f"dora{number}@example.org")
            note_trouble(house.org.pk, who.email, MailTrouble.Kind.BOUNCED, recipient=who.pk)
        with CaptureQueriesContext(connection) as seen:
            html = alice.get(PAGE).content.decode()
        counts.append(len(seen))
        assert f"Dora {number}" in html
        assert "dora1@example.org" not in html
    assert counts[0] == counts[1] == counts[2]


# --- The API ------------------------------------------------------------------------------------


def test_the_api_reads_writes_and_resets_words(house: House) -> None:
    path = "/texts/confirmed/en"
    read = api(house, "GET", path)
    assert read.json()["house"]["subject"] == "Confirmed: {title}"
    assert read["ETag"] == '"1"'

    written = api(house, "PATCH", path, {"subject": "Hi {person}"}, **{"If-Match": '"1"'})
    assert (written.status_code, written.json()["own"]["subject"], written["ETag"]) == (200, "Hi {person}", '"2"')
    stale = api(house, "PATCH", path, {"subject": "Later"}, **{"If-Match": '"1"'})
    assert stale.status_code == 412

    back = api(house, "POST", f"{path}/reset", **{"If-Match": '"2"'})
    assert (back.json()["own"]["subject"], back.json()["version"]) == ("", 3)


def test_the_api_names_the_part_that_cannot_be_said(house: House) -> None:
    answer = api(house, "PATCH", "/texts/confirmed/en", {"lead": "{nobody}"})
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "placeholder_unknown")
    assert problem["fields"]["lead"].startswith("{nobody} means nothing here.")


def test_the_api_previews_without_saving_and_sends_to_oneself(house: House) -> None:
    shown = api(house, "POST", "/texts/changed/en/preview", {"subject": "Moved: {title}"}).json()
    assert shown["subject"] == "Moved: Glaze firing"
    assert "  was " in shown["text"]
    assert "<s>" in shown["html"]
    assert texts(house) == []

    answer = api(house, "POST", "/texts/changed/en/test")
    assert (answer.status_code, answer.json()) == (202, {"sent_to": "alice@example.org"})


def test_the_api_switches_what_need_not_be_sent(house: House) -> None:
    assert api(house, "PATCH", "/messages/confirmed", {"is_on": False}).json()["code"] == "mail_essential"
    off = api(house, "PATCH", "/messages/reminder", {"is_on": False})
    assert (off.json()["is_on"], off["ETag"]) == (False, '"2"')
    items = api(house, "GET", "/messages").json()["items"]
    assert {item["message"] for item in items} == set(Message)
    assert [item["message"] for item in items if not item["is_on"]] == ["reminder"]


def test_the_api_takes_one_s_own_wishes(house: House) -> None:
    assert api(house, "PATCH", "/preferences/digest", {"is_wanted": False}).json()["is_wanted"] is False
    wishes = {item["message"]: item["is_wanted"] for item in api(house, "GET", "/preferences").json()["items"]}
    assert wishes["digest"] is False
    assert wishes["reminder"] is True
    assert api(house, "PATCH", "/preferences/confirmed", {"is_wanted": False}).status_code == 409
