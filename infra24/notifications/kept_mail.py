"""Mails of a demo: kept as files instead of being sent, so that they can be looked at.

One file a mail in the data folder's `mail`, readable by its account alone,
written by web and worker alike. The newest are kept.
"""

import contextlib
import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage as ParsedMail
from email.parser import BytesParser
from email.utils import getaddresses
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage

from infra24.core.ids import new_id

KEPT = 500
"""Mails."""
_NAME = re.compile(r"[0-9]{19}-[0-9a-f]{32}")


@dataclass(frozen=True)
class Attachment:
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class KeptMail:
    """A mail as it would have arrived. `html` is empty for a plain one."""

    id: str
    kept_at: datetime
    sender: str
    recipients: tuple[str, ...]
    subject: str
    message_id: str
    text: str
    html: str
    attachments: tuple[Attachment, ...]


class KeptMailBackend(BaseEmailBackend):
    """Django's e-mail backend of the demo."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = _folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            _keep(folder, message.message().as_bytes())
        for name in _names()[KEPT:]:
            (folder / f"{name}.eml").unlink(missing_ok=True)
        return len(email_messages)


def kept_mails(*, limit: int = KEPT) -> list[KeptMail]:
    """The kept mails, newest first."""
    found = (kept_mail(name) for name in _names()[:limit])
    return [mail for mail in found if mail is not None]


def kept_mail(mail_id: str) -> KeptMail | None:
    """One mail, or None when there is none of that id (any more)."""
    if not _NAME.fullmatch(mail_id):
        return None
    try:
        raw = (_folder() / f"{mail_id}.eml").read_bytes()
    except FileNotFoundError:
        return None
    mail: Any = BytesParser(_class=ParsedMail, policy=policy.default).parsebytes(raw)
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    return KeptMail(
        id=mail_id,
        kept_at=datetime.fromtimestamp(int(mail_id[:19]) / 1e9, tz=UTC),
        sender=str(mail["From"] or ""),
        recipients=tuple(address for _, address in getaddresses(map(str, mail.get_all("To", [])))),
        subject=str(mail["Subject"] or ""),
        message_id=str(mail["Message-ID"] or ""),
        text=text.get_content() if text else "",
        html=html.get_content() if html else "",
        attachments=tuple(
            Attachment(part.get_filename() or "", part.get_content_type(), part.get_payload(decode=True) or b"")
            for part in mail.iter_attachments()
        ),
    )


def forget_mails() -> None:
    """Delete all kept mails."""
    for name in _names():
        (_folder() / f"{name}.eml").unlink(missing_ok=True)


def _folder() -> Path:
    return Path(settings.VAR_DIR) / "mail"


def _names() -> list[str]:
    """Ids of all whole mails, newest first."""
    with contextlib.suppress(FileNotFoundError):
        return sorted((file.stem for file in _folder().glob("*.eml") if _NAME.fullmatch(file.stem)), reverse=True)
    return []


def _keep(folder: Path, raw: bytes) -> None:
    name = f"{time.time_ns():019d}-{new_id().hex}"
    unfinished = folder / f"{name}.part"
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(raw)
    unfinished.rename(folder / f"{name}.eml")
