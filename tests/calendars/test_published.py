"""Calendars read what somebody may see, and nothing of what they may not."""

from copy import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from infra24.bookings.models import Booking, Source
from infra24.bookings.services import cancel_booking
from infra24.calendars import published
from infra24.calendars.errors import ProgrammeIsPublic
from infra24.calendars.models import FeedDetail, FeedKind
from infra24.calendars.services.publishing import end_feed
from infra24.core.ids import new_id
from infra24.orgs.errors import RoleTooLow
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.calendars.published_story import DAY, HOUR, NOON, furnish, made, read, told
from tests.calendars.readers import all_of_it


@pytest.fixture
def cast(db: None) -> make.Cast:
    return make.cast()


def test_a_person_reads_their_own_bookings_and_of_nobody_else(cast: make.Cast) -> None:
    furnish(cast)

    answer = read(made(cast.bob, FeedKind.PERSON, remind_minutes=30))

    assert told(answer) == [("Bob's", "Kiln, Cellar"), ("Bob's own", "Kiln, Cellar")]
    text = answer.content.decode()
    assert [word for word in ("Board", "Open house", "Ana", "Alice", "Held", "ATTENDEE") if word in text] == []
    (first, _second) = all_of_it(answer.content)
    assert first["alarms"][0][1] == -timedelta(minutes=30)
    assert "/o/oolite/bookings/" in first["url"][0]


def test_a_resource_shows_when_it_is_taken_and_nothing_of_others(cast: make.Cast) -> None:
    kiln, _vault = furnish(cast)

    answer = read(made(cast.alice, FeedKind.RESOURCE, resource=kiln))

    assert told(answer) == [
        ("Busy", "Kiln, Cellar"),
        ("Open house", "Kiln, Cellar"),
        ("Busy", "Kiln, Cellar"),
        ("Busy", "Kiln, Cellar"),
    ]
    text = answer.content.decode()
    assert [word for word in ("Board", "Bob", "Ana", "Noa", "Vault", "/bookings/") if word in text] == []


def test_staff_read_all_of_it_when_they_say_so(cast: make.Cast) -> None:
    furnish(cast)

    full = read(made(cast.alice, FeedKind.ORGANISATION, detail=FeedDetail.FULL))
    busy = read(made(cast.alice, FeedKind.ORGANISATION))

    assert told(full) == [
        ("Board meeting", "Kiln, Cellar, Vault"),
        ("Open house", "Kiln, Cellar, Vault, Noa"),
        ("Bob's", "Kiln, Cellar"),
        ("Bob's own", "Kiln, Cellar"),
    ]
    assert all_of_it(full.content)[0]["description"][0].startswith("For Ana ")
    assert [title for title, _place in told(busy)] == ["Busy", "Open house", "Busy", "Busy"]


def test_the_programme_is_off_until_a_manager_switches_it_on(cast: make.Cast) -> None:
    furnish(cast)
    dana = make.member(cast.house, role=Role.MANAGER, name="Dana")
    nothing = Client().get("/o/oolite/programme.ics")
    assert (nothing.status_code, nothing["Content-Type"]) == (404, "text/plain; charset=utf-8")
    with pytest.raises(RoleTooLow):
        made(cast.alice, FeedKind.PROGRAMME)

    feed = made(dana, FeedKind.PROGRAMME)

    answer = Client().get("/o/oolite/programme.ics")
    assert told(answer) == [("Open house", "Kiln, Cellar")]
    assert [word for word in ("Vault", "Busy", "Bob", "Ana", "Noa") if word in answer.content.decode()] == []
    assert (answer["Cache-Control"], answer.cookies) == ("public, max-age=300", {})
    with pytest.raises(ProgrammeIsPublic):
        made(dana, FeedKind.PROGRAMME)
    with acting_for(cast.house.pk), pytest.raises(RoleTooLow):
        end_feed(feed, by=cast.alice, source="staff")
    with acting_for(cast.house.pk):
        end_feed(feed, by=dana, source="staff")
    assert Client().get("/o/oolite/programme.ics").status_code == 404


def test_what_is_over_long_ago_or_far_ahead_or_not_to_be_is_left_out(cast: make.Cast) -> None:
    kiln = make.resource(cast.house, name="Kiln", rules={**make.open_week(), "horizon_days": 720})
    for title, days in (("Old", -91), ("Late", -89), ("Soon", 399), ("Far", 401)):
        booking = make.booking(cast.alice, kiln, title=title, starts_at=NOON + (abs(days) + 500) * HOUR * 24)
        with acting_for(cast.house.pk):
            starts_at = datetime.now(UTC).replace(hour=17, minute=0, second=0, microsecond=0) + days * DAY
            booking.legs.update(
                starts_at=starts_at, ends_at=starts_at + HOUR, blocks_from=starts_at, blocks_until=starts_at + HOUR
            )
            Booking.objects.filter(pk=booking.pk).update(starts_at=starts_at, ends_at=starts_at + HOUR)
    gone = make.booking(cast.alice, kiln, title="Gone")
    with acting_for(cast.house.pk):
        cancel_booking(gone, by=cast.alice, source=Source.STAFF)

    answer = read(made(cast.alice, FeedKind.RESOURCE, resource=kiln, detail=FeedDetail.FULL))

    assert [title for title, _place in told(answer)] == ["Late", "Soon"]


def test_of_too_much_the_nearest_stays(cast: make.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    furnish(cast)
    monkeypatch.setattr(published, "MOST_EVENTS", 2)

    titles = told(read(made(cast.alice, FeedKind.ORGANISATION, detail=FeedDetail.FULL)))

    assert [title for title, _place in titles] == ["Board meeting", "Open house"]


def test_three_thousand_events_are_one_file(cast: make.Cast) -> None:
    kiln = make.resource(cast.house, name="Kiln")
    booking = make.booking(cast.alice, kiln, visibility="title")
    with acting_for(cast.house.pk):
        leg = booking.legs.get()
        copies = []
        for number in range(3000):
            starts_at = NOON + DAY + number * timedelta(hours=2)
            copies.append((starts_at, starts_at + HOUR))
        _copy(booking, leg, copies)

    answer = read(made(cast.alice, FeedKind.ORGANISATION))

    assert answer.content.count(b"BEGIN:VEVENT") == 3001
    assert answer.content.count(b"SUMMARY:Firing") == 3001


def _copy(booking: Booking, leg: Any, times: list[tuple[datetime, datetime]]) -> None:
    """The same booking at other times, written without the service that would take its time."""
    bookings: list[Booking] = []
    legs: list[Any] = []
    for starts_at, ends_at in times:
        one = Booking.objects.get(pk=booking.pk) if not bookings else _like(bookings[0])
        one.pk, one.starts_at, one.ends_at = new_id(), starts_at, ends_at
        other = _like(leg)
        other.pk, other.booking_id, other.sharing = new_id(), one.pk, one.pk
        other.starts_at = other.blocks_from = starts_at
        other.ends_at = other.blocks_until = ends_at
        bookings.append(one)
        legs.append(other)
    Booking.objects.bulk_create(bookings, batch_size=1000)
    type(leg).objects.bulk_create(legs, batch_size=1000)


def _like(row: Any) -> Any:
    made = copy(row)
    made._state = copy(row._state)
    made._state.adding = True
    return made
