"""What may not be called is not called, however it is written and whatever its name stands for."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from infra24.core.calling import Caller, CallFailed
from infra24.core.guarding import AddressRefused, Guard, is_public, look_up
from tests.webhooks.receiver import Receiver, receiving

PUBLIC = "93.184.216.34"
WRITTEN = (
    # No web address, or one that two readers might read differently
    "",
    "hooks.example.org",
    "//hooks.example.org/",
    "https://",
    "https:///path",
    "https:hooks.example.org",
    "ftp://hooks.example.org/",
    "file:///etc/passwd",
    "gopher://hooks.example.org/",
    "javascript:alert(1)",
    "data:text/plain,x",
    "https://hooks.example.org:99999/",
    "https://hooks.example.org:-1/",
    "https://hooks.example.org:0/",
    "https://hooks.example.org:x/",
    "https://hooks exa.org/",
    "https://hooks.example.org\\@127.0.0.1/",
    "https://hooks.example.org\t/",
    "https://hooks.example.org/\r\nHost: 127.0.0.1",
    "https://hooks.example.org/\x00",
    " https://hooks.example.org/",
    "https://[::1/",
    "https://hooks..example.org/",
    "https://-hooks.example.org-/",
    "https://127%2e0%2e0%2e1/",
    "https://%31%32%37.0.0.1/",
    "https://hooks.example.org/" + "x" * 2000,
    # Without encryption
    "http://hooks.example.org/",
    "http://127.0.0.1/",
    # Somebody in front of the name
    "https://user@hooks.example.org/",
    "https://user:secret@hooks.example.org/",
    "https://hooks.example.org@127.0.0.1/",
    "https://127.0.0.1@hooks.example.org/",
    "https://@hooks.example.org/",
    # Other doors of a server
    "https://hooks.example.org:22/",
    "https://hooks.example.org:25/",
    "https://hooks.example.org:80/",
    "https://hooks.example.org:5432/",
    "https://hooks.example.org:6379/",
    # IPv4
    "https://0.0.0.0/",
    "https://0.1.2.3/",
    "https://10.0.0.1/",
    "https://100.64.0.1/",
    "https://100.127.255.254/",
    "https://127.0.0.1/",
    "https://127.255.255.254/",
    "https://169.254.169.254/latest/meta-data/",
    "https://172.16.0.1/",
    "https://172.31.255.255/",
    "https://192.0.0.1/",
    "https://192.0.2.1/",
    "https://192.88.99.1/",
    "https://192.168.0.1/",
    "https://198.18.0.1/",
    "https://198.19.255.255/",
    "https://198.51.100.1/",
    "https://203.0.113.1/",
    "https://224.0.0.1/",
    "https://239.255.255.255/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    # The same, written for readers that are too kind
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0x0.0x0.0x1/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://127.1/",
    "https://127.0.1/",
    "https://0/",
    "https://00000127.0.0.1/",
    "https://127.0.0.1./",
    "https://127.0.0.01/",
    "https://3232235777/",
    "https://0xa9fea9fe/",
    "https://①②⑦.⓪.⓪.①/",
    "https://127。0。0。1/",
    # IPv6
    "https://[::]/",
    "https://[::1]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[::ffff:a9fe:a9fe]/",
    "https://[::127.0.0.1]/",
    "https://[::8.8.8.8]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b::808:808]/",
    "https://[64:ff9b:1::1]/",
    "https://[100::1]/",
    "https://[2001::1]/",
    "https://[2001:db8::1]/",
    "https://[2002:7f00:1::]/",
    "https://[2002:808:808::1]/",
    "https://[3fff::1]/",
    "https://[5f00::1]/",
    "https://[fc00::1]/",
    "https://[fd12:3456::1]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    # Names only our own network knows
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost./",
    "https://a.localhost/",
    "https://printer.local/",
    "https://metadata.google.internal/",
    "https://nas.lan/",
    "https://router.home.arpa/",
    "https://localhost.localdomain/",
    "https://metadata/",
    "https://intranet/",
    "https://hooks.example.org./",
    "https://bücher.example/",
    "https://ｌｏｃａｌｈｏｓｔ/",
)
STANDS_FOR = (
    ["127.0.0.1"],
    ["10.1.2.3"],
    ["169.254.169.254"],
    ["0.0.0.0"],  # noqa: S104 - an address to refuse
    ["::1"],
    ["::"],
    ["fe80::1%eth0"],
    ["fd00::1"],
    ["::ffff:127.0.0.1"],
    ["::ffff:192.168.1.1"],
    ["64:ff9b::a00:1"],
    ["2002:a00:1::1"],
    [PUBLIC, "127.0.0.1"],
    ["127.0.0.1", PUBLIC],
    [PUBLIC, "::1"],
    ["2606:2800:220:1::1", "fc00::1"],
    ["not an address"],
)


@pytest.fixture
def trap() -> Iterator[Receiver]:
    """A server on this machine, which nothing may reach."""
    with receiving() as receiver:
        yield receiver


def guard(resolve: Callable[[str, int], list[str]] = look_up, *ports: int) -> Guard:
    return Guard(ports=(443, *ports), resolve=resolve)


def call(address: str, within: Guard) -> int:
    caller = Caller(patience=timedelta(seconds=10), most_read=100, user_agent="test")
    return asyncio.run(caller.post(address, b"{}", headers={}, guard=within)).status


def test_there_are_enough_of_them() -> None:
    assert len(set(WRITTEN)) == len(WRITTEN) > 100


@pytest.mark.parametrize("address", WRITTEN)
def test_what_is_written_so_is_not_called(address: str) -> None:
    with pytest.raises(AddressRefused):
        guard().check(address)
    with pytest.raises(CallFailed, match="refused"):
        call(address, guard())


@pytest.mark.parametrize("addresses", STANDS_FOR, ids=" ".join)
def test_a_name_that_stands_for_something_private_is_not_called(addresses: list[str], trap: Receiver) -> None:
    within = guard(lambda host, port: addresses, trap.port)

    with pytest.raises(CallFailed, match="refused"):
        call(f"https://hooks.example.org:{trap.port}/", within)
    assert trap.got == []


def test_a_name_that_stands_for_nothing_is_not_called() -> None:
    def nobody(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    silent: list[str] = []
    resolvers: tuple[Callable[[str, int], list[str]], ...] = (nobody, lambda host, port: silent)
    for resolve in resolvers:
        with pytest.raises(AddressRefused) as refusal:
            guard(resolve).targets("hooks.example.org", 443)
        assert refusal.value.code == "unknown"


@pytest.mark.parametrize(
    "address",
    [
        "https://hooks.example.org",
        "https://hooks.example.org/a?b=c#d",
        "https://HOOKS.Example.org:443/",
        "https://xn--bcher-kva.example/",
        "https://hooks_1.example.org/@you",
        "https://1.example.org/",
        f"https://{PUBLIC}/",
        "https://[2606:2800:220:1:248:1893:25c8:1946]/",
        "https://[::ffff:93.184.216.34]/",
    ],
)
def test_good_ones_pass(address: str) -> None:
    parts = guard().check(address)

    assert guard(lambda host, port: [PUBLIC]).targets(parts.hostname or "", 443) == [PUBLIC]


def test_ipv4_is_tried_first() -> None:
    found = ["2606:2800:220:1::1", PUBLIC]

    assert guard(lambda host, port: found).targets("hooks.example.org", 443) == [PUBLIC, "2606:2800:220:1::1"]


def test_a_server_inside_may_be_named_by_the_operator_and_that_one_alone(trap: Receiver) -> None:
    within = Guard(ports=(443,), inside=(trap.address,))

    assert call(f"{trap.address}/hook", within) == 204
    assert [message.path for message in trap.got] == ["/hook"]
    for other in (f"http://127.0.0.1:{trap.port + 1}/", f"http://localhost:{trap.port}/", "http://127.0.0.1/"):
        with pytest.raises(CallFailed, match="refused"):
            call(other, within)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (PUBLIC, True),
        ("2606:2800:220:1::", True),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("fd00::1", False),
        ("fe80::1%eth0", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("4000::1", False),
        ("example.org", False),
        ("", False),
    ],
)
def test_which_addresses_are_in_the_open(address: str, expected: bool) -> None:
    assert is_public(address) is expected
