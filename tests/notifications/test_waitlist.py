"""Who waits is told what is kept for them, once, and where to answer; nobody is told of holds they let go."""

import html
import re

import pytest

from infra24.config.subscriptions import REACTIONS
from infra24.notifications.kept_mail import KeptMail, kept_mails
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import deliver_due
from infra24.outbox.models import Delivery
from infra24.waitlist.services import offer_next
from tests import make
from tests.waitlist.story import House

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> House:
    return House(location="Cellar")


def subjects() -> list[str]:
    return [mail.subject for mail in reversed(kept_mails())]


def the_offer() -> KeptMail:
    (mail,) = [mail for mail in kept_mails() if mail.subject.startswith("Free for you")]
    return mail


def notes(house: House) -> list[str]:
    with acting_for(house.org.pk):
        found = Delivery.objects.filter(handler="notifications.tell_about_offer").order_by("due_at")
        return list(found.values_list("note", flat=True))


def test_who_waits_is_told_what_is_kept_until_when_and_where_to_answer(house: House) -> None:
    entry = house.wait(house.bob)
    house.cancel()
    house.run()

    mail = the_offer()
    assert (mail.recipients, mail.subject) == (("bob@example.org",), "Free for you: Firing")
    for body in (mail.text, html.unescape(mail.html)):
        words = " ".join(re.sub(r"<[^>]+>", " ", body).split())
        assert "What you wait for is free" in words
        assert "We keep it for you until" in words
        assert "Kiln, Cellar" in words
        assert "New York time" in words
    page = f"https://rooms.example.org/o/oolite/waitlist/{entry.pk}"
    assert page in mail.text
    assert page in mail.html
    assert make.client(house.bob).get(page.removeprefix("https://rooms.example.org")).status_code == 200
    assert house.statuses(entry) == ["offered"], "following the link changes nothing"


def test_somebody_without_an_account_is_asked_to_write_or_call(house: House) -> None:
    dora = make.person(house.org, name="Dora", email="dora@example.org")
    house.wait(house.alice, person=dora)
    house.cancel()
    house.run()

    mail = the_offer()
    assert mail.recipients == ("dora@example.org",)
    assert "Write or call us by then if you want it." in " ".join(mail.text.split())
    assert "/waitlist/" not in mail.text


def test_a_handler_that_runs_twice_mails_once(house: House) -> None:
    house.wait(house.bob)
    house.cancel()
    house.run()
    with acting_for(house.org.pk):
        again = Delivery.objects.filter(handler="notifications.tell_about_offer")
        again.update(status="pending", settled_at=None)

    house.run()

    assert notes(house) == ["Mailed already."]
    assert subjects() == ["Free for you: Firing"]


def test_an_offer_that_was_answered_before_the_mail_went_out_is_not_mailed(house: House) -> None:
    entry = house.wait(house.bob)
    house.cancel()
    with acting_for(house.org.pk):
        offer_next(house.org.pk)
    house.pass_on(entry, house.bob)

    deliver_due(REACTIONS)

    assert notes(house) == ["Nothing to tell: the offer was answered, or has run out."]
    assert subjects() == []


def test_passing_on_is_no_cancellation_to_be_told_of_and_taking_is_a_confirmation(house: House) -> None:
    entry = house.wait(house.bob)
    house.cancel()
    house.run()
    house.pass_on(entry, house.bob)
    house.run()
    assert subjects() == ["Free for you: Firing"]

    house.cancel(make.booking(house.alice, house.kiln))
    house.run()
    house.accept(entry, house.bob)
    house.run()

    assert subjects() == ["Free for you: Firing", "Free for you: Firing", "Confirmed: Firing"]
