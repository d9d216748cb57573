"""A calendar is taken over once, however often it is sent; what cannot be booked waits for somebody."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from infra24.bookings.models import Booking, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import BookingChange, cancel_booking, change_booking
from infra24.calendars.errors import CalendarUnnamed, DismissalUnexplained, PlaceMissing, RowSettled
from infra24.calendars.models import ImportRow, ImportRun
from infra24.calendars.policies import CalendarRead
from infra24.calendars.services import importing
from infra24.calendars.services.importing import rehearse_import, start_import
from infra24.calendars.services.planning import ImportWish
from infra24.calendars.services.reading import read_file
from infra24.calendars.services.rows import book_row, dismiss_row
from infra24.config.subscriptions import REACTIONS
from infra24.core.errors import Stale
from infra24.facts.models import Fact
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import deliver_due
from infra24.resources.errors import ResourceNotFound
from infra24.resources.models import Resource
from tests import make
from tests.calendars.files import ZONE, calendar, event
from tests.outbox.story import Clock
from tests.recorded import audited, recorded_facts

NOON = make.NOON
SINCE, UNTIL = NOON - timedelta(days=20), NOON + timedelta(days=300)


@pytest.fixture
def cast(db: None) -> Iterator[make.Cast]:
    cast = make.cast()
    with acting_for(cast.house.pk):
        yield cast


def at(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%SZ}"


def firing(uid: str, starts_at: datetime, *more: str, hours: int = 1) -> str:
    length = [] if any(line.startswith("DURATION") for line in more) else [f"DURATION:PT{hours}H"]
    return event(uid, f"DTSTART:{at(starts_at)}", *length, "SUMMARY:Firing", *more)


def read(*events: str) -> CalendarRead:
    return read_file(calendar(*events).encode(), zone=ZONE, since=SINCE, until=UNTIL)


def wish(room: Resource | None = None, **more: object) -> ImportWish:
    return ImportWish("Kiln", SINCE, UNTIL, resource_id=room.pk if room else None, **more)  # type: ignore[arg-type]


def bring(cast: make.Cast, found: CalendarRead, how: ImportWish) -> ImportRun:
    return start_import(found, how, by=cast.alice, source="staff")


def counts(run: ImportRun) -> dict[str, int]:
    names = ("booked", "changed", "cancelled", "unchanged", "conflicts")
    return {name: getattr(run, name) for name in names if getattr(run, name)}


def booked() -> list[tuple[str, str, str]]:
    return [
        (booking.title, at(booking.starts_at), booking.status)
        for booking in Booking.objects.order_by("starts_at", "id")
    ]


def test_a_calendar_becomes_bookings_once(cast: make.Cast) -> None:
    room = make.resource(cast.house, name="Kiln")
    weekly = firing("a", NOON, "RRULE:FREQ=DAILY;COUNT=3", "DESCRIPTION:Glaze")

    first = bring(cast, read(weekly), wish(room))
    second = bring(cast, read(weekly), wish(room))

    assert (counts(first), counts(second)) == ({"booked": 3}, {"unchanged": 3})
    assert first.finished_at is not None
    assert booked() == [("Firing", at(NOON + timedelta(days=day)), "confirmed") for day in range(3)]
    made = Booking.objects.earliest("starts_at")
    assert (made.source, made.note, made.booked_by, made.visibility) == ("import", "Glaze", cast.alice, "busy")
    assert recorded_facts() == [
        "import.started",
        *["booking.confirmed"] * 3,
        "import.finished",
        "import.started",
        "import.finished",
    ]
    assert Fact.objects.filter(type="import.finished").earliest("id").data["counts"]["booked"] == 3
    assert audited() == ["import.start", *["booking.create"] * 3, "import.start"]


def test_what_changed_in_the_calendar_changes_here(cast: make.Cast) -> None:
    room, other = make.resource(cast.house, name="Kiln"), make.resource(cast.house, name="Wheel")
    series = firing("a", NOON, "RRULE:FREQ=DAILY;COUNT=3")
    bring(cast, read(series, firing("b", NOON + timedelta(hours=2))), wish(room))

    moved = firing("a", NOON + timedelta(hours=3), f"RECURRENCE-ID:{at(NOON + timedelta(days=1))}")
    without = firing("a", NOON, "RRULE:FREQ=DAILY;COUNT=3", f"EXDATE:{at(NOON + timedelta(days=2))}")
    run = bring(cast, read(without, moved, firing("b", NOON + timedelta(hours=2), "STATUS:CANCELLED")), wish(room))

    assert counts(run) == {"changed": 1, "cancelled": 2, "unchanged": 1}
    assert booked() == [
        ("Firing", at(NOON), "confirmed"),
        ("Firing", at(NOON + timedelta(hours=2)), "cancelled"),
        ("Firing", at(NOON + timedelta(hours=3)), "confirmed"),
        ("Firing", at(NOON + timedelta(days=2)), "cancelled"),
    ]
    assert Booking.objects.filter(status="cancelled").latest("starts_at").reason == "No longer in the calendar “Kiln”."

    # What comes back is booked anew, and a whole calendar can go to another resource.
    run = bring(cast, read(series), wish(other))
    assert counts(run) == {"changed": 2, "booked": 1}
    assert Booking.objects.filter(status="confirmed", legs__resource=other).count() == 3


def test_what_is_gone_from_the_file_is_cancelled_only_when_asked(cast: make.Cast) -> None:
    room = make.resource(cast.house, name="Kiln")
    bring(cast, read(firing("a", NOON), firing("b", NOON + timedelta(hours=2))), wish(room))

    kept = bring(cast, read(firing("a", NOON)), wish(room))
    asked = bring(cast, read(firing("a", NOON)), wish(room, cancel_missing=True))

    assert (counts(kept), counts(asked)) == ({"unchanged": 1}, {"unchanged": 1, "cancelled": 1})


def test_nothing_is_taken_for_gone_from_a_file_that_could_not_be_read_whole(cast: make.Cast) -> None:
    room = make.resource(cast.house, name="Kiln")
    bring(cast, read(firing("a", NOON), firing("b", NOON + timedelta(hours=2))), wish(room))

    run = bring(cast, read(firing("a", NOON), "UID:b\nDTSTART:nonsense"), wish(room, cancel_missing=True))

    assert (counts(run), run.unreadable, run.faults[0]["line"]) == ({"unchanged": 1}, 1, 10)


def test_what_cannot_be_booked_waits_with_its_reasons_and_other_times(cast: make.Cast) -> None:
    room = make.resource(cast.house, name="Kiln")
    make.booking(cast.alice, room, starts_at=NOON, title="First")
    night = NOON.replace(hour=6)

    run = bring(cast, read(firing("a", NOON), firing("b", night), firing("c", NOON, "DURATION:P40D")), wish(room))

    assert (counts(run), booked()) == ({"conflicts": 3}, [("First", at(NOON), "confirmed")])
    rows = list(ImportRow.objects.order_by("uid"))
    assert [[reason["code"] for reason in row.reasons] for row in rows] == [
        ["slot_taken"],
        ["closed"],
        ["booking_too_long"],
    ]
    assert rows[0].alternatives[0]["starts_at"] == (NOON + timedelta(hours=1)).isoformat()
    # A second import asks nobody twice.
    again = bring(cast, read(firing("a", NOON), firing("b", night)), wish(room))
    assert (counts(again), ImportRow.objects.filter(state="conflict").count()) == ({"unchanged": 2}, 3)


def test_a_rehearsal_says_what_the_import_then_does_and_writes_nothing(cast: make.Cast) -> None:
    room = make.resource(cast.house, name="Kiln")
    make.booking(cast.alice, room, starts_at=NOON, title="First")
    facts = recorded_facts()
    found = read(
        firing("a", NOON), firing("b", NOON + timedelta(hours=1)), firing("c", NOON + timedelta(hours=1)), "DTSTART:x"
    )

    said = rehearse_import(found, wish(room), by=cast.alice)

    clashes = [(clash.planned.occurrence.uid, [reason.code for reason in clash.reasons]) for clash in said.clashes]
    assert clashes == [("a", ["slot_taken"]), ("c", ["slot_taken"])]
    assert (recorded_facts(), ImportRow.objects.count(), ImportRun.objects.count()) == (facts, 0, 0)
    assert counts(bring(cast, found, wish(room))) == {"booked": 1, "conflicts": 2}


def test_a_rehearsal_sees_halls_and_their_halves(cast: make.Cast) -> None:
    hall = make.resource(cast.house, name="Hall")
    half = make.resource(cast.house, name="Half", part_of=hall)
    text = "title,start,end,resource\n"
    for place in ("Hall", "half", "Half"):
        text += f"Choir,{NOON.isoformat()},{(NOON + timedelta(hours=1)).isoformat()},{place}\n"
    found = read_file(text.encode(), zone=ZONE, since=SINCE, until=UNTIL)

    said = rehearse_import(found, wish(), by=cast.alice)

    assert [clash.planned.resource for clash in said.clashes] == [half, half]
    assert counts(bring(cast, found, wish())) == {"booked": 1, "conflicts": 2}


def test_places_are_found_by_name_or_named_or_left_out(cast: make.Cast) -> None:
    kiln, wheel = make.resource(cast.house, name="Kiln"), make.resource(cast.house, name="Wheel")
    events = [
        firing("a", NOON, "LOCATION:kiln"),
        firing("b", NOON, "LOCATION:The wheel"),
        firing("c", NOON, "LOCATION:Elsewhere"),
    ]

    assert rehearse_import(read(*events), wish(), by=cast.alice).plan.unplaced == {"Elsewhere": 1, "The wheel": 1}
    with pytest.raises(PlaceMissing) as refusal:
        bring(cast, read(*events), wish())
    assert set(refusal.value.fields) == {"places.Elsewhere", "places.The wheel"}
    run = bring(cast, read(*events), wish(places={"the wheel": wheel.pk, "Elsewhere": None}))

    assert counts(run) == {"booked": 2}
    assert {leg.resource for booking in Booking.objects.all() for leg in booking.legs.select_related("resource")} == {
        kiln,
        wheel,
    }


def test_people_are_found_by_their_address(cast: make.Cast) -> None:
    make.resource(cast.house, name="Kiln")
    ana = make.person(cast.house, name="Ana", email="ana@example.org")
    head = "title;start;end;room;e-mail;people\r\n"
    lines = "".join(
        f"Firing;{NOON + timedelta(hours=hour):%Y-%m-%d %H:%M};{NOON + timedelta(hours=hour + 1):%Y-%m-%d %H:%M};Kiln;{who};2\r\n"
        for hour, who in enumerate(["ANA@example.org", "nobody@example.org", ""])
    )
    found = read_file((head + lines).encode("cp1252"), zone="UTC", since=SINCE, until=UNTIL)

    said = rehearse_import(found, wish(), by=cast.alice)
    run = bring(cast, found, wish())

    assert (said.plan.strangers, counts(run)) == (["nobody@example.org"], {"booked": 3})
    assert [(one.person, one.party_size) for one in Booking.objects.order_by("starts_at")] == [
        (ana, 2),
        (None, 2),
        (None, 2),
    ]


def test_nothing_is_imported_into_what_is_not_there_or_without_a_name(cast: make.Cast) -> None:
    foreign = make.resource(cast.elsewhere)
    found = read(firing("a", NOON))

    with pytest.raises(ResourceNotFound):
        bring(cast, found, wish(foreign))
    with pytest.raises(ResourceNotFound):
        bring(cast, found, wish(places={"": foreign.pk}))
    with pytest.raises(CalendarUnnamed):
        bring(cast, found, ImportWish(" ", SINCE, UNTIL))
    assert (recorded_facts(), ImportRun.objects.count()) == ([], 0)


def test_what_was_changed_here_stays_until_the_calendar_says_something_else(cast: make.Cast) -> None:
    room = make.resource(cast.house, name="Kiln")
    bring(cast, read(firing("a", NOON), firing("b", NOON + timedelta(hours=4))), wish(room))
    first, second = Booking.objects.order_by("starts_at")
    first.visible_legs = list(first.legs.all())
    second.visible_legs = list(second.legs.all())
    change_booking(first, BookingChange(title="Ours"), by=cast.alice, source="staff")  # type: ignore[arg-type]
    cancel_booking(second, by=cast.alice, source="staff")  # type: ignore[arg-type]

    again = bring(cast, read(firing("a", NOON), firing("b", NOON + timedelta(hours=4))), wish(room))
    assert (counts(again), booked()[0][0]) == ({"unchanged": 2}, "Ours")

    run = bring(cast, read(firing("a", NOON, hours=2), firing("b", NOON + timedelta(hours=5))), wish(room))

    assert counts(run) == {"changed": 1, "conflicts": 1}
    assert [reason["code"] for reason in ImportRow.objects.get(uid="b").reasons] == ["illegal_step"]


# --- What waits for a decision -------------------------------------------------------------


@pytest.fixture
def row(cast: make.Cast) -> ImportRow:
    """A firing that cannot be, because another is there."""
    room = make.resource(cast.house, name="Kiln")
    make.booking(cast.alice, room, starts_at=NOON, title="First")
    bring(cast, read(firing("a", NOON)), wish(room))
    return ImportRow.objects.get()


def test_it_is_tried_again_when_there_is_room(cast: make.Cast, row: ImportRow) -> None:
    with pytest.raises(Exception, match="already booked"):
        book_row(row, by=cast.alice, source="staff")
    assert ImportRow.objects.get().state == "conflict"
    first = Booking.objects.get()
    cancel_booking(first, by=cast.alice, source="staff")  # type: ignore[arg-type]

    settled = book_row(row, by=cast.alice, source="staff")

    assert (settled.state, settled.booking, settled.decided_by) == (
        "booked",
        Booking.objects.get(source="import"),
        cast.alice,
    )
    with pytest.raises(RowSettled):
        book_row(row, by=cast.alice, source="staff")


def test_it_is_booked_elsewhere_or_at_another_time(cast: make.Cast, row: ImportRow) -> None:
    wheel = make.resource(cast.house, name="Wheel")
    with pytest.raises(Stale):
        book_row(row, by=cast.alice, source="staff", resource=wheel, version=row.version + 1)

    settled = book_row(
        row,
        by=cast.alice,
        source="staff",
        resource=wheel,
        starts_at=NOON + timedelta(hours=1),
        ends_at=NOON + timedelta(hours=2),
        version=row.version,
    )

    assert settled.booking is not None
    assert (settled.booking.starts_at, settled.booking.legs.get().resource) == (NOON + timedelta(hours=1), wheel)
    # The file still says what it said, so a second import changes nothing.
    assert counts(bring(cast, read(firing("a", NOON)), wish(row.resource))) == {"unchanged": 1}


def test_it_is_dismissed_with_a_reason(cast: make.Cast, row: ImportRow) -> None:
    with pytest.raises(DismissalUnexplained):
        dismiss_row(row, reason=" ", by=cast.alice, source="staff")

    dismiss_row(row, reason="A test.", by=cast.alice, source="staff")

    assert (ImportRow.objects.get().state, audited()[-1]) == ("dismissed", "import_row.dismiss")
    assert counts(bring(cast, read(firing("a", NOON)), wish(row.resource))) == {"unchanged": 1}
    # When the calendar says something else about it, it is looked at again.
    assert counts(bring(cast, read(firing("a", NOON + timedelta(hours=1))), wish(row.resource))) == {"booked": 1}


# --- Large files -----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_worker_does_what_is_too_much_for_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "IN_REQUEST", 2)
    monkeypatch.setattr(importing, "BATCH", 2)
    cast = make.cast()
    room = make.resource(cast.house, name="Kiln")
    with acting_for(cast.house.pk):
        run = bring(cast, read(firing("a", NOON, "RRULE:FREQ=DAILY;COUNT=5")), wish(room))
    assert (run.finished_at, run.booked) == (None, 0)

    clock = Clock()
    for _ in range(8):
        clock.now = timezone.now()
        deliver_due(REACTIONS, clock=clock)

    with acting_for(cast.house.pk):
        run.refresh_from_db()
        assert (run.finished_at is not None, counts(run)) == (True, {"booked": 5})
        assert recorded_facts().count("booking.confirmed") == 5
        assert recorded_facts().count("import.finished") == 1


@pytest.mark.django_db(transaction=True)
def test_nobody_is_mailed_about_what_was_imported_but_about_what_follows() -> None:
    cast = make.cast()
    make.resource(cast.house, name="Kiln")
    make.person(cast.house, name="Ana", email="ana@example.org")
    ends_at = NOON + timedelta(hours=1)
    text = f"title,start,end,room,e-mail\nFiring,{NOON.isoformat()},{ends_at.isoformat()},Kiln,ana@example.org\n"
    with acting_for(cast.house.pk):
        bring(cast, read_file(text.encode(), zone="UTC", since=SINCE, until=UNTIL), wish())
    clock = Clock()
    deliver_due(REACTIONS, clock=clock)
    assert mail.outbox == []

    with acting_for(cast.house.pk):
        booking = booking_for(cast.alice, Booking.objects.get().pk)
        cancel_booking(booking, reason="Broken.", by=cast.alice, source=Source.STAFF)
    clock.now = timezone.now()
    deliver_due(REACTIONS, clock=clock)

    assert [sent.to for sent in mail.outbox] == [["ana@example.org"]]


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_calendar_at_once_are_one() -> None:
    """The second waits for the first, and finds everything done."""
    cast = make.cast()
    room = make.resource(cast.house, name="Kiln")

    def take_over(_: int) -> dict[str, int]:
        try:
            with acting_for(cast.house.pk):
                return counts(bring(cast, read(firing("a", NOON, "RRULE:FREQ=DAILY;COUNT=5")), wish(room)))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        done = sorted(pool.map(take_over, range(2)), key=str)

    assert done == [{"booked": 5}, {"unchanged": 5}]
