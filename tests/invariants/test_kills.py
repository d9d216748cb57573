"""Web and PostgreSQL killed in the middle of whatever clients do: each request happened whole, or it did not."""

import random
import time
from collections import Counter
from collections.abc import Sequence

import pytest

from infra24.bookings.models import Booking, BulkRun, Occurrence
from infra24.facts.models import Fact
from infra24.orgs.models import AuditEntry, Organisation
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.database import TestDatabase
from tests.invariants.copies import pointing_at
from tests.invariants.killing import PATIENCE, Strike, Web, kill_backends, kill_postmaster, kill_web, private_server
from tests.invariants.traffic import Kind, Sent, Traffic, book, bookings_made, move, repeat, shift
from tests.invariants.verifying import verify
from tests.running import until

pytestmark = pytest.mark.django_db(transaction=True)
KINDS: Sequence[Kind] = (book, book, move, repeat, shift)
"""What clients do; whoever adds an operation that writes many rows adds it here."""


@pytest.mark.parametrize(
    ("strikes", "kills"),
    [
        pytest.param((kill_backends, kill_web), 5, id="5"),
        pytest.param((kill_web,), 20, id="web-20", marks=pytest.mark.prove),
        pytest.param((kill_backends,), 20, id="backends-20", marks=pytest.mark.prove),
    ],
)
def test_each_request_happens_or_does_not(database: TestDatabase, strikes: Sequence[Strike], kills: int) -> None:
    _prove(database, strikes, kills)


@pytest.mark.prove
def test_each_request_happens_or_does_not_though_postgresql_dies(
    tmp_path_factory: pytest.TempPathFactory, database: TestDatabase
) -> None:
    with private_server(tmp_path_factory.mktemp("server"), database) as private, pointing_at(private.app):
        _prove(private, (kill_postmaster,), 20)


def _prove(database: TestDatabase, strikes: Sequence[Strike], kills: int) -> None:
    cast = make.cast()
    rooms = [str(make.resource(cast.house).pk) for _number in range(4)]
    web = Web(database)
    web.start()
    try:
        traffic = Traffic(web.address, make.token(cast.alice), rooms, KINDS)
        with traffic.flowing():
            for number in range(kills):
                _flows(traffic)
                time.sleep(random.uniform(0, 0.3))  # noqa: S311 - no secret
                strikes[number % len(strikes)](database, web)
            _flows(traffic)
        traffic.settle()
    finally:
        web.kill()
    _judge(cast.house, traffic)
    done = verify(database)
    assert (done.returncode, done.stdout.splitlines()[-1].split()[1]) == (0, "violations=0"), done.stdout + done.stderr


def _flows(traffic: Traffic) -> None:
    """Wait until clients are answered again, so that the next kill meets them at work."""
    wanted = traffic.answered + 10
    until(lambda: traffic.answered >= wanted, "clients are answered", PATIENCE)


def _judge(house: Organisation, traffic: Traffic) -> None:
    """Every booking that was answered is there once, with its history, and no other is."""
    with acting_for(house.pk):
        titles = Counter(Booking.objects.values_list("title", flat=True))
        told = Counter(map(str, Fact.objects.filter(type="booking.changed").values_list("subject_id", flat=True)))
        written = Counter(
            map(str, AuditEntry.objects.filter(action="booking.change").values_list("subject_id", flat=True))
        )
        begun = AuditEntry.objects.filter(action="booking.create").count()
        runs, dates = BulkRun.objects.count(), Occurrence.objects.count()
    made = [one for one in traffic.sent if one.status == 201]
    bulks = [one for one in traffic.sent if one.path == "/api/bookings/bulk"]
    moves = [one for one in traffic.sent if one.method == "PATCH"]
    assert titles == Counter({one.body["title"]: len(bookings_made(one)) for one in made})
    assert begun == titles.total()
    assert dates == sum(len(one.told.get("dates", ())) for one in made)
    assert runs == sum(one.status == 200 for one in bulks)
    assert told == written
    # What became of many is known, for clients ask again; of a single move whose answer was lost it is not.
    together = Counter(item["id"] for one in bulks if one.told for item in one.told["items"] if item["outcome"] == "ok")
    sent, done = _by_booking(moves), _by_booking([one for one in moves if one.status == 200])
    assert all(done[each] + together[each] <= told[each] <= sent[each] + together[each] for each in told | sent)
    assert told.total() >= done.total() + together.total() > together.total() > 0
    assert {one.status for one in traffic.sent if one.method == "POST"} == {200, 201, 409}, traffic.counts()


def _by_booking(moves: Sequence[Sent]) -> Counter[str]:
    return Counter(one.path.rpartition("/")[2] for one in moves)
