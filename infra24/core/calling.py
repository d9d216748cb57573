"""HTTP to addresses that people typed: what `core.guarding` checked is what the connection goes to.

The check sits where connections are made, below HTTP. So name, SNI, certificate and `Host` stay those of the
address, and a connection that is kept open is only ever used for the name it was made for.
"""

import asyncio
import ssl
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from weakref import WeakKeyDictionary

import httpcore

from infra24.core.guarding import AddressRefused, Guard

KEPT_OPEN = 200
"""Idle connections of one loop."""
KEPT_OPEN_SECONDS = 20.0
CONNECT_SECONDS = 5.0

_LOOK_UPS = ThreadPoolExecutor(16, thread_name_prefix="names")
"""Names are looked up beside the loop, and apart from its other threads: one that hangs holds up none of those."""


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

    Redirects are not followed, and no proxy of the environment is asked.
    """

    def __init__(
        self,
        *,
        patience: timedelta,
        most_read: int,
        user_agent: str,
        tls: ssl.SSLContext | None = None,
        network: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._patience, self._most_read, self._user_agent = patience, most_read, user_agent
        self._tls = tls or ssl.create_default_context()
        self._network = network or httpcore.AnyIOBackend()
        self._pools: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Guard, httpcore.AsyncConnectionPool]] = (
            WeakKeyDictionary()
        )

    async def post(self, address: str, body: bytes, *, headers: Mapping[str, str], guard: Guard) -> Answer:
        """Raises CallFailed, also when the whole of it takes longer than our patience."""
        try:
            guard.check(address)
            async with asyncio.timeout(self._patience.total_seconds()):
                return await self._post(address, body, headers, self._pool(guard))
        except AddressRefused as error:
            raise CallFailed("refused") from error
        except (TimeoutError, httpcore.TimeoutException) as error:
            raise CallFailed("timeout") from error
        except httpcore.ConnectError as error:
            raise CallFailed("tls" if _is_about_tls(error) else "connect") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            raise CallFailed("broken") from error

    async def _post(
        self, address: str, body: bytes, headers: Mapping[str, str], pool: httpcore.AsyncConnectionPool
    ) -> Answer:
        url = httpcore.URL(address.partition("#")[0])
        more = {
            "Host": address.split("/")[2].partition("?")[0],
            "User-Agent": self._user_agent,
            "Accept": "*/*",
            # Nothing packed: little of it could become very much.
            "Accept-Encoding": "identity",
            "Content-Length": str(len(body)),
        }
        timeout = {"connect": CONNECT_SECONDS, "read": None, "write": None, "pool": None}
        sent = [(name.encode(), value.encode()) for name, value in (more | dict(headers)).items()]
        async with pool.stream("POST", url, headers=sent, content=body, extensions={"timeout": timeout}) as response:
            told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            return Answer(response.status, told, await self._read(response))

    async def _read(self, response: httpcore.Response) -> bytes:
        """As much as is wanted; the connection is closed if there is more."""
        read = bytearray()
        async for piece in response.aiter_stream():
            read += piece
            if len(read) >= self._most_read:
                break
        return bytes(read[: self._most_read])

    def _pool(self, guard: Guard) -> httpcore.AsyncConnectionPool:
        pools = self._pools.setdefault(asyncio.get_running_loop(), {})
        if guard not in pools:
            pools[guard] = httpcore.AsyncConnectionPool(
                ssl_context=self._tls,
                max_connections=None,  # whoever calls says how much goes on at once
                max_keepalive_connections=KEPT_OPEN,
                keepalive_expiry=KEPT_OPEN_SECONDS,
                network_backend=_Guarded(guard, self._network),
            )
        return pools[guard]


class _Guarded(httpcore.AsyncNetworkBackend):
    """Connects to addresses the guard has checked, and to nothing else."""

    def __init__(self, guard: Guard, network: httpcore.AsyncNetworkBackend) -> None:
        self._guard, self._network = guard, network

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        until = time.monotonic() + (timeout or CONNECT_SECONDS)
        loop = asyncio.get_running_loop()
        targets = await loop.run_in_executor(_LOOK_UPS, self._guard.targets, host, port)
        failed: Exception = httpcore.ConnectError()
        for target in targets[:3]:
            left = until - time.monotonic()
            if left <= 0:
                raise httpcore.ConnectTimeout from failed
            try:
                return await self._network.connect_tcp(target, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed

    async def connect_unix_socket(self, *_path: Any, **_options: Any) -> httpcore.AsyncNetworkStream:
        raise httpcore.UnsupportedProtocol("no socket files")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def _is_about_tls(error: BaseException) -> bool:
    """Whether somewhere below lies a failed handshake: a certificate that does not fit, for one."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
