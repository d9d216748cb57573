"""Importing through the API and on the pages."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infra24.bookings.models import Booking
from infra24.calendars.models import ImportRow
from infra24.orgs.models import Member
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.calendars.files import calendar
from tests.calendars.test_importing import NOON, at, firing

HERE = {"Infra24-Organisation": "oolite"}
PAGE = "/o/oolite/admin/import"


@pytest.fixture
def cast(db: None) -> make.Cast:
    return make.cast()


def ics(*events: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("kiln.ics", calendar(*events).encode(), content_type="text/calendar")


def send(who: Member, address: str, *events: str, **fields: Any) -> Any:
    return make.client(who).post(f"/api/{address}", {"file": ics(*events), **fields}, headers=HERE)


def test_the_api_looks_at_a_calendar_and_takes_it_over(cast: make.Cast) -> None:
    room = make.resource(cast.house, name="Kiln")
    make.booking(cast.alice, room, starts_at=NOON, title="First")
    events = [firing("a", NOON, "LOCATION:Kiln"), firing("b", NOON + timedelta(hours=2), "LOCATION:Oven"), "DTSTART:x"]

    looked = send(cast.alice, "imports/rehearsal", *events, calendar="Kiln")

    told = looked.json()
    assert (looked.status_code, told["would_book"], told["conflicts"], told["unreadable"]) == (200, 0, 1, 1)
    assert told["places"] == [
        {"name": "Kiln", "events": 1, "answered": True},
        {"name": "Oven", "events": 1, "answered": False},
    ]
    assert [reason["code"] for reason in told["clashes"][0]["reasons"]] == ["slot_taken"]
    assert told["faults"][0]["line"] == 18
    refused = send(cast.alice, "imports", *events, calendar="Kiln")
    assert (refused.status_code, refused.json()["fields"]) == (
        422,
        {"places.Oven": "Say which resource each of the places in the file is, or that it is to be left out."},
    )
    taken = send(cast.alice, "imports", *events, calendar="Kiln", places=f'{{"Oven": "{room.pk}"}}')
    assert (taken.status_code, taken.json()["booked"], taken.json()["conflicts"]) == (201, 1, 1)

    page = make.client(cast.alice).get("/api/import-rows?state=conflict", headers=HERE).json()
    (row,) = page["items"]
    assert (row["title"], row["starts_at"], row["reasons"][0]["code"]) == (
        "Firing",
        NOON.isoformat().replace("+00:00", "Z"),
        "slot_taken",
    )
    api = make.client(cast.alice)
    address = f"/api/import-rows/{row['id']}"
    stale = api.post(f"{address}/book", b"{}", "application/json", headers={**HERE, "If-Match": '"0"'})
    still = api.post(f"{address}/book", b"{}", "application/json", headers=HERE)
    assert (stale.status_code, still.status_code, still.json()["code"]) == (412, 409, "slot_taken")
    later = {"starts_at": NOON + timedelta(hours=4), "ends_at": NOON + timedelta(hours=5)}
    settled = api.post(f"{address}/book", make.json(later), "application/json", headers=HERE)
    assert (settled.status_code, settled.json()["state"], settled["ETag"]) == (
        200,
        "booked",
        f'"{settled.json()["version"]}"',
    )
    again = api.post(f"{address}/dismiss", b'{"reason": "No."}', "application/json", headers=HERE)
    assert (again.status_code, again.json()["code"]) == (409, "row_settled")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"resource_id": "kiln"}, 422),
        ({"places": "[]"}, 422),
        ({"start": "2001-01-01T00:00:00Z"}, 422),
        ({"calendar": "x" * 81}, 422),
    ],
)
def test_what_is_wrong_with_the_request_is_said(cast: make.Cast, fields: dict[str, str], status: int) -> None:
    answer = send(cast.alice, "imports/rehearsal", firing("a", NOON), **fields)

    assert (answer.status_code, len(answer.json()["fields"])) == (status, 1)


def test_files_are_only_taken_as_files_and_from_staff(cast: make.Cast) -> None:
    api = make.client(cast.alice)

    assert api.post("/api/imports", b"{}", "application/json", headers=HERE).status_code == 400
    assert api.post("/api/imports", {"calendar": "x"}, headers=HERE).status_code == 422
    too_large = SimpleUploadedFile("a.ics", b"BEGIN:VCALENDAR\n" + b"x" * 5 * 1024 * 1024)
    assert api.post("/api/imports", {"file": too_large}, headers=HERE).status_code == 413
    assert (
        api.post("/api/imports", {"file": SimpleUploadedFile("a.jpg", b"\xff\xd8\xff")}, headers=HERE).status_code
        == 422
    )
    assert send(cast.bob, "imports", firing("a", NOON)).status_code == 403


def test_the_page_shows_what_would_happen_asks_for_places_and_does_it(cast: make.Cast) -> None:
    room = make.resource(cast.house, name="Kiln <A>")
    page = make.client(cast.alice)
    file = ics(firing("a", NOON, "LOCATION:Oven"), firing("b", NOON, "LOCATION:Oven"), "DTSTART:x")

    looked = page.post(PAGE, {"file": file, "calendar": "Old kiln"})
    html = looked.content.decode()
    assert (looked.status_code, "Which resource is meant?" in html, "Kiln &lt;A&gt;" in html) == (200, True, True)
    with acting_for(cast.house.pk):
        assert (Booking.objects.count(), ImportRow.objects.count()) == (0, 0)
    packed = looked.context["rehearsal"]["again"].initial["packed"]
    kept = {"packed": packed, "file_name": "kiln.ics", "calendar": "Old kiln"}

    unanswered = page.post(PAGE, {**kept, "step": "import"})
    assert (unanswered.status_code, "Answer for each place first" in unanswered.content.decode()) == (422, True)
    again = page.post(PAGE, {**kept, "step": "look", "place-0": str(room.pk)})
    assert (again.status_code, "is already booked then" in again.content.decode()) == (200, True)
    done = page.post(PAGE, {**kept, "step": "import", "place-0": str(room.pk)}, follow=True)
    html = done.content.decode()
    assert ("Taken over." in html, "Decide about 1" in html, "What could not be read" in html) == (True, True, True)

    listed = page.get(f"{PAGE}/rows").content.decode()
    with acting_for(cast.house.pk):
        row = ImportRow.objects.get(state="conflict")
    assert f"{PAGE}/rows/{row.pk}" in listed
    shown = page.get(f"{PAGE}/rows/{row.pk}").content.decode()
    assert "Try again as it is" in shown
    still = page.post(f"{PAGE}/rows/{row.pk}", {"step": "again", "version": row.version})
    assert (still.status_code, "already booked" in still.content.decode()) == (409, True)
    offered = page.post(f"{PAGE}/rows/{row.pk}", {"step": "0", "version": row.version}, follow=True)
    assert "Booked: Firing." in offered.content.decode()
    with acting_for(cast.house.pk):
        row.refresh_from_db()
        assert (row.state, row.booking and at(row.booking.starts_at)) == ("booked", at(NOON + timedelta(hours=1)))


def test_a_row_is_booked_otherwise_or_dismissed_on_its_page(cast: make.Cast) -> None:
    room, other = make.resource(cast.house, name="Kiln"), make.resource(cast.house, name="Wheel")
    make.booking(cast.alice, room, starts_at=NOON, hours=3)
    send(cast.alice, "imports", firing("a", NOON), firing("b", NOON), calendar="Kiln", resource_id=str(room.pk))
    with acting_for(cast.house.pk):
        first, second = ImportRow.objects.order_by("uid")
    page = make.client(cast.alice)
    form = {"step": "instead", "resource": str(other.pk), "date": f"{NOON:%Y-%m-%d}", "start": "15:00"}

    wrong = page.post(f"{PAGE}/rows/{first.pk}", form)
    right = page.post(f"{PAGE}/rows/{first.pk}", {**form, "end_date": f"{NOON:%Y-%m-%d}", "end": "16:00"})
    silent = page.post(f"{PAGE}/rows/{second.pk}", {"step": "dismiss", "reason": ""})
    said = page.post(f"{PAGE}/rows/{second.pk}", {"step": "dismiss", "reason": "Doubled."})

    assert [answer.status_code for answer in (wrong, right, silent, said)] == [422, 302, 422, 302]
    with acting_for(cast.house.pk):
        assert list(ImportRow.objects.order_by("uid").values_list("state", flat=True)) == ["booked", "dismissed"]
    assert "Doubled." in page.get(f"{PAGE}/rows?state=dismissed").content.decode()
    assert "Nothing waits for a decision" in page.get(f"{PAGE}/rows").content.decode()


@pytest.mark.parametrize("packed", ["", "???", "AAAA"])
def test_what_a_page_carries_is_not_trusted(cast: make.Cast, packed: str) -> None:
    assert make.client(cast.alice).post(PAGE, {"packed": packed, "step": "import"}).status_code == 422


def test_lists_take_the_same_queries_however_long(cast: make.Cast) -> None:
    room = make.resource(cast.house, name="Kiln")
    make.booking(cast.alice, room, starts_at=NOON, hours=3)
    client, counted = make.client(cast.alice), []
    for uids in ("a", "bcd"):
        events = [firing(uid, NOON) for uid in uids]
        send(cast.alice, "imports", *events, calendar="Kiln", resource_id=str(room.pk))
        for address in ("/api/import-rows", "/api/imports"):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address, headers=HERE).status_code == 200
            counted.append(len(queries))
    assert counted[:2] == counted[2:]
