"""`make bench-pages`: how soon the staff calendar can be used, in a real browser on the running product.

Two houses: a gallery of 60 rooms with 1,000 bookings in a week, and a campus of 500 rooms with 3,000. Each page is
opened several times by a browser that has nothing cached, and the median counts. Below stand the requests the calendar
lives by, one at a time: the feed of a week, what is free, and what changed. As with `make bench`, other programs on the
machine make all of it slower; how much of it they had is said.
"""

import argparse
import dataclasses
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode

import psycopg

from bench import filling
from bench.callers import Caller, Request
from bench.costs import Machine
from bench.databases import Busy, Database, cloned, only_bench
from bench.deliveries import percentile
from bench.inside import Inside, NotAnswered, look_inside
from bench.report import QUIET
from bench.stand import postmaster_of
from bench.visiting import NotDrawn, Opened, Scrolled, browser, open_calendar, scroll, signed_in, visitor
from bench.web import NoServer, environment, serving
from launch import postgres
from launch.bootstrap import step
from launch.cluster import PostgresError
from launch.files import CHECKOUT, data_folder, make_data_folder

GALLERY, GALLERY_ROOMS, GALLERY_EVENTS = filling.LARGE + 1, 60, 1_000
CAMPUS, CAMPUS_ROOMS, CAMPUS_EVENTS = filling.LARGE + 2, 500, 3_000
WEEK = filling.BUSY_WEEK
DAY = f"{WEEK:%Y-%m-%d}"
ROWS = Path(__file__).with_name("pages.sql")
PAGES = {
    "day grid, 60 rooms": f"/o/gallery/admin/calendar?view=day&date={DAY}",
    "timeline of a week, 60 rooms, 1,000 bookings": f"/o/gallery/admin/calendar?view=timeline-week&date={DAY}",
    "timeline of a week, 500 rooms, 3,000 bookings": f"/o/campus/admin/calendar?view=timeline-week&date={DAY}",
}
INTERACTIVE_MS = 1_500
"""Wanted of the first two."""
FRAME_MS = 50
"""A frame that takes longer is felt."""
STEPS, PIXELS = 240, 60
FEED_STATEMENTS, FEED_MS = 6, 150
ASKED = 40
"""Times each request is sent."""


@dataclass(frozen=True)
class Pages:
    """What a run found."""

    opened: dict[str, list[Opened]]
    scrolled: dict[str, Scrolled | None]
    requests: dict[str, Inside]
    others: float
    """Share of the machine that other programs had meanwhile."""


@dataclass
class Staff(Caller):
    """Alice of the house with that number."""

    @property
    def house(self) -> int:
        return self.number


def main() -> int:
    wanted = _arguments()
    var = data_folder() / "bench"
    make_data_folder(var)
    began = time.monotonic()
    try:
        with ExitStack() as stack:
            stack.enter_context(only_bench(var))
            stack.callback(postgres.stop, var)
            url = postgres.start(var)
            before = Machine.now(postmaster_of(var))
            with step("Two houses with calendars"):
                database = stack.enter_context(cloned(url, var, wanted.bookings))
                _fill(database)
            found = _measure(database, var, times=wanted.times)
            found = dataclasses.replace(found, others=Machine.now(postmaster_of(var)).taken_by_others(since=before))
    except (Busy, NoServer, NotAnswered, NotDrawn, PostgresError) as problem:
        print(problem, file=sys.stderr)
        return 1
    print(as_text(found))
    file = var / "pages.json"
    told = {name: {**dataclasses.asdict(one), "answer": None} for name, one in found.requests.items()}
    file.write_text(json.dumps({**dataclasses.asdict(found), "requests": told}, indent=2, default=str))
    print(f"\n{time.monotonic() - began:.0f} s in all. Also as JSON: {file}")
    return 0


def _fill(database: Database) -> None:
    hours = {day: [[f"{filling.OPENS:02}:00", f"{filling.CLOSES:02}:00"]] for day in filling.DAYS}
    values = {
        "gallery": GALLERY,
        "gallery_rooms": GALLERY_ROOMS,
        "gallery_events": GALLERY_EVENTS,
        "campus": CAMPUS,
        "campus_rooms": CAMPUS_ROOMS,
        "campus_events": CAMPUS_EVENTS,
        "week": WEEK,
        "hours": json.dumps({"schema": 1, "weekly": hours}),
    }
    with psycopg.connect(**database.owner) as connection, psycopg.ClientCursor(connection) as cursor:
        cursor.execute(ROWS.read_text(), values)


def _measure(database: Database, var: Path, *, times: int) -> Pages:
    # As behind a proxy in production, but for the address: a browser keeps secure cookies for https alone.
    told = {**environment(database), "INFRA24_BASE_URL": "http://localhost"}
    opened: dict[str, list[Opened]] = {name: [] for name in PAGES}
    scrolled: dict[str, Scrolled | None] = {}
    with ExitStack() as stack:
        with step("The product, and a browser"):
            _collect_static(told)
            web = stack.enter_context(serving(database, var / "log" / "web-pages.log", told=told))
            chromium = stack.enter_context(browser())
            base = f"http://localhost:{web.port}"
            sessions = {
                slug: signed_in(filling.identifier(filling.USER, house), told)
                for slug, house in (("gallery", GALLERY), ("campus", CAMPUS))
            }
        for name, path in PAGES.items():
            with step(name):
                for turn in range(times + 1):
                    with visitor(chromium, base, sessions[path.split("/")[2]]) as page:
                        found = open_calendar(page, base + path)
                        if turn:  # the first one warms the server up
                            opened[name].append(found)
                        if turn == times:
                            scrolled[name] = scroll(page, steps=STEPS, pixels=PIXELS)
    with step("Requests, one at a time"):
        requests = _requests(database)
    return Pages(opened, scrolled, requests, others=0.0)


def _collect_static(told: Mapping[str, str]) -> None:
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"]
    subprocess.run(command, cwd=CHECKOUT, env=dict(told), check=True)


def _requests(database: Database) -> dict[str, Inside]:
    """What the calendar asks. Raises NotAnswered when the feed does not have all bookings."""
    gallery, campus = (Staff(house, token_urlsafe(32)) for house in (GALLERY, CAMPUS))
    database.let_in([gallery, campus])
    window = {"start": WEEK.isoformat(), "end": (WEEK + timedelta(weeks=1)).isoformat()}
    rooms = [filling.resource_id(GALLERY, room) for room in range(30)]
    asked: dict[str, tuple[Caller, str]] = {
        f"GET events, {GALLERY_ROOMS} rooms, 1 week, 1,000 bookings": (gallery, _events(window)),
        f"GET events, {CAMPUS_ROOMS} rooms, 1 week, 3,000 bookings": (campus, _events(window)),
        "GET free, 30 rooms, 1 week": (gallery, f"/api/calendar/free?{urlencode({**window, 'resource': rooms}, True)}"),
    }
    start = look_inside(database, {"start": [(gallery, Request("GET", "/api/calendar/changes"))] * 3})["start"]
    asked["GET changes, nothing new"] = (gallery, f"/api/calendar/changes?after={start.answer['cursor']}")
    requests = {name: [(who, Request("GET", path))] * ASKED for name, (who, path) in asked.items()}
    found = look_inside(database, requests)
    _require_all(found)
    return found


def _events(window: Mapping[str, Any]) -> str:
    return f"/api/calendar/events?{urlencode(window)}"


def _require_all(found: Mapping[str, Inside]) -> None:
    feeds = [(name, inside) for name, inside in found.items() if name.startswith("GET events")]
    for (name, inside), made in zip(feeds, (GALLERY_EVENTS, CAMPUS_EVENTS), strict=True):
        shown = sum(event["extendedProps"]["kind"] == "booking" for event in inside.answer)
        if shown != made:
            raise NotAnswered(f"{name}: found {shown} bookings.")


def as_text(found: Pages) -> str:
    """The figures for people, and what of the targets was missed."""
    lines = [f"{'':<48}{'interactive':>14}{'first paint':>14}{'blocked':>10}{'elements':>10}"]
    for name, visits in found.opened.items():
        middle = {
            field: statistics.median(getattr(visit, field) for visit in visits)
            for field in ("interactive_ms", "painted_ms", "blocked_ms", "nodes")
        }
        lines.append(
            f"{name:<48}{middle['interactive_ms']:>11,.0f} ms{middle['painted_ms']:>11,.0f} ms"
            f"{middle['blocked_ms']:>7,.0f} ms{middle['nodes']:>10,.0f}"
        )
    lines += ["", f"{'scrolled':<48}{'frames':>8}{'p50':>10}{'p95':>10}{'longest':>12}{'over 50 ms':>12}"]
    for name, scrolling in found.scrolled.items():
        if scrolling is None:
            lines.append(f"{name:<48}all of it is in sight")
            continue
        frames, way = scrolling.frames, "down" if scrolling.is_down else "across"
        lines.append(
            f"{f'{name}, {way}':<48}{len(frames):>8}{percentile(frames, 50):>7.1f} ms{percentile(frames, 95):>7.1f} ms"
            f"{max(frames):>9.1f} ms{sum(frame > FRAME_MS for frame in frames):>12}"
        )
    lines += ["", f"{'':<56}{'statements':>12}{'whole':>10}{'Python':>10}"]
    for name, inside in found.requests.items():
        lines.append(f"{name:<56}{_statements(inside):>12}{inside.wall_ms:>7.1f} ms{inside.python_ms:>7.1f} ms")
    return "\n".join([*lines, "", *_verdict(found)])


def _statements(inside: Inside) -> int:
    return sum(statement.counts for statement in inside.statements)


def _verdict(found: Pages) -> list[str]:
    missed = [
        f"{name}: interactive after {middle:,.0f} ms, wanted {INTERACTIVE_MS:,}"
        for name, visits in list(found.opened.items())[:2]
        if (middle := statistics.median(visit.interactive_ms for visit in visits)) > INTERACTIVE_MS
    ]
    for name, inside in found.requests.items():
        if name.startswith("GET events") and _statements(inside) > FEED_STATEMENTS:
            missed.append(f"{name}: {_statements(inside)} statements, wanted {FEED_STATEMENTS} at most")
        if name.startswith("GET events") and inside.wall_ms > FEED_MS:
            missed.append(f"{name}: {inside.wall_ms:.0f} ms, wanted {FEED_MS} at most")
    lines = [f"Missed: {fault}" for fault in missed] or ["Every target met."]
    if found.others > QUIET:
        lines.insert(0, f"Other programs had {found.others:.0%} of the machine: all of it is slower than it would be.")
    return lines


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("--bookings", type=int, default=10_000, help="of other houses in the database")
    parser.add_argument("--times", type=int, default=5, help="each page is opened, after once to warm up")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
