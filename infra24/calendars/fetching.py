"""Reading a calendar from an address somebody typed, without being sent into our own network.

The name is looked up once and the connection goes to the address that was
checked, so that it cannot be another one a moment later. Redirects are
followed a few steps, each checked alike. Addresses are secrets and appear in no log.
"""

import time
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import httpx
from django.conf import settings
from django.utils.translation import gettext as _

from infra24.calendars.errors import FeedAddressRefused
from infra24.calendars.services.reading import MOST_BYTES
from infra24.core.guarding import AddressRefused, Guard, default_port

TIMEOUT = httpx.Timeout(10, connect=5)
"""Seconds, for each step."""
PATIENCE_SECONDS = 20.0
"""For all of it: a server may send a byte every nine seconds."""
MOST_REDIRECTS = 3


class FetchFailed(Exception):
    """Nothing was read; the argument is the sentence the calendar's owner sees."""


@dataclass(frozen=True)
class Fetched:
    """What came back; no data when it is as it was."""

    data: bytes | None
    etag: str


def checked_address(text: str) -> str:
    """An address as it is kept: `webcal:` is https. Raises FeedAddressRefused for what is no address."""
    address = text.strip()
    if address.lower().startswith("webcal://"):
        address = "https://" + address[len("webcal://") :]
    if address.lower().startswith("webcals://"):
        address = "https://" + address[len("webcals://") :]
    try:
        _guard().check(address)
    except AddressRefused as error:
        raise FeedAddressRefused(fields={"address": _(FeedAddressRefused().title)}) from error
    return address


def fetch(address: str, *, etag: str = "") -> Fetched:
    """The file at an address, at most 5 MB. Call it outside any transaction. Raises FetchFailed."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        for _step in range(MOST_REDIRECTS + 1):
            with httpx.Client(timeout=TIMEOUT, trust_env=False, follow_redirects=False) as client:
                request = _request(client, address, etag)
                response = client.send(request, stream=True)
                try:
                    if response.status_code in {301, 302, 303, 307, 308}:
                        address = urljoin(address, response.headers.get("Location", ""))
                        continue
                    return _read(response, deadline)
                finally:
                    response.close()
        raise FetchFailed(_("The address leads from one place to another without an end."))
    except httpx.TimeoutException as error:
        raise FetchFailed(_("The calendar's server did not answer in time.")) from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        raise FetchFailed(_("The calendar's server could not be reached.")) from error


def _request(client: httpx.Client, address: str, etag: str) -> httpx.Request:
    """A request to the very address that was checked, under the name that was asked for."""
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise FetchFailed(_("The address leads to something else than a web server."))
    port = parts.port or default_port(parts.scheme)
    target = _target(address, parts.hostname, port)
    host = f"[{target}]" if ":" in target else target
    named = parts.hostname if parts.port is None else f"{parts.hostname}:{parts.port}"
    headers = {
        "Host": named,
        "Accept": "text/calendar, text/plain;q=0.5, */*;q=0.1",
        # Nothing packed: little of it could become very much.
        "Accept-Encoding": "identity",
        "User-Agent": "Infra24 (calendar reader)",
    }
    if etag:
        headers["If-None-Match"] = etag
    path = parts.path or "/"
    url = f"{parts.scheme}://{host}:{port}{path}{'?' + parts.query if parts.query else ''}"
    return client.build_request("GET", url, headers=headers, extensions={"sni_hostname": parts.hostname})


def _read(response: httpx.Response, deadline: float) -> Fetched:
    if response.status_code == 304:
        return Fetched(None, response.headers.get("ETag", "")[:200])
    if response.status_code in {401, 403, 404, 410}:
        raise FetchFailed(
            _("The calendar is no longer at this address (status %(status)s). Connect it anew.")
            % {"status": response.status_code}
        )
    if response.status_code != 200:
        raise FetchFailed(
            _("The calendar's server has trouble (status %(status)s).") % {"status": response.status_code}
        )
    if response.headers.get("Content-Encoding", "identity").lower() not in {"", "identity"}:
        raise FetchFailed(_("The calendar's server sends it packed, which was not asked for."))
    data = bytearray()
    for piece in response.iter_raw():
        data += piece
        if len(data) > MOST_BYTES:
            raise FetchFailed(_("The calendar is larger than 5 MB."))
        if time.monotonic() > deadline:
            raise FetchFailed(_("The calendar's server did not answer in time."))
    return Fetched(bytes(data), response.headers.get("ETag", "")[:200])


def _target(address: str, host: str, port: int) -> str:
    """The IP address to connect to. Raises FetchFailed."""
    guard = _guard()
    try:
        guard.check(address)
        return guard.targets(host, port)[0]
    except AddressRefused as error:
        if error.code == "unknown":
            raise FetchFailed(_("There is no server of this name.")) from error
        raise FetchFailed(_("The address leads into a private network.")) from error


def _guard() -> Guard:
    return Guard(schemes=("http", "https"), inside=tuple(settings.FEED_ADDRESSES))
