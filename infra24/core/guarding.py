"""Calling addresses that people typed, without being sent into our own network.

A name is looked up once, every address it stands for is checked, and the
connection goes to one that was checked, so that it cannot be another one a
moment later. What an address looks like decides little: only what it leads to.
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

LONGEST_ADDRESS = 2000
"""Characters."""

Resolver = Callable[[str, int], Sequence[str]]
"""The addresses a name stands for at this moment. Raises OSError or UnicodeError when there are none."""
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

NOT_OURS_TO_CALL: Final[tuple[Network, ...]] = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",
        "100.64.0.0/10",  # behind a provider's translator
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, and where clouds keep credentials
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
        "::/96",  # unspecified, loopback, and IPv4 in the first way it was embedded
        "64:ff9b::/96",  # IPv4 behind a translator
        "64:ff9b:1::/48",
        "100::/64",  # discard
        "2001::/23",  # protocols, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)
_GLOBAL = ipaddress.ip_network("2000::/3")
"""All of IPv6 that is given out to be reached from anywhere."""
_INSIDE_NAMES = ("localhost", "localdomain", "local", "internal", "intranet", "lan", "home.arpa")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)+", re.IGNORECASE)


class AddressRefused(Exception):
    """This address is not called. `code` is `malformed`, `scheme`, `port`, `userinfo`, `private` or `unknown`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def look_up(host: str, port: int) -> list[str]:
    """What the system's resolver says. Waits for it."""
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True)
class Guard:
    """What may be called. `inside` names servers (`http://10.0.0.5:8080`) that may be although they are not public."""

    schemes: tuple[str, ...] = ("https",)
    ports: tuple[int, ...] | None = None
    """None: any."""
    inside: tuple[str, ...] = ()
    resolve: Resolver = look_up

    def check(self, address: str) -> SplitResult:
        """The parts of an address, if it may be kept. Raises AddressRefused for what need not even be looked up."""
        try:
            parts = urlsplit(address)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise AddressRefused("malformed") from None
        # What two readers of an address might read differently is no address to us.
        if len(address) > LONGEST_ADDRESS or not address.isascii() or re.search(r"[\s\\\x00-\x20\x7f]", address):
            raise AddressRefused("malformed")
        if parts.username is not None or parts.password is not None or "@" in parts.netloc:
            raise AddressRefused("userinfo")
        if self.is_inside(address):
            return parts
        if parts.scheme not in self.schemes:
            raise AddressRefused("scheme")
        if port == 0 or (self.ports is not None and (port or default_port(parts.scheme)) not in self.ports):
            raise AddressRefused("port")
        _check_host(host)
        return parts

    def targets(self, host: str, port: int) -> list[str]:
        """Where a connection to the host may go, the likeliest first: every address it stands for at this moment.

        Raises AddressRefused: `unknown` when it stands for nothing, `private`
        when a single one of its addresses is not in the open.
        """
        try:
            found = set(self.resolve(host, port))
        except (OSError, UnicodeError):
            raise AddressRefused("unknown") from None
        if not found:
            raise AddressRefused("unknown")
        if not self._names(host, port) and not all(is_public(address) for address in found):
            raise AddressRefused("private")
        # IPv4 first: more servers reach it.
        return sorted(found, key=lambda address: (":" in address, address))

    def is_inside(self, address: str) -> bool:
        """Whether the address is on a server that may be called although it is not public."""
        parts = urlsplit(address)
        return f"{parts.scheme}://{parts.netloc}" in self.inside

    def _names(self, host: str, port: int) -> bool:
        """Whether this server is among those that may be inside."""
        servers = map(urlsplit, self.inside)
        return any((one.hostname, one.port or default_port(one.scheme)) == (host, port) for one in servers)


def default_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def is_public(address: str) -> bool:
    """Whether an IP address is one that anybody may be called at. What is no address is not."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(known, ipaddress.IPv6Address):
        if known.scope_id is not None:
            return False
        if known.ipv4_mapped is not None:
            return is_public(str(known.ipv4_mapped))
        if known not in _GLOBAL:
            return False
    denied = any(known.version == network.version and known in network for network in NOT_OURS_TO_CALL)
    return not denied and known.is_global


def _check_host(host: str) -> None:
    """Raises AddressRefused for a private address and for a name that only our own network could know."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        if not is_public(host):
            raise AddressRefused("private")
        return
    # Some readers take 2130706433, 0x7f.1 and 127.1 for addresses, others for names.
    if not _HOST.fullmatch(host) or _NUMBER.fullmatch(host.rpartition(".")[2]):
        lonely = re.fullmatch(r"[a-z0-9-]+", host) and not _NUMBER.fullmatch(host)
        raise AddressRefused("private" if lonely else "malformed")
    if host.endswith(tuple(f".{name}" for name in _INSIDE_NAMES)):
        raise AddressRefused("private")
