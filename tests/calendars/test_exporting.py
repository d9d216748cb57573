"""What goes out as a file is what the viewer may see, and every calendar program reads it alike."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from infra24.bookings.models import Booking, Leg
from infra24.calendars import exporting
from infra24.calendars.errors import ExportTooLarge
from infra24.calendars.exporting import ExportFilter, bookings_shown
from infra24.calendars.files import Shown, calendar_file, table_file
from infra24.calendars.services.reading import read_file
from infra24.orgs.tenancy import acting_for
from infra24.resources.errors import ResourceNotFound
from infra24.resources.models import Resource
from tests import make
from tests.calendars.readers import by_icalendar, by_vobject, normal

NOON = make.NOON
HERE = {"Infra24-Organisation": "oolite"}
ZONES = ["America/New_York", "Europe/Madrid", "Asia/Kathmandu", "Pacific/Auckland", "UTC", "America/Santiago"]

# --- Files, whatever is in them --------------------------------------------------------------

instants = st.integers(0, 60 * 24 * 365 * 6).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
texts = st.text(
    st.one_of(st.characters(codec="utf-8", exclude_characters="\0"), st.sampled_from('\n\r,;:"\\🔥é= \t')), max_size=200
)


@st.composite
def bookings(draw: st.DrawFn) -> Shown:
    starts_at = draw(instants)
    booking = Booking(
        title=draw(texts),
        status=draw(st.sampled_from(["confirmed", "pending", "cancelled"])),
        visibility=draw(st.sampled_from(["busy", "title"])),
        note=draw(texts),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=draw(st.integers(1, 60 * 24 * 31))),
        time_zone=draw(st.sampled_from(ZONES)),
        version=draw(st.integers(1, 1000)),
        created_at=draw(instants),
        changed_at=draw(instants),
        source="staff",
    )
    booking.pk = uuid4()
    legs = [Leg(resource=Resource(name=name)) for name in draw(st.lists(texts, max_size=2))]
    return Shown(booking, legs, is_full=draw(st.booleans()))


@settings(max_examples=40)
@given(st.lists(bookings(), max_size=3))
def test_two_readers_who_know_nothing_of_each_other_read_the_same(shown: list[Shown]) -> None:
    data = calendar_file(shown, name="House\n, \\one")

    read = by_icalendar(data)

    assert read == by_vobject(data)
    assert [(starts, ends, sequence) for _uid, starts, ends, _title, _status, sequence, _place in read] == [
        (one.booking.starts_at, one.booking.ends_at, one.booking.version)
        for one in sorted(shown, key=lambda one: str(one.booking.pk))
    ]
    assert {normal(one.title) for one in shown} == {title for _uid, _starts, _ends, title, *_ in read}
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")


@settings(max_examples=20)
@given(st.lists(bookings(), max_size=3))
def test_our_own_import_reads_what_we_write(shown: list[Shown]) -> None:
    data = calendar_file(shown, name="House")

    found = read_file(data, zone="UTC", since=datetime(2020, 1, 1, tzinfo=UTC), until=datetime(2031, 1, 1, tzinfo=UTC))

    assert found.faults == []
    assert {(one.starts_at, one.ends_at) for one in found.occurrences} == {
        (one.booking.starts_at, one.booking.ends_at) for one in shown
    }
    assert {one.zone for one in found.occurrences} <= {"", *(one.booking.time_zone for one in shown)}


def test_a_file_without_events_is_one() -> None:
    assert by_icalendar(calendar_file([], name="House")) == by_vobject(calendar_file([], name="House")) == []


# --- Who sees what ------------------------------------------------------------------------------


@pytest.fixture
def cast(db: None) -> Iterator[make.Cast]:
    cast = make.cast()
    with acting_for(cast.house.pk):
        yield cast


def furnish(cast: make.Cast) -> tuple[Resource, Resource]:
    kiln, wheel = make.resource(cast.house, name="Kiln"), make.resource(cast.house, name="=Wheel")
    bob = make.person(cast.house, member=cast.bob)
    make.booking(cast.alice, kiln, wheel, title="Board meeting", starts_at=NOON)
    make.booking(cast.alice, kiln, title="Open house", starts_at=NOON + timedelta(hours=1), visibility="title")
    make.booking(cast.alice, kiln, title="Bob's", starts_at=NOON + timedelta(hours=2), person=bob)
    make.booking(cast.bob, wheel, title="Bob's own", starts_at=NOON + timedelta(hours=3))
    return kiln, wheel


def told(shown: list[Shown]) -> list[tuple[str, list[str]]]:
    return [(one.title, one.places) for one in shown]


def test_staff_export_every_booking_and_others_their_own(cast: make.Cast) -> None:
    furnish(cast)

    everything, own = ExportFilter(), ExportFilter(own=True)

    assert told(bookings_shown(cast.alice, everything)) == [
        ("Board meeting", ["Kiln", "=Wheel"]),
        ("Open house", ["Kiln"]),
        ("Bob's", ["Kiln"]),
        ("Bob's own", ["=Wheel"]),
    ]
    mine = [("Bob's", ["Kiln"]), ("Bob's own", ["=Wheel"])]
    assert [told(bookings_shown(cast.bob, wanted)) for wanted in (everything, own)] == [mine, mine]
    with acting_for(cast.elsewhere.pk):
        assert bookings_shown(cast.charlie, everything) == []


def test_of_one_resource_others_hear_when_it_is_taken(cast: make.Cast) -> None:
    kiln, _wheel = furnish(cast)
    secret = make.resource(cast.house, name="Vault", visible_to="staff")

    shown = bookings_shown(cast.bob, ExportFilter(resource_id=kiln.pk))

    assert told(shown) == [("Busy", ["Kiln"]), ("Open house", ["Kiln"]), ("Bob's", ["Kiln"])]
    rows = list(csv.DictReader(StringIO(table_file(shown, zone="UTC").decode("utf-8-sig"))))
    assert [(row["title"], row["people"], row["source"]) for row in rows] == [
        ("Busy", "", ""),
        ("Open house", "", ""),
        ("Bob's", "1", "staff"),
    ]
    with pytest.raises(ResourceNotFound):
        bookings_shown(cast.bob, ExportFilter(resource_id=secret.pk))


def test_an_export_is_narrowed_as_the_list_is(cast: make.Cast) -> None:
    kiln, wheel = furnish(cast)
    hour = timedelta(hours=1)

    def titles(**wanted: Any) -> list[str]:
        return [one.title for one in bookings_shown(cast.alice, ExportFilter(**wanted))]

    assert titles(since=NOON + hour, until=NOON + 2 * hour) == ["Open house"]
    assert titles(resource_id=wheel.pk) == ["Board meeting", "Bob's own"]
    assert titles(statuses=["cancelled"]) == []
    assert titles(person_id=bookings_shown(cast.bob, ExportFilter())[0].booking.person_id) == ["Bob's", "Bob's own"]
    assert titles(resource_id=kiln.pk, statuses=["confirmed"]) == ["Board meeting", "Open house", "Bob's"]


def test_a_table_is_harmless_and_says_the_organisations_time(cast: make.Cast) -> None:
    furnish(cast)

    data = table_file(bookings_shown(cast.alice, ExportFilter()), zone="America/New_York")

    assert data.startswith(b"\xef\xbb\xbf")
    last = list(csv.DictReader(StringIO(data.decode("utf-8-sig"))))[-1]
    local = (NOON + timedelta(hours=3)).astimezone(ZoneInfo("America/New_York"))
    assert (last["start"], last["resource"]) == (f"{local:%Y-%m-%d %H:%M}", "'=Wheel")


def test_more_than_fits_is_refused_not_cut_off(cast: make.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    furnish(cast)
    monkeypatch.setattr(exporting, "MOST_BOOKINGS", 3)

    with pytest.raises(ExportTooLarge):
        bookings_shown(cast.alice, ExportFilter())


def test_an_export_takes_the_same_queries_however_long(cast: make.Cast) -> None:
    kiln, _wheel = furnish(cast)
    counted = []
    for day in (1, 2):
        with CaptureQueriesContext(connection) as queries:
            table_file(bookings_shown(cast.alice, ExportFilter()), zone="UTC")
        counted.append(len(queries))
        for hour in range(3):
            make.booking(cast.alice, kiln, starts_at=NOON + timedelta(days=day, hours=hour))
    assert counted[0] == counted[1]


# --- Doors --------------------------------------------------------------------------------------


def test_files_come_through_the_api_and_from_the_pages(cast: make.Cast) -> None:
    kiln, _wheel = furnish(cast)
    alice, bob = make.client(cast.alice), make.client(cast.bob)

    table = alice.get(f"/api/exports/bookings.csv?resource={kiln.pk}&status=confirmed", headers=HERE)
    calendar = bob.get(f"/api/exports/bookings.ics?resource={kiln.pk}", headers=HERE)
    listed = alice.get(f"/o/oolite/admin/bookings/export.csv?resource={kiln.pk}")
    mine = bob.get("/o/oolite/my/bookings.ics")

    assert (table["Content-Type"], len(table.content.decode().splitlines())) == ("text/csv; charset=utf-8", 4)
    assert [event[3] for event in by_icalendar(calendar.content)].count("Busy") == 1
    assert ("attachment" in listed["Content-Disposition"], len(listed.content.decode().splitlines())) == (True, 4)
    assert {event[3] for event in by_icalendar(mine.content)} == {"Bob's", "Bob's own"}
    assert bob.get("/o/oolite/admin/bookings/export.csv").status_code == 403
    assert alice.get("/api/exports/bookings.csv?status=lost", headers=HERE).status_code == 422
    assert "export.csv?" in alice.get("/o/oolite/admin/bookings").content.decode()
    assert "my/bookings.ics" in bob.get("/o/oolite/my").content.decode()
    assert "export.ics?resource=" in alice.get(f"/o/oolite/admin/resources/{kiln.pk}").content.decode()
