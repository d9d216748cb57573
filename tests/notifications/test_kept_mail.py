"""The demo's mailbox."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives, send_mail

from infra24.notifications import kept_mail
from infra24.notifications.kept_mail import forget_mails, kept_mails


def send(number: int) -> None:
    send_mail(f"Mail {number}", f"Text {number}", None, ["bob@example.org"])


def test_a_kept_mail_can_be_read_as_it_would_have_arrived() -> None:
    mail = EmailMultiAlternatives("Grüße", "Plain", "Oolite <a@example.org>", ["bob@example.org"])
    mail.attach_alternative("<p>Rich</p>", "text/html")
    mail.attach("notes.txt", "Anhang", "text/plain")
    mail.send()

    (kept,) = kept_mails()
    assert (kept.subject, kept.sender, kept.recipients) == ("Grüße", "Oolite <a@example.org>", ("bob@example.org",))
    assert (kept.text.strip(), kept.html.strip()) == ("Plain", "<p>Rich</p>")
    assert [(part.name, part.content_type, part.content) for part in kept.attachments] == [
        ("notes.txt", "text/plain", b"Anhang")
    ]
    assert kept_mail.kept_mail(kept.id) == kept


def test_the_newest_mails_come_first_and_the_oldest_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_mail, "KEPT", 3)
    for number in range(5):
        send(number)

    assert [mail.subject for mail in kept_mails()] == ["Mail 4", "Mail 3", "Mail 2"]
    assert [mail.subject for mail in kept_mails(limit=1)] == ["Mail 4"]


def test_only_the_installation_s_account_can_read_mails(tmp_path: Path) -> None:
    send(1)

    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "mail").iterdir()}
    assert (modes, stat.S_IMODE((tmp_path / "mail").stat().st_mode)) == ({0o600}, 0o700)


def test_several_may_write_at_once() -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(send, range(40)))

    assert sorted(mail.subject for mail in kept_mails()) == sorted(f"Mail {number}" for number in range(40))


@pytest.mark.parametrize("mail_id", ["", "../../etc/passwd", "0" * 19 + "-" + "0" * 32, "x/y", "*"])
def test_an_id_that_is_none_finds_nothing(mail_id: str) -> None:
    send(1)
    assert kept_mail.kept_mail(mail_id) is None


def test_an_empty_mailbox_is_no_error() -> None:
    assert kept_mails() == []
    send(1)
    forget_mails()
    assert kept_mails() == []
