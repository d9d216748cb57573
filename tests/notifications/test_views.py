"""/dev/mail shows what a demo would have sent, and exists nowhere else."""

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from pytest_django import Settings

from infra24.notifications.kept_mail import kept_mails

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings: Settings, tmp_path: object) -> None:
    settings.DEMO = True
    settings.VAR_DIR = tmp_path
    settings.EMAIL_BACKEND = "infra24.notifications.kept_mail.KeptMailBackend"


def send(to: str = "ana@example.org") -> str:
    """A mail in both forms with a calendar file; returns its id."""
    mail = EmailMultiAlternatives("Booked: Firing", "Your kiln is booked.", "desk@example.org", [to])
    mail.attach_alternative('<p style="color:red">Your kiln is booked.</p><script>alert(1)</script>', "text/html")
    mail.attach("booking.ics", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "text/calendar")
    mail.send()
    return kept_mails(limit=1)[0].id


@pytest.mark.usefixtures("demo")
def test_a_kept_mail_is_shown_with_its_text_and_its_attachment() -> None:
    mail_id = send()

    assert "Booked: Firing" in Client().get("/dev/mail").content.decode()
    html = Client().get(f"/dev/mail/{mail_id}").content.decode()
    assert "Your kiln is booked." in html
    assert "booking.ics" in html
    file = Client().get(f"/dev/mail/{mail_id}/0")
    assert file.content.startswith(b"BEGIN:VCALENDAR")
    assert file["Content-Disposition"] == 'attachment; filename="booking.ics"'


@pytest.mark.usefixtures("demo")
def test_the_html_part_is_shut_in() -> None:
    answer = Client().get(f"/dev/mail/{send()}/html")

    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "frame-ancestors 'self'" in policy
    assert "script-src" not in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.usefixtures("demo")
def test_the_mails_of_one_person_can_be_picked() -> None:
    send("ana@example.org")
    send("theo@example.org")

    html = Client().get("/dev/mail?to=Theo@example.org").content.decode()
    assert "theo@example.org" in html
    assert "ana@example.org" not in html


@pytest.mark.usefixtures("demo")
def test_what_is_not_kept_is_not_found() -> None:
    assert Client().get("/dev/mail/nothing").status_code == 404
    assert Client().get(f"/dev/mail/{send()}/1").status_code == 404


def test_outside_a_demo_there_is_no_such_page(demo: None, settings: Settings) -> None:
    mail_id = send()
    settings.DEMO = False

    for page in ("", f"/{mail_id}", f"/{mail_id}/html", f"/{mail_id}/0"):
        assert Client().get(f"/dev/mail{page}").status_code == 404
