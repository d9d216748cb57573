"""A real mail server on loopback that answers as told: aiosmtpd, in a thread of its own."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "infra24", "a password of the mail server"
TAKEN = "250 OK"


class MailServer:
    """Keeps what it takes. `answers` are replies by the step they answer: `RCPT` or `DATA`."""

    def __init__(self) -> None:
        self.taken: list[tuple[list[str], EmailMessage]] = []
        """Envelope's recipients, and the mail as it arrived."""
        self.answers: dict[str, str] = {}
        self.signed_in: list[bool] = []
        self.port = 0

    async def handle_RCPT(  # noqa: N802  # the library calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        if "RCPT" in self.answers:
            return self.answers["RCPT"]
        envelope.rcpt_tos.append(address)
        return TAKEN

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # the library calls it so
        del server
        if "DATA" in self.answers:
            return self.answers["DATA"]
        content = envelope.content
        assert isinstance(content, bytes)
        parser = BytesParser(_class=EmailMessage, policy=policy.default)
        self.taken.append((list(envelope.rcpt_tos), parser.parsebytes(content)))
        self.signed_in.append(bool(session.authenticated))
        return TAKEN

    @property
    def mails(self) -> list[EmailMessage]:
        return [mail for _to, mail in self.taken]


@contextmanager
def mail_server(*, wants_sign_in: bool = False) -> Iterator[MailServer]:
    """A server on a free port until the block ends."""
    server = MailServer()
    options: dict[str, Any] = {}
    if wants_sign_in:
        options = {"authenticator": _authenticate, "auth_required": True, "auth_require_tls": False}
    controller = Controller(server, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    server.port = controller.port
    try:
        yield server
    finally:
        controller.stop()


def free_port() -> int:
    """A port on which nobody listens just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    del server, session, envelope, mechanism
    assert isinstance(data, LoginPassword)
    return AuthResult(success=(data.login, data.password) == (USER.encode(), PASSWORD.encode()))
