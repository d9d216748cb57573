"""Signing in by mailed code and by password, signing out, and learning nothing about who has an account."""

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from infra24.orgs.policies import Role
from tests import make

pytestmark = pytest.mark.django_db
LOGIN, CODE, CONFIRM = "/accounts/login/", "/accounts/code/", "/accounts/code/confirm/"
PASSWORD = "a long and friendly password"


def code_in(message: Any) -> str:
    found = re.search(r"^    (\S+)$", message.body, re.MULTILINE)
    assert found, message.body
    return found[1]


def ask_for_code(client: Client, email: str, **more: str) -> Any:
    return client.post(CODE, {"email": email, **more})


def is_signed_in(client: Client) -> bool:
    return client.get("/api/me").status_code == 200


def test_a_mailed_code_signs_in_and_leads_where_one_was_going() -> None:
    cast = make.cast()
    client = make.client()

    asked = ask_for_code(client, "alice@example.org", next="/o/oolite/admin/settings/members")
    (message,) = mail.outbox
    confirmed = client.post(asked["Location"], {"code": code_in(message), "next": "/o/oolite/admin/settings/members"})

    assert (message.to, code_in(message) in message.subject) == (["alice@example.org"], True)
    assert confirmed["Location"] == "/o/oolite/admin/settings/members"
    assert client.get("/api/me").json()["member_id"] == str(cast.alice.pk)


def test_a_wrong_code_does_not_and_three_end_the_attempt() -> None:
    make.cast()
    client = make.client()
    ask_for_code(client, "alice@example.org")
    right = code_in(mail.outbox[0])

    answers = [client.post(CONFIRM, {"code": "wrong"}) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 302]
    assert answers[2]["Location"] == CODE
    client.post(CONFIRM, {"code": right})
    assert not is_signed_in(client)


def test_a_code_is_good_in_the_browser_that_asked_and_once() -> None:
    make.cast()
    mine, other = make.client(), make.client()
    ask_for_code(mine, "alice@example.org")
    code = code_in(mail.outbox[0])

    other.post(CONFIRM, {"code": code})
    assert not is_signed_in(other)
    mine.post(CONFIRM, {"code": code})
    mine.post("/accounts/logout/")
    mine.post(CONFIRM, {"code": code})
    assert not is_signed_in(mine)


def test_nobody_learns_from_the_answer_who_has_an_account() -> None:
    make.cast()
    pages = {}
    for email in ("alice@example.org", "nobody@example.org"):
        client = make.client()
        asked = ask_for_code(client, email)
        shown = client.get(asked["Location"])
        text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", shown.content.decode())
        pages[email] = (asked.status_code, asked["Location"], shown.status_code, text.replace(email, "…"))

    assert pages["alice@example.org"] == pages["nobody@example.org"]
    assert [message.to for message in mail.outbox] == [["alice@example.org"], ["nobody@example.org"]]
    assert "There is no account" in mail.outbox[1].body


def test_a_password_signs_in_and_a_wrong_one_says_the_same_for_all() -> None:
    organisation = make.organisation()
    member = make.member(organisation, who=make.user("dora@example.org", password=PASSWORD))

    def attempt(email: str, password: str) -> Any:
        return make.client().post(LOGIN, {"login": email, "password": password})

    assert attempt("Dora@Example.org", PASSWORD).status_code == 302
    wrong, unknown = attempt(member.user.email, "wrong"), attempt("nobody@example.org", "wrong")
    sentences = {answer.context["form"].non_field_errors()[0] for answer in (wrong, unknown)}
    assert (wrong.status_code, unknown.status_code, len(sentences)) == (200, 200, 1)


def test_guessing_is_slowed_down() -> None:
    make.member(make.organisation(), who=make.user("dora@example.org", password=PASSWORD))
    client = make.client()

    for _ in range(5):
        client.post(LOGIN, {"login": "dora@example.org", "password": "wrong"})
    blocked = client.post(LOGIN, {"login": "dora@example.org", "password": PASSWORD})

    assert not is_signed_in(client)
    assert blocked.status_code == 200


def test_codes_are_not_mailed_without_end() -> None:
    make.cast()
    client = make.client()

    answers = [ask_for_code(make.client(), "alice@example.org") for _ in range(5)]

    assert len(mail.outbox) == 3
    assert [answer.status_code for answer in answers] == [302, 302, 302, 200, 200]
    assert not is_signed_in(client)


def test_signing_out_takes_a_post() -> None:
    cast = make.cast()
    client = make.client(cast.alice)

    assert client.get("/accounts/logout/").status_code == 200
    assert is_signed_in(client)
    assert client.post("/accounts/logout/")["Location"] == "/"
    assert not is_signed_in(client)


def test_a_password_is_set_by_a_mailed_code() -> None:
    make.member(make.organisation(), who=make.user("dora@example.org"))
    client = make.client()

    asked = client.post("/accounts/password/", {"email": "dora@example.org"})
    confirmed = client.post(asked["Location"], {"code": code_in(mail.outbox[0])})
    done = client.post(confirmed["Location"], {"password1": PASSWORD, "password2": PASSWORD})

    assert client.get(done["Location"]).status_code == 200
    assert make.client().post(LOGIN, {"login": "dora@example.org", "password": PASSWORD}).status_code == 302


def test_the_start_page_leads_to_the_one_organisation_or_asks_which() -> None:
    cast = make.cast()
    assert make.client(cast.bob).get("/")["Location"] == "/o/oolite/"

    make.member(cast.elsewhere, who=cast.bob.user, role=Role.STAFF)
    chooser = make.client(cast.bob).get("/")
    assert [found.slug for found in chooser.context["organisations"]] == ["elsewhere", "oolite"]


@pytest.mark.parametrize("address", [LOGIN, CODE, "/accounts/new/", "/accounts/password/", "/accounts/inactive/"])
def test_the_pages_of_signing_in_open(address: str) -> None:
    assert make.client().get(address).status_code == 200


@pytest.mark.parametrize("address", ["/accounts/signup/", "/accounts/email/", "/accounts/password/change/"])
def test_what_the_house_does_not_use_is_not_there(address: str) -> None:
    assert make.client().get(address).status_code == 404


def test_a_far_address_is_not_followed_after_signing_in() -> None:
    make.member(make.organisation(), who=make.user("dora@example.org", password=PASSWORD))
    answer = make.client().post(
        LOGIN, {"login": "dora@example.org", "password": PASSWORD, "next": "https://evil.example/"}
    )

    assert answer["Location"] == "/"
