"""HTTP to addresses that people typed: what `core.guarding` checked is what the connection goes to.

The check sits where connections are made, below HTTP. So name, SNI, certificate and `Host` stay those of the
address, and a connection that is kept open is only ever used for the name it was made for.
"""

import asyncio
import contextlib
import ipaddress
import socket
import ssl
from collections.abc import AsyncGenerator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from infra24.core.guarding import AddressRefused, Guard

KEPT_OPEN = 200
"""Idle connections of one loop. Beyond about as many, whoever is called is asked to close after answering."""
KEPT_OPEN_SECONDS = 20.0
CONNECT_SECONDS = 5.0
MOST_TARGETS = 3
"""Addresses of one name that are tried."""

_LOOK_UPS = ThreadPoolExecutor(16, thread_name_prefix="names")
"""Names are looked up beside the loop, and apart from its other threads: one that hangs holds up none of those."""
_checked: ContextVar[tuple[str, ...]] = ContextVar("checked", default=())
"""Where the request under way may connect to. Empty for code that comes here by another way: it gets nowhere."""


class CallFailed(Exception):
    """There was no answer. `code` is `refused` (by the guard), `timeout`, `connect`, `tls` or `broken`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Answer:
    """What came back; the body is cut at what was asked for."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name; of several the last."""
    body: bytes


class Caller:
    """Sends requests within a guard. It may be kept: each event loop has connections of its own in it.

    Redirects are not followed, no cookies are kept, and no proxy of the environment is asked.
    """

    def __init__(
        self,
        *,
        patience: timedelta,
        most_read: int,
        user_agent: str,
        tls: ssl.SSLContext | None = None,
        network: aiohttp.SocketFactoryType | None = None,
    ) -> None:
        self._patience, self._most_read, self._user_agent = patience, most_read, user_agent
        self._tls = tls or ssl.create_default_context()
        self._network = network or _open
        self._lines: dict[tuple[asyncio.AbstractEventLoop, Guard], tuple[_Lines, AsyncGenerator[_Lines, None]]] = {}

    async def post(self, address: str, body: bytes, *, headers: Mapping[str, str], guard: Guard) -> Answer:
        """Raises CallFailed, also when the whole of it takes longer than our patience."""
        try:
            # A literal address passes no resolver: it was checked as it is written.
            token = _checked.set((guard.check(address).hostname or "",))
            try:
                async with asyncio.timeout(self._patience.total_seconds()):
                    return await self._post(address, body, headers, await self._lines_within(guard))
            finally:
                _checked.reset(token)
        except AddressRefused as error:
            raise CallFailed("refused") from error
        except TimeoutError as error:
            raise CallFailed("timeout") from error
        except aiohttp.ClientSSLError as error:
            raise CallFailed("tls") from error
        except aiohttp.ClientConnectorError as error:
            raise CallFailed("connect") from error
        except (aiohttp.ClientError, OSError) as error:
            raise CallFailed("broken") from error

    async def _post(self, address: str, body: bytes, headers: Mapping[str, str], lines: "_Lines") -> Answer:
        url = URL(address.partition("#")[0], encoded=True)
        more = {
            "Host": address.split("/")[2].partition("?")[0],
            "User-Agent": self._user_agent,
            "Accept": "*/*",
            # Nothing packed: little of it could become very much.
            "Accept-Encoding": "identity",
        }
        with lines.busy() as are_enough:
            if are_enough:
                more["Connection"] = "close"
            async with lines.session.post(url, data=body, headers=more | dict(headers), allow_redirects=False) as got:
                told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in got.raw_headers}
                return Answer(got.status, told, await self._read(got.content))

    async def _read(self, content: aiohttp.StreamReader) -> bytes:
        """As much as is wanted; the connection is closed if there is more."""
        read = bytearray()
        while len(read) < self._most_read and (piece := await content.read(self._most_read - len(read))):
            read += piece
        return bytes(read)

    async def _lines_within(self, guard: Guard) -> "_Lines":
        key = (asyncio.get_running_loop(), guard)
        if key not in self._lines:
            # Nothing waits between looking and keeping, so nobody else makes them too.
            opened = self._opened(guard)
            self._lines[key] = await anext(opened), opened
        return self._lines[key][0]

    async def _opened(self, guard: Guard) -> AsyncGenerator["_Lines", None]:
        """Connections that are closed when the loop ends, which closes whatever generators were begun in it."""
        lines = _Lines(guard, self._tls, self._network)
        try:
            yield lines
        finally:
            self._lines.pop((asyncio.get_running_loop(), guard), None)
            await lines.session.close()


class _Lines:
    """The connections of one loop within one guard."""

    def __init__(self, guard: Guard, tls: ssl.SSLContext, network: aiohttp.SocketFactoryType) -> None:
        self._network = network
        self._sockets: set[socket.socket] = set()
        self._busy = 0
        connector = aiohttp.TCPConnector(
            ssl=tls,
            resolver=_Guarded(guard),
            use_dns_cache=False,  # each connection is checked by what its name stands for then
            happy_eyeballs_delay=None,  # one after the other, in the guard's order
            socket_factory=self._socket,
            limit=0,  # whoever calls says how much goes on at once
            keepalive_timeout=KEPT_OPEN_SECONDS,
        )
        self.session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=("Content-Type",),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
        )

    @contextlib.contextmanager
    def busy(self) -> Iterator[bool]:
        """One request is under way; the value says whether enough connections are idle beside it."""
        self._busy += 1
        try:
            yield self._has_many_idle()
        finally:
            self._busy -= 1

    def _has_many_idle(self) -> bool:
        most = KEPT_OPEN + self._busy
        if len(self._sockets) > most:  # those that were closed meanwhile are only now worth a look
            self._sockets = {each for each in self._sockets if each.fileno() != -1}
        return len(self._sockets) > most

    def _socket(self, target: aiohttp.AddrInfoType) -> socket.socket:
        """The last thing before a connection is made, whatever was thought of the address further up."""
        if not _is_one_of(str(target[4][0]), _checked.get()):
            raise AddressRefused("private")
        opened = self._network(target)
        self._sockets.add(opened)
        return opened


class _Guarded(AbstractResolver):
    """Names stand for the addresses the guard has checked, and for nothing else."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        targets = (await loop.run_in_executor(_LOOK_UPS, self._guard.targets, host, port))[:MOST_TARGETS]
        _checked.set(tuple(targets))
        return [
            ResolveResult(hostname=host, host=target, port=port, family=family, proto=0, flags=0) for target in targets
        ]

    async def close(self) -> None:
        """Nothing is kept."""


def _open(target: aiohttp.AddrInfoType) -> socket.socket:
    family, kind, protocol, *_rest = target
    return socket.socket(family, kind, protocol)


def _is_one_of(target: str, checked: tuple[str, ...]) -> bool:
    """Whether it is the same address as one of them, however either is written."""
    known = ipaddress.ip_address(target)
    for each in checked:
        with contextlib.suppress(ValueError):  # a name
            if ipaddress.ip_address(each) == known:
                return True
    return False
