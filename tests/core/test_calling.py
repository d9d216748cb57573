"""Connections go where the guard has looked, under the name that was asked for, and not further."""

import asyncio
import gc
import socket
import ssl
import warnings
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from infra24.core.calling import Answer, Caller, CallFailed
from infra24.core.guarding import AddressRefused, Guard
from tests.webhooks.receiver import Receiver, Reply, receiving

PUBLIC, OTHER = "93.184.216.34", "93.184.216.35"
NAME = "hooks.example.org"


class Wire:
    """The open net, as far as the tests go: every address leads to one server here, and is noted."""

    def __init__(self, port: int, *, dead: Iterable[str] = ()) -> None:
        self.port, self.dead, self.asked = port, set(dead), list[str]()

    def __call__(self, target: aiohttp.AddrInfoType) -> socket.socket:
        wire = self

        class Led(socket.socket):
            """Connects where the wire leads, not where it is told to."""

            def connect(self, address: Any) -> None:
                wire.asked.append(address[0])
                if address[0] in wire.dead:
                    raise OSError("no route")
                super().connect(("127.0.0.1", wire.port))

        return Led(socket.AF_INET, socket.SOCK_STREAM)


class Names:
    """A resolver that gives one answer after the other."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers, self.asked = list(answers), 0

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def caller(wire: Wire, tls: ssl.SSLContext | None = None, *, patience: float = 10) -> Caller:
    return Caller(patience=timedelta(seconds=patience), most_read=20, user_agent="Infra24", tls=tls, network=wire)


def guard(names: Names) -> Guard:
    return Guard(schemes=("https", "http"), resolve=names)


def post(calling: Caller, address: str, within: Guard, *, times: int = 1) -> list[Answer]:
    async def run() -> list[Answer]:
        return [await calling.post(address, b'{"a":1}', headers={"X-One": "1"}, guard=within) for _ in range(times)]

    return asyncio.run(run())


def test_a_name_is_looked_up_once_for_each_connection_and_that_answer_is_called() -> None:
    with receiving() as receiver:
        wire, names = Wire(receiver.port), Names([PUBLIC], ["127.0.0.1"])

        assert post(caller(wire), f"http://{NAME}:8080/hook?a=b", guard(names))[0].status == 204

        # Looked up a second time it would have led inside; it is not.
        assert (wire.asked, names.asked) == ([PUBLIC], 1)
        (message,) = receiver.got
        assert (message.path, message.raw) == ("/hook?a=b", b'{"a":1}')
        assert (message.headers["host"], message.headers["x-one"]) == (f"{NAME}:8080", "1")
        # The next connection asks anew, and is refused.
        with pytest.raises(CallFailed, match="refused"):
            post(caller(wire), f"http://{NAME}:8080/hook", guard(names))
        assert (wire.asked, names.asked, len(receiver.got)) == ([PUBLIC], 2, 1)


def test_a_connection_is_kept_for_its_name() -> None:
    with receiving() as receiver:
        wire, names = Wire(receiver.port), Names([PUBLIC])

        answers = post(caller(wire), f"http://{NAME}/", guard(names), times=3)

        assert ([answer.status for answer in answers], wire.asked) == ([204] * 3, [PUBLIC])


def test_where_the_first_address_is_dead_the_next_is_tried() -> None:
    with receiving() as receiver:
        wire = Wire(receiver.port, dead=[PUBLIC])

        assert post(caller(wire), f"http://{NAME}/", guard(Names([PUBLIC, OTHER])))[0].status == 204
        assert wire.asked == [PUBLIC, OTHER]
        with pytest.raises(CallFailed, match="connect"):
            post(caller(wire), f"http://{NAME}/", guard(Names([PUBLIC])))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("place", ["http://127.0.0.1/", "https://169.254.169.254/", "/elsewhere"])
def test_redirects_are_answers_and_lead_nowhere(status: int, place: str) -> None:
    with receiving() as receiver:
        receiver.always = Reply(status, {"Location": place})
        wire = Wire(receiver.port)

        assert post(caller(wire), f"http://{NAME}/", guard(Names([PUBLIC])))[0].status == status
        assert (wire.asked, len(receiver.got)) == ([PUBLIC], 1)


def test_no_more_is_read_than_wanted() -> None:
    with receiving() as receiver:
        receiver.always = Reply(200, {"X-Told": "yes"}, b"x" * 1_000_000)

        (answer,) = post(caller(Wire(receiver.port)), f"http://{NAME}/", guard(Names([PUBLIC])))

        assert (answer.body, answer.headers["x-told"]) == (b"x" * 20, "yes")


def test_what_is_packed_stays_so_cookies_are_forgotten_and_no_proxy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with receiving() as receiver:
        receiver.always = Reply(200, {"Content-Encoding": "gzip", "Set-Cookie": "a=b"}, b"not unpacked")
        wire = Wire(receiver.port)

        answers = post(caller(wire), f"http://{NAME}/", guard(Names([PUBLIC])), times=2)

        assert ([answer.body for answer in answers], wire.asked) == ([b"not unpacked"] * 2, [PUBLIC])
        assert ["cookie" in message.headers for message in receiver.got] == [False, False]


def test_whatever_leads_elsewhere_further_up_is_stopped_where_the_connection_is_made() -> None:
    with receiving() as receiver:
        wire, within = Wire(receiver.port), guard(Names([PUBLIC]))
        calling = caller(wire)

        async def run() -> None:
            lines = await calling._lines_within(within)
            # The resolver is not asked about these.
            for address in ("http://127.0.0.1/", f"http://{OTHER}/", "http://[::1]/"):
                with pytest.raises(AddressRefused):
                    await lines.session.post(address)

        asyncio.run(run())
        assert (wire.asked, receiver.got) == ([], [])
        # One that was checked as it is written goes through, and to nowhere else.
        assert post(calling, f"http://{OTHER}:8080/", within)[0].status == 204
        assert wire.asked == [OTHER]


def test_only_so_many_connections_are_left_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra24.core.calling.KEPT_OPEN", 2)
    with receiving() as receiver:
        calling, within = caller(Wire(receiver.port)), guard(Names([PUBLIC]))

        async def run() -> None:
            for number in range(6):
                await calling.post(f"http://n{number}.example.org/", b"", headers={}, guard=within)

        asyncio.run(run())
        assert [message.headers.get("connection") for message in receiver.got] == [None] * 4 + ["close"] * 2


def test_connections_end_with_their_loop(caplog: pytest.LogCaptureFixture) -> None:
    with receiving() as receiver, warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        calling = caller(Wire(receiver.port))
        for _ in range(2):
            assert post(calling, f"http://{NAME}/", guard(Names([PUBLIC])))[0].status == 204
        gc.collect()

        assert calling._lines == {}
        assert [str(each.message) for each in warned if "nclosed" in str(each.message)] == []
        assert "Unclosed" not in caplog.text


def test_who_does_not_answer_is_not_waited_for() -> None:
    with receiving() as receiver:
        free = Event()
        receiver.always = Reply(wait=lambda: free.wait(30))

        with pytest.raises(CallFailed, match="timeout"):
            post(caller(Wire(receiver.port), patience=0.3), f"http://{NAME}/", guard(Names([PUBLIC])))
        free.set()


# --- Certificates ---------------------------------------------------------------------------------


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """How the server shows itself under a name, and how a client looks that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / f"{name}.pem"
    file.write_bytes(private + pem)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cadata=pem.decode())


def served(receiver: Receiver, trust: ssl.SSLContext, name: str = NAME) -> int:
    return post(caller(Wire(receiver.port), trust), f"https://{name}/", guard(Names([PUBLIC])))[0].status


def test_the_certificate_is_checked_for_the_name_and_not_for_the_address(tmp_path: Path) -> None:
    server, trust = certificate(tmp_path, NAME)
    shown: list[str | None] = []
    server.sni_callback = lambda _socket, name, _context: shown.append(name)

    with receiving(tls=server) as receiver:
        assert served(receiver, trust) == 204
        assert shown == [NAME]
        for name, looks in (("other.example.org", trust), (NAME, ssl.create_default_context())):
            with pytest.raises(CallFailed, match="tls"):
                served(receiver, looks, name)
        assert len(receiver.got) == 1
