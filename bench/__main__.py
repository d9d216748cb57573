"""`make bench`: the running product under load, beside what the database alone can do.

Two databases, of 10,000 and of 1,000,000 bookings, each with a web server as in
production. In every round each kind of request is measured on both, through
HTTP and by pgbench, one after the other, so that whatever else the machine does
falls on all alike; what counts are the ratios within a run. The first run makes
the databases, which takes one to two minutes; they stay in the data folder.
"""

import argparse
import dataclasses
import json
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from bench import deliveries
from bench.callers import KINDS
from bench.clients import LoadFailed
from bench.costs import Machine
from bench.databases import Busy, only_bench
from bench.floor import NoFloor
from bench.inside import NotAnswered
from bench.report import Results, as_json, as_text, deliveries_as_text
from bench.stand import postmaster_of, standing
from bench.web import NoServer
from chaos.grounds import NoGround
from launch import postgres
from launch.bootstrap import step
from launch.cluster import PostgresError
from launch.files import data_folder, make_data_folder

LIMIT_SECONDS = 285
"""A round that would end later is left out."""


def main() -> int:
    wanted = _arguments()
    var = data_folder() / "bench"
    make_data_folder(var)
    try:
        with ExitStack() as stack:
            stack.enter_context(only_bench(var))
            stack.callback(postgres.stop, var)
            url = postgres.start(var)
            found = [
                part(url, var, wanted)
                for name, part in (("requests", _requests), ("deliveries", _deliveries))
                if wanted.only in (None, name)
            ]
    except (Busy, NoServer, NoFloor, NotAnswered, LoadFailed, NoGround, PostgresError) as problem:
        print(problem, file=sys.stderr)
        return 1
    return max(found)


def _requests(url: str, var: Path, wanted: argparse.Namespace) -> int:
    """The web under load. 1 when it answered what was not expected."""
    began = time.monotonic()
    with ExitStack() as stack:
        stands = {}
        for size in wanted.bookings:
            with step(f"{size:,} bookings, and a web server"):
                stands[size] = stack.enter_context(standing(url, var, size))
        rounds, before = 0, Machine.now(postmaster_of(var))
        while rounds < wanted.rounds:
            round_began = time.monotonic()
            with step(f"Round {rounds + 1} of {wanted.rounds}"):
                for kind in KINDS:
                    for stand in stands.values():
                        stand.measure(kind, seconds=wanted.seconds)
            rounds += 1
            now = time.monotonic()
            if now + (now - round_began) > began + LIMIT_SECONDS:
                break
        others = Machine.now(postmaster_of(var)).taken_by_others(since=before)
        results = Results({size: dict(stand.rows) for size, stand in stands.items()}, others)
    print(as_text(results))
    wanted.json.write_text(as_json(results))
    whole = time.monotonic() - began
    print(f"\n{rounds} rounds of {wanted.seconds:g} s, {whole:.0f} s in all. Also as JSON: {wanted.json}")
    return 1 if any(row.load.refused for rows in results.rows.values() for row in rows.values()) else 0


def _deliveries(url: str, var: Path, wanted: argparse.Namespace) -> int:
    """Webhooks, from the commit to their arrival."""
    began, before = time.monotonic(), Machine.now(postmaster_of(var))
    with step("Deliveries"):
        found = deliveries.measure(
            url, var, seconds=wanted.delivery_seconds, facts=wanted.facts, settled=tuple(wanted.settled)
        )
    others = Machine.now(postmaster_of(var)).taken_by_others(since=before)
    print(deliveries_as_text(found, others))
    file = wanted.json.with_name("deliveries.json")
    file.write_text(json.dumps({"taken_by_others": others, **dataclasses.asdict(found)}, indent=2))
    print(f"\n{time.monotonic() - began:.0f} s in all. Also as JSON: {file}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--bookings", type=int, nargs="+", default=[10_000, 1_000_000], help="sizes to compare")
    parser.add_argument("--only", choices=["requests", "deliveries"], help="half of it")
    parser.add_argument("--facts", type=int, default=20_000, help="that wait when the rate of deliveries is measured")
    parser.add_argument("--settled", type=int, nargs="+", default=list(deliveries.SETTLED), help="deliveries done with")
    parser.add_argument("--delivery-seconds", type=float, default=20.0, help="of each measurement of deliveries")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement in a round")
    parser.add_argument(
        "--json", type=Path, default=data_folder() / "bench" / "bench.json", help="where the figures go"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
