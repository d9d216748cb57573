"""Kept mails with all their headers, as a mail program gets them."""

from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from django.conf import settings


def raw_mails() -> list[EmailMessage]:
    """The oldest first."""
    folder = Path(settings.VAR_DIR) / "mail"
    parser = BytesParser(_class=EmailMessage, policy=policy.default)
    return [parser.parsebytes(file.read_bytes()) for file in sorted(folder.glob("*.eml"))]
