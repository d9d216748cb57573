"""Mail through a real mail server: what arrives is read as mail programs read it, and every refusal has its answer."""

import re
from collections.abc import Iterator
from datetime import timedelta
from email import policy
from email.parser import BytesParser
from email.utils import getaddresses
from typing import Any

import pytest
from icalendar import Calendar

from infra24.notifications.models import SentMail
from infra24.orgs.models import Organisation
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Delivery
from tests import make
from tests.notifications.smtp import PASSWORD, USER, MailServer, free_port, mail_server
from tests.notifications.story import House

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def real_mail(kept_mail: None, settings: Any) -> None:
    """Django's own backend, after the fixture that keeps mails in files."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 5


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    with mail_server() as server:
        settings.EMAIL_PORT = server.port
        yield server


@pytest.fixture
def house() -> House:
    return House()


def became(house: House) -> tuple[str, str]:
    """Status and last outcome of the delivery to Bob."""
    with acting_for(house.org.pk):
        delivery = Delivery.objects.get(handler="notifications.tell_about_booking")
        assert "bob@example.org" not in delivery.note
        return delivery.status, delivery.outcome


def test_a_confirmation_arrives_whole(house: House, server: MailServer) -> None:
    with acting_for(house.org.pk):
        Organisation.objects.filter(pk=house.org.pk).update(
            name="Öl & Ton", mail_address="hallo@ton.example.org", theme={"brand": "#22577a"}
        )
    booking = house.book(title="Brennen — für Zoë")
    house.run()

    ((recipients, mail),) = server.taken
    assert recipients == ["bob@example.org"]
    assert str(mail["Subject"]) == "Confirmed: Brennen — für Zoë"
    assert getaddresses([str(mail["From"])]) == [("Öl & Ton", "no-reply@rooms.example.org")]
    assert str(mail["Reply-To"]) == "hallo@ton.example.org"
    assert str(mail["To"]) == "bob@example.org"
    assert re.fullmatch(r"<[0-9a-f-]{36}@rooms\.example\.org>", str(mail["Message-ID"]))
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] is None
    plain, rich = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert rich is not None
    assert "Brennen — für Zoë" in plain.get_content()
    assert "background:#22577a" in rich.get_content()
    (file,) = list(mail.iter_attachments())
    assert (file.get_filename(), file.get_content_type()) == ("booking.ics", "text/calendar")
    assert str(file.get_param("method")) == "REQUEST"
    calendar: Any = Calendar.from_ical(file.get_content().encode())
    (event,) = calendar.walk("VEVENT")
    assert event["dtstart"].dt == booking.starts_at
    assert became(house) == ("delivered", "delivered")


def test_no_line_is_longer_than_mail_servers_take(house: House, server: MailServer) -> None:
    """RFC 5321 allows 998 characters; a long title or address in the HTML part must not break that."""
    house.book(title="ü" * 200)
    house.run()

    (mail,) = server.mails
    raw = mail.as_bytes(policy=policy.SMTP)
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    again = BytesParser(policy=policy.default).parsebytes(raw)
    assert str(again["Subject"]).strip() == "Confirmed: " + "ü" * 200


def test_what_can_be_stopped_says_so_in_its_headers(server: MailServer) -> None:
    house = House(reminder_minutes=120)
    booking = house.book()
    house.run()
    house.clock.now = booking.starts_at - timedelta(hours=1)
    house.run()

    reminder = server.mails[1]
    address = re.fullmatch(
        r"<(https://rooms\.example\.org/o/oolite/mail/\S+)>", str(reminder["List-Unsubscribe"]).strip()
    )
    assert address
    assert reminder["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = address[1].removeprefix("https://rooms.example.org")
    assert make.client(csrf=True).post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200


@pytest.mark.parametrize(
    ("step", "answer", "outcome"),
    [
        ("RCPT", "550 5.1.1 No such user", ("dead", "rejected")),
        ("RCPT", "450 4.2.0 Greylisted, come back", ("pending", "transient")),
        ("DATA", "554 5.7.1 Looks like spam", ("dead", "rejected")),
        ("DATA", "452 4.3.1 Disk full", ("pending", "transient")),
        ("DATA", "421 4.3.0 Going down", ("pending", "transient")),
    ],
)
def test_a_refusal_leads_to_another_try_or_to_a_person(
    house: House, server: MailServer, step: str, answer: str, outcome: tuple[str, str]
) -> None:
    server.answers[step] = answer
    house.book()
    house.run()

    assert became(house) == outcome
    assert server.taken == []
    with acting_for(house.org.pk):
        assert SentMail.objects.filter(sent_at__isnull=False).count() == 0


def test_what_was_put_off_arrives_with_the_next_try(house: House, server: MailServer) -> None:
    server.answers["DATA"] = "451 4.3.0 Later"
    house.book()
    house.run()
    server.answers.clear()
    house.clock.advance(timedelta(seconds=10))
    house.run()

    assert len(server.taken) == 1
    assert became(house) == ("delivered", "delivered")


def test_a_server_that_is_not_there_is_tried_again(house: House, settings: Any) -> None:
    settings.EMAIL_PORT = free_port()
    house.book()
    house.run()
    assert became(house) == ("pending", "transient")


def test_a_server_without_tls_is_not_spoken_to_in_the_open(house: House, server: MailServer, settings: Any) -> None:
    settings.EMAIL_USE_TLS = True
    house.book()
    house.run()

    assert became(house) == ("pending", "transient")
    assert server.taken == []


@pytest.mark.parametrize(("password", "outcome"), [(PASSWORD, "delivered"), ("wrong", "transient")])
def test_a_password_the_server_does_not_take_is_the_operator_s_trouble(
    house: House, settings: Any, password: str, outcome: str
) -> None:
    with mail_server(wants_sign_in=True) as server:
        settings.EMAIL_PORT = server.port
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = USER, password
        house.book()
        house.run()

    assert became(house)[1] == outcome
    assert server.signed_in == ([True] if outcome == "delivered" else [])
