"""Killed when the bookings are written and the rest is not: nothing of it is there, and asked again it is done once."""

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from tests import make
from tests.database import TestDatabase
from tests.invariants.copies import pointing_at
from tests.invariants.killing import Web, kill_postmaster, private_server
from tests.invariants.midway import PATIENCE, Asked, Bulk, NewSeries, Skipped, midway, nobody_writes, written
from tests.invariants.verifying import verify
from tests.outbox.process import let_leases_run_out, worker
from tests.running import until

pytestmark = pytest.mark.django_db(transaction=True)
ASKED: Sequence[type[Bulk | NewSeries]] = (Bulk, NewSeries)
TIMES = pytest.mark.parametrize("times", [2, pytest.param(20, marks=pytest.mark.prove)])


@TIMES
def test_many_rows_asked_for_are_all_there_or_none_though_the_web_server_is_killed(
    database: TestDatabase, times: int
) -> None:
    _prove_asked(database, lambda web: web.kill(), times)


@TIMES
def test_many_rows_asked_for_are_all_there_or_none_though_postgresql_is_killed(
    tmp_path_factory: pytest.TempPathFactory, database: TestDatabase, times: int
) -> None:
    with private_server(tmp_path_factory.mktemp("server"), database) as private, pointing_at(private.app):
        _prove_asked(private, lambda web: kill_postmaster(private, web), times)


@pytest.mark.parametrize("times", [1, pytest.param(20, marks=pytest.mark.prove)])
def test_skipped_dates_are_all_booked_or_none_though_the_worker_is_killed(
    database: TestDatabase, tmp_path: Path, times: int
) -> None:
    cast = make.cast()
    demo = {"INFRA24_DEMO": "1", "INFRA24_VAR": str(tmp_path)}
    tables = _places(Skipped.tables)
    for _ in range(times):
        work = Skipped(cast)
        before = written(cast)
        with ExitStack() as workers:
            starts = partial(workers.enter_context, worker(database, tmp_path / "worker.log", **demo))
            with midway(database, next(tables), starts) as begun:
                process = begun()
                process.kill()
                process.wait()
        until(lambda: nobody_writes(database), "PostgreSQL notices", PATIENCE)
        assert written(cast) == before
        let_leases_run_out(cast.house)
        with worker(database, tmp_path / "worker.log", **demo):
            until(work.is_done, "the dates are booked", PATIENCE)
    _is_clean(database)


def _prove_asked(database: TestDatabase, kill: Callable[[Web], None], times: int) -> None:
    cast = make.cast()
    token = make.token(cast.alice)
    tables = {kind: _places(kind.tables) for kind in ASKED}
    web = Web(database)
    web.start()
    try:
        for kind in itertools.islice(itertools.cycle(ASKED), times):
            work = kind(cast, token)
            before = written(cast)
            with midway(database, next(tables[kind]), partial(work.ask, web.address)) as begun:
                kill(web)
                assert begun() not in {200, 201}
            until(lambda: nobody_writes(database), "PostgreSQL notices", PATIENCE)
            assert written(cast) == before
            if not web.is_up:
                web.start()
            until(partial(_is_told_so, work, web), "the client is answered", PATIENCE)
            assert work.is_done()
    finally:
        web.kill()
    _is_clean(database)


def _is_told_so(work: Asked, web: Web) -> bool:
    return work.ask(web.address) in {200, 201}


def _places(tables: Sequence[str]) -> Iterator[str]:
    """Where one is stopped after the other: at the last table first, then at any of them."""
    yield tables[-1]
    while True:
        yield random.choice(tables)  # noqa: S311 - no secret


def _is_clean(database: TestDatabase) -> None:
    done = verify(database)
    assert (done.returncode, done.stdout.splitlines()[-1].split()[1]) == (0, "violations=0"), done.stdout + done.stderr
