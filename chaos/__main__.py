"""`make chaos` and `make chaos-small`: the exit status is the verdict, the last line its figures."""

import argparse
import fcntl
import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from chaos.grounds import NoGround, own_ground, running_ground
from chaos.plans import FULL, SMALL, Plan
from launch.cluster import PostgresError
from launch.files import data_folder, make_data_folder

if TYPE_CHECKING:
    from chaos.running import Report

UNABLE = 2
"""Exit status of a run that could not take place."""
SHOWN = 20
"""Faults that are listed one by one."""


def main() -> int:
    arguments = _arguments()
    plan = _plan(SMALL if arguments.running else FULL, arguments)
    var = data_folder() if arguments.running else data_folder() / "chaos"
    try:
        with ExitStack() as stack:
            if not arguments.running:
                make_data_folder(var)
                stack.enter_context(_only_run(var))
            say(_begins(plan, var, running=arguments.running))
            ground = stack.enter_context(
                running_ground(var, seed=plan.seed)
                if arguments.running
                else own_ground(var, workers=plan.workers, seed=plan.seed)
            )
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "infra24.config.settings")
            import django

            django.setup()
            # It sets a level of its own, and would complain of every fall of the database.
            logging.getLogger("psycopg").setLevel(logging.ERROR)
            from chaos.running import run

            report = run(plan, ground, say=say)
    except (NoGround, PostgresError) as problem:
        print(problem, file=sys.stderr)
        return UNABLE
    print(_told(report, plan))
    print(report.verdict.line)
    return 0 if report.verdict.is_clean else 1


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


def _begins(plan: Plan, var: Path, *, running: bool) -> str:
    where = f"the installation that runs on {var}" if running else f"a database of its own in {var}"
    return (
        f"{plan.facts:,} facts, {plan.faults:.0%} faults, {plan.kills} kills and {plan.restarts} restarts"
        f" of PostgreSQL, in {where}"
    )


def _told(report: "Report", plan: Plan) -> str:
    """Everything but the last line."""
    counts = report.sink
    faults = ", ".join(f"{name} {times:,}" for name, times in counts["faults"].items())
    ends = "\n".join(f"  {times:>8,}  {end}" for end, times in sorted(report.verdict.ends.items()))
    lines = [
        f"\n{report.kills} kills struck {report.lost_tries:,} tries under way; {report.restarts} restarts"
        f" of PostgreSQL; {report.seconds:.0f} s in all (seed {plan.seed})",
        f"The sink received {counts['received']:,}: {counts['effects']:,} effects, {counts['repeats']:,} repeats"
        f" without one; faults: {faults or 'none'}",
        f"How deliveries ended:\n{ends}",
    ]
    for title, found in (
        ("Lost", report.verdict.lost),
        ("Doubled", report.verdict.doubled),
        ("Inverted", report.verdict.inverted),
    ):
        if found:
            lines.append(f"{title}:")
            lines += [f"  {one}" for one in found[:SHOWN]]
            lines += [f"  … and {len(found) - SHOWN:,} more"] if len(found) > SHOWN else []
    return "\n".join(lines)


@contextmanager
def _only_run(var: Path) -> Iterator[None]:
    """Raises NoGround when another run uses the data folder."""
    with (var / "chaos.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NoGround(f"Another run uses {var}. Wait for it, or choose another folder: INFRA24_VAR=…") from None
        yield


def _plan(plan: Plan, arguments: argparse.Namespace) -> Plan:
    given = {each.name: getattr(arguments, each.name, None) for each in fields(Plan)}
    return replace(plan, **{name: value for name, value in given.items() if value is not None})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--running", action="store_true", help="strike the installation that runs on the data folder")
    for name, about in (
        ("facts", "to be delivered"),
        ("kills", "of workers, with SIGKILL"),
        ("restarts", "of PostgreSQL, ended at once"),
        ("workers", "that deliver; those of a running installation are its own"),
        ("bookings", "that go to the CRM"),
        ("holds", "that a timer ends"),
        ("seed", "of everything random"),
    ):
        parser.add_argument(f"--{name}", type=int, help=about)
    parser.add_argument("--faults", type=float, help="share of requests that fail, such as 0.2")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
