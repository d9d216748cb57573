"""`manage.py check_zones` finds what new zone data has moved, and changes nothing."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from infra24.bookings.models import Booking
from infra24.core.days import readings_of
from infra24.orgs.models import Organisation
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.database import ROOT, TestDatabase
from tests.make import NOON

HOUR = timedelta(hours=1)


def check_zones(database: TestDatabase, *options: str, role: str = "owner") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", "check_zones", *options],
        cwd=ROOT,
        env={**database.environment(), "INFRA24_DATABASE_ROLE": role},
        capture_output=True,
        text=True,
        check=False,
    )


def law_changed(organisation: Organisation, booking: Booking, by: timedelta) -> None:
    """The clock showed something else at the booking's instants when it was made."""
    with acting_for(organisation.pk):
        Booking.objects.filter(pk=booking.pk).update(
            wall_starts_at=booking.wall_starts_at + by, wall_ends_at=booking.wall_ends_at + by
        )


@pytest.mark.parametrize(
    ("wall", "expected"),
    [
        ("2026-07-01T12:00", ["2026-07-01T16:00"]),
        ("2026-11-01T01:30", ["2026-11-01T05:30", "2026-11-01T06:30"]),
        ("2026-03-08T02:30", ["2026-03-08T07:30"]),
    ],
    ids=["plain", "repeated", "skipped"],
)
def test_the_instants_of_a_wall_time(wall: str, expected: list[str]) -> None:
    found = readings_of(datetime.fromisoformat(wall), "America/New_York")

    assert [f"{at:%Y-%m-%dT%H:%M}" for at in found] == expected
    assert {at.tzinfo for at in found} == {UTC}


@pytest.mark.django_db(transaction=True)
def test_nothing_to_say_is_said(database: TestDatabase) -> None:
    cast = make.cast()
    make.booking(cast.alice, make.resource(cast.house))

    done = check_zones(database)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "Every booking to come is at the time on the clock for which it was made.",
        "checked=1 moved=0",
    ]


@pytest.mark.django_db(transaction=True)
def test_what_zone_data_has_moved_is_listed_by_organisation_and_start(database: TestDatabase) -> None:
    cast = make.cast()
    room = make.resource(cast.house)
    late = make.booking(cast.alice, room, starts_at=NOON + HOUR, title="Late")
    early = make.booking(cast.alice, room, title="Early")
    make.booking(cast.alice, room, starts_at=NOON + 2 * HOUR)
    dropped = make.booking(cast.alice, room, starts_at=NOON + 3 * HOUR)
    dead = make.booking(cast.alice, room, starts_at=NOON + 4 * HOUR, status="hold")
    abroad = make.booking(cast.charlie, make.resource(cast.elsewhere), title="Abroad")
    for booking in (late, early, dropped, dead):
        law_changed(cast.house, booking, HOUR)
    law_changed(cast.elsewhere, abroad, -HOUR)
    make.run_out(cast.house, dead.pk)
    with acting_for(cast.house.pk):
        Booking.objects.filter(pk=dropped.pk).update(status="cancelled")
    before = database_bookings(database)

    done = check_zones(database)
    told = json.loads(check_zones(database, "--json").stdout)

    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert lines[-1] == "checked=4 moved=3"
    assert [line.split("  ")[:3] for line in lines[:6]] == [
        [slug, str(booking.pk), booking.title]
        for slug, booking in [("elsewhere", abroad), ("oolite", early), ("oolite", late)]
        for _edge in ("starts", "ends")
    ]
    wall = early.wall_starts_at + HOUR
    assert lines[2].endswith(
        f"starts {wall:%Y-%m-%d %H:%M} America/New_York  {NOON:%Y-%m-%dT%H:%M:%SZ} → {NOON + HOUR:%Y-%m-%dT%H:%M:%SZ}"
    )
    assert "move\nthe booking there on the calendar" in done.stdout
    assert (told["checked"], told["moved"], len(told["bookings"])) == (4, 3, 6)
    assert told["bookings"][0] == {
        "organisation": "elsewhere",
        "booking_id": str(abroad.pk),
        "title": "Abroad",
        "time_zone": "America/New_York",
        "edge": "starts",
        "wall": (abroad.wall_starts_at - HOUR).isoformat(),
        "stored": f"{NOON:%Y-%m-%dT%H:%M:%SZ}",
        "now": f"{NOON - HOUR:%Y-%m-%dT%H:%M:%SZ}",
    }
    assert database_bookings(database) == before


def database_bookings(database: TestDatabase) -> list[object]:
    with database.as_owner() as connection:
        return connection.execute("SELECT b::text FROM bookings_booking b ORDER BY id").fetchall()


@pytest.mark.django_db(transaction=True)
def test_it_is_a_command_of_the_owner(database: TestDatabase) -> None:
    done = check_zones(database, role="app")

    assert done.returncode == 1
    assert "INFRA24_DATABASE_ROLE=owner" in done.stderr
