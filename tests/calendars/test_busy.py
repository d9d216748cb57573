"""A person's own calendar makes them busy here, for as long as it can be read."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from infra24.bookings.availability import availability_of
from infra24.bookings.errors import SlotTaken, TimeRefused
from infra24.bookings.models import Booking, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.search import SearchWish, search
from infra24.bookings.services import BookingChange, change_booking, confirm_booking, create_booking
from infra24.calendars.errors import FeedAddressRefused, FeedNotPaused, FeedTwice, TooManyFeeds
from infra24.calendars.fetching import FetchFailed, checked_address, fetch
from infra24.calendars.files import uid_of
from infra24.calendars.policies.busy import busy_spans
from infra24.calendars.services.feeds import connect_feed, disconnect_feed, resume_feed
from infra24.config.subscriptions import REACTIONS
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import deliver_due
from infra24.outbox.models import Delivery
from infra24.people.models import LONGEST_BUSY, BusyFeed, BusyTime, Person
from infra24.resources.models import Resource
from tests import make
from tests.calendars.files import calendar, event, read
from tests.calendars.server import Server, serving
from tests.calendars.test_importing import NOON, at
from tests.outbox.story import Clock
from tests.recorded import audited, recorded_facts

HOUR = timedelta(hours=1)


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    with serving() as server:
        settings.FEED_ADDRESSES = [server.address]
        yield server


class House:
    """Ana teaches, can be booked, and keeps a calendar elsewhere."""

    def __init__(self, server: Server) -> None:
        self.cast, self.server, self.clock = make.cast(), server, Clock()
        self.ana = make.person(self.cast.house, name="Ana")
        self.teacher = make.resource(self.cast.house, name="Ana", kind="person", person=self.ana)
        self.room = make.resource(self.cast.house, name="Studio")

    def connect(self, *events: str) -> BusyFeed:
        self.server.give(calendar(*events))
        with acting_for(self.cast.house.pk):
            feed = connect_feed(
                self.ana, name="Home", address=f"{self.server.address}/ana.ics", by=self.cast.alice, source="staff"
            )
        self.poll()
        return feed

    def poll(self, *, after: timedelta = timedelta(seconds=1)) -> None:
        self.clock.now = max(self.clock.now, datetime.now(UTC)) + after
        for _ in range(3):
            deliver_due(REACTIONS, clock=self.clock)

    def feed(self) -> BusyFeed:
        with acting_for(self.cast.house.pk):
            return BusyFeed.objects.get()

    def busy(self) -> list[tuple[datetime, datetime]]:
        with acting_for(self.cast.house.pk):
            return list(BusyTime.objects.order_by("starts_at").values_list("starts_at", "ends_at"))


@pytest.fixture
def house(transactional_db: None, server: Server) -> House:
    return House(server)


def busy_at(moment: datetime, uid: str = "a", *more: str) -> str:
    return event(uid, f"DTSTART:{at(moment)}", *more)


# --- Being read ---------------------------------------------------------------------------------


def test_a_calendar_is_read_and_read_again(house: House) -> None:
    house.connect(busy_at(NOON), busy_at(NOON + HOUR, "b"), busy_at(NOON + 5 * HOUR, "c"))

    assert house.busy() == [(NOON, NOON + 2 * HOUR), (NOON + 5 * HOUR, NOON + 6 * HOUR)]
    house.server.give(calendar(busy_at(NOON + HOUR)))
    house.poll(after=timedelta(minutes=20))

    assert house.busy() == [(NOON + HOUR, NOON + 2 * HOUR)]
    feed = house.feed()
    assert (feed.state, feed.failures, feed.last_error, feed.read_at is not None) == ("active", 0, "", True)
    with acting_for(house.cast.house.pk):
        # One timer for good, that moves on.
        (timer,) = Delivery.objects.filter(handler="calendars.poll_feed")
        assert (timer.status, timer.due_at > house.clock.now + timedelta(minutes=11)) == ("pending", True)
        assert recorded_facts() == ["busyfeed.connected"]


def test_what_has_not_changed_is_not_sent_again(house: House) -> None:
    house.connect(busy_at(NOON))
    house.server.give(calendar(busy_at(NOON + HOUR)), etag='"1"')
    house.poll(after=timedelta(minutes=20))
    house.poll(after=timedelta(minutes=20))

    assert house.server.asked[-1][1]["If-None-Match"] == '"1"'
    assert (house.busy(), house.feed().failures) == ([(NOON + HOUR, NOON + 2 * HOUR)], 0)


def test_five_failures_in_a_row_pause_it_and_what_was_known_stays(house: House) -> None:
    feed = house.connect(busy_at(NOON))
    house.server.fail(500)
    for _ in range(6):
        house.poll(after=timedelta(minutes=20))

    found = house.feed()
    assert (found.state, found.failures, found.last_error) == (
        "paused",
        5,
        "The calendar's server has trouble (status 500).",
    )
    assert len(house.server.asked) == 6
    assert house.busy() == [(NOON, NOON + HOUR)]
    house.server.give(calendar(busy_at(NOON + HOUR)))
    with acting_for(house.cast.house.pk):
        assert recorded_facts()[-1] == "busyfeed.paused"
        resume_feed(feed, by=house.cast.alice, source="staff")
        with pytest.raises(FeedNotPaused):
            resume_feed(feed, by=house.cast.alice, source="staff")
    house.poll()
    assert (house.feed().state, house.busy()) == ("active", [(NOON + HOUR, NOON + 2 * HOUR)])


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((200, {}, b"<html>"), "neither a calendar"),
        ((200, {"Content-Encoding": "gzip"}, b"x"), "packed"),
        ((200, {}, b"BEGIN:VCALENDAR\n" + b"x" * 5 * 1024 * 1024), "larger than 5 MB"),
        ((404, {}, b""), "no longer at this address"),
        ((302, {"Location": "http://127.0.0.1:1/"}, b""), "private network"),
        ((302, {"Location": "http://[::1]:1/"}, b""), "private network"),
        ((302, {"Location": "http://169.254.169.254/latest"}, b""), "private network"),
        ((302, {"Location": "file:///etc/passwd"}, b""), "something else"),
        ((302, {"Location": "/again"}, b""), "without an end"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(house: House, answer: Any, words: str) -> None:
    house.connect(busy_at(NOON))
    house.server.answer = lambda path, headers: answer
    house.poll(after=timedelta(minutes=20))

    assert words in house.feed().last_error
    assert house.busy() == [(NOON, NOON + HOUR)]


def test_taking_it_away_takes_all_that_was_known(house: House) -> None:
    feed = house.connect(busy_at(NOON))
    with acting_for(house.cast.house.pk):
        disconnect_feed(feed, by=house.cast.alice, source="staff")
        assert (BusyFeed.objects.count(), BusyTime.objects.count()) == (0, 0)
        assert (recorded_facts()[-1], audited()) == (
            "busyfeed.disconnected",
            ["busyfeed.connect", "busyfeed.disconnect"],
        )
    asked = len(house.server.asked)
    house.poll(after=timedelta(minutes=20))
    assert len(house.server.asked) == asked


def test_a_calendar_is_connected_once_and_a_person_has_few(house: House) -> None:
    house.connect(busy_at(NOON))
    with acting_for(house.cast.house.pk):
        with pytest.raises(FeedTwice):
            connect_feed(
                house.ana, name="x", address=f"{house.server.address}/ana.ics", by=house.cast.alice, source="staff"
            )
        for number in range(4):
            connect_feed(
                house.ana, name="x", address=f"https://example.org/{number}", by=house.cast.alice, source="staff"
            )
        with pytest.raises(TooManyFeeds):
            connect_feed(house.ana, name="x", address="https://example.org/9", by=house.cast.alice, source="staff")
        # The address is a secret, and is kept as one.
        assert "example.org/0" not in "".join(BusyFeed.objects.values_list("sealed_address", flat=True))


# --- What makes somebody busy ---------------------------------------------------------------------


def test_what_takes_no_time_or_is_ours_leaves_people_free() -> None:
    found = read(
        event("free", "DTSTART:20270601T100000Z", "TRANSP:TRANSPARENT"),
        event("off", "DTSTART:20270601T100000Z", "STATUS:CANCELLED"),
        event("booking-0190@house.example.org", "DTSTART:20270601T100000Z"),
        event("booking-0190@other.example.org", "DTSTART:20270601T140000Z"),
    )

    spans = busy_spans(found.occurrences, own_uids="@house.example.org", longest=LONGEST_BUSY)

    assert [f"{begins:%H}" for begins, _ends in spans] == ["14"]


def test_long_absences_are_kept_in_pieces() -> None:
    found = read(event("a", "DTSTART:20270601T000000Z", "DTEND:20270815T000000Z"))

    spans = busy_spans(found.occurrences, own_uids="@x", longest=LONGEST_BUSY)

    assert [(f"{begins:%m-%d}", f"{ends:%m-%d}") for begins, ends in spans] == [
        ("06-01", "07-02"),
        ("07-02", "08-02"),
        ("08-02", "08-15"),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("length", "name"), [(timedelta(), "busytime_ends_after_start"), (timedelta(days=32), "busytime_not_too_long")]
)
def test_postgresql_keeps_busy_times_short_enough_to_be_found(length: timedelta, name: str) -> None:
    cast = make.cast()
    with acting_for(cast.house.pk):
        feed = BusyFeed.objects.create(org_id=cast.house.pk, person=make.person(cast.house), name="x", host="x")
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            BusyTime.objects.create(org_id=cast.house.pk, feed=feed, starts_at=NOON, ends_at=NOON + length)


# --- Being busy -----------------------------------------------------------------------------------


@pytest.fixture
def busy_house(db: None) -> Iterator[Any]:
    """Ana is busy at noon for an hour."""
    cast = make.cast()
    ana = make.person(cast.house, name="Ana")
    teacher = make.resource(cast.house, name="Ana", kind="person", person=ana)
    room = make.resource(cast.house, name="Studio")
    busy(cast, ana, NOON, NOON + HOUR)
    with acting_for(cast.house.pk):
        yield cast, ana, teacher, room


def busy(cast: make.Cast, person: Person, starts_at: datetime, ends_at: datetime) -> None:
    with acting_for(cast.house.pk):
        feed, _ = BusyFeed.objects.get_or_create(org_id=cast.house.pk, person=person, name="Home", host="example.org")
        BusyTime.objects.create(org_id=cast.house.pk, feed=feed, starts_at=starts_at, ends_at=ends_at)


def refused(error: pytest.ExceptionInfo[TimeRefused]) -> list[tuple[str, str]]:
    return [(reason.code, reason.detail) for reason in error.value.reasons]


BUSY = [("slot_taken", "Ana is busy then.")]


def test_somebody_busy_is_not_booked(busy_house: Any) -> None:
    cast, _ana, teacher, room = busy_house

    with pytest.raises(SlotTaken) as error:
        create_booking(make.wish(room, teacher), by=cast.alice, source=Source.STAFF)

    assert refused(error) == BUSY
    assert error.value.alternatives[0].starts_at == (NOON + HOUR).isoformat()
    assert (Booking.objects.count(), recorded_facts()) == (0, [])
    create_booking(make.wish(room), by=cast.alice, source=Source.STAFF)
    create_booking(make.wish(room, teacher, starts_at=NOON + HOUR), by=cast.alice, source=Source.STAFF)


def test_nobody_is_moved_to_when_they_are_busy(busy_house: Any) -> None:
    cast, _ana, teacher, room = busy_house
    made = create_booking(make.wish(room, teacher, starts_at=NOON + HOUR), by=cast.alice, source=Source.STAFF)

    with pytest.raises(SlotTaken) as error:
        change_booking(made, BookingChange(starts_at=NOON, ends_at=NOON + HOUR), by=cast.alice, source=Source.STAFF)

    assert refused(error) == BUSY
    # What it says can be changed, whatever their calendar says by now.
    busy(cast, busy_house[1], NOON + HOUR, NOON + 2 * HOUR)
    made = booking_for(cast.alice, made.pk)
    assert change_booking(made, BookingChange(title="Class"), by=cast.alice, source=Source.STAFF).title == "Class"


def test_a_hold_is_not_confirmed_when_they_have_become_busy(busy_house: Any) -> None:
    cast, ana, teacher, room = busy_house
    later = NOON + 3 * HOUR
    held = create_booking(make.wish(room, teacher, starts_at=later, status="hold"), by=cast.alice, source=Source.STAFF)
    busy(cast, ana, later, later + HOUR)

    with pytest.raises(SlotTaken) as error:
        confirm_booking(held, by=cast.alice, source=Source.STAFF)

    assert refused(error) == BUSY


def test_availability_and_search_know(busy_house: Any) -> None:
    cast, _ana, teacher, _room = busy_house

    found = availability_of(cast.alice, teacher.pk, NOON - HOUR, NOON + 2 * HOUR)
    assert found.free == [(NOON - HOUR, NOON), (NOON + HOUR, NOON + 2 * HOUR)]
    assert [(span, [reason.detail for reason in reasons]) for span, reasons in found.refused] == [
        ((NOON, NOON + HOUR), ["Ana is busy then."])
    ]
    offers = search(cast.alice, SearchWish(since=NOON, until=NOON + 4 * HOUR, kind="person", length=HOUR), zone="UTC")
    assert offers.fits[0].offers[0].starts_at == NOON + HOUR


def test_it_costs_a_query_only_where_somebody_is_asked_for(busy_house: Any) -> None:
    cast, _ana, teacher, room = busy_house
    counted = []
    for resources, hour in (((room,), 2), ((room, teacher), 3)):
        with CaptureQueriesContext(connection) as queries:
            create_booking(make.wish(*resources, starts_at=NOON + hour * HOUR), by=cast.alice, source=Source.STAFF)
        counted.append(len([each for each in queries if "people_busytime" in each["sql"]]))
    assert counted == [0, 1]


def test_others_calendars_are_of_no_matter(busy_house: Any) -> None:
    cast, _ana, _teacher, room = busy_house
    other: Resource = make.resource(cast.house, name="Theo", kind="person", person=make.person(cast.house, name="Theo"))

    assert create_booking(make.wish(room, other), by=cast.alice, source=Source.STAFF).status == "confirmed"


# --- Addresses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "ftp://example.org/a.ics",
        "javascript:alert(1)",
        "example.org/a.ics",
        "https://",
        "https://user:secret@example.org/a.ics",
        "https://example.org:99999/",
        "https://exa mple.org/",
        "http://localhost/a.ics",
        "http://127.0.0.1/a.ics",
        "http://10.1.2.3/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://169.254.169.254/latest/meta-data",
        "http://printer.local/",
        "https://example.org/" + "x" * 2000,
    ],
)
def test_what_is_no_address_in_the_open_is_refused(address: str) -> None:
    with pytest.raises(FeedAddressRefused):
        checked_address(address)


def test_addresses_as_calendar_programs_give_them() -> None:
    assert checked_address(" webcal://example.org/a.ics ") == "https://example.org/a.ics"


def test_a_name_that_stands_for_a_private_address_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)

    with pytest.raises(FetchFailed, match="private network"):
        fetch("http://calendar.example.org/a.ics")


def test_ours_are_known_by_their_uid(db: None) -> None:
    cast = make.cast()
    booking = make.booking(cast.alice, make.resource(cast.house))

    found = read(event(uid_of(booking), "DTSTART:20270601T100000Z"))

    own = "@" + uid_of(booking).partition("@")[2]
    assert busy_spans(found.occurrences, own_uids=own, longest=LONGEST_BUSY) == []
