"""A calendar comes back every hour: what has not changed is not sent again, and reading stays cheap."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from infra24.bookings.models import Booking, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import BookingChange, cancel_booking, change_booking
from infra24.calendars.models import CalendarFeed, FeedDetail, FeedKind, FeedReading
from infra24.calendars.services.publishing import note_reading
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Resource
from tests import make
from tests.calendars.published_story import DAY, HOUR, NOON, furnish, made, path_of, read


@pytest.fixture
def cast(db: None) -> make.Cast:
    return make.cast()


def test_what_has_not_changed_is_not_sent_again(cast: make.Cast) -> None:
    kiln, _vault = furnish(cast)
    feed = made(cast.bob, FeedKind.PERSON)
    first = read(feed)

    assert (first["ETag"][0], first["ETag"][-1], len(first["ETag"])) == ('"', '"', 42)
    assert (first["Cache-Control"], "Cookie" in first.get("Vary", ""), first.cookies) == (
        "private, no-cache",
        False,
        {},
    )
    for headers in (
        {"If-None-Match": first["ETag"]},
        {"If-None-Match": f'W/{first["ETag"]}, "other"'},
        {"If-Modified-Since": first["Last-Modified"]},
    ):
        again = read(feed, **headers)
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert read(feed, **{"If-None-Match": '"other"'}).content == first.content

    make.booking(cast.bob, kiln, title="New", starts_at=NOON + 5 * HOUR)

    for headers in ({"If-None-Match": first["ETag"]}, {"If-Modified-Since": first["Last-Modified"]}):
        assert read(feed, **headers).status_code == 200


@pytest.mark.parametrize(
    "what", ["moved", "cancelled", "place renamed", "somebody renamed", "house renamed", "tomorrow"]
)
def test_whatever_changes_the_file_changes_its_tag(cast: make.Cast, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kiln, _vault = furnish(cast)
    feed = made(cast.alice, FeedKind.ORGANISATION, detail=FeedDetail.FULL)
    before = read(feed)
    with acting_for(cast.house.pk):
        booking = booking_for(cast.alice, Booking.objects.get(title="Board meeting").pk)
        match what:
            case "moved":
                wish = BookingChange(starts_at=NOON + 6 * HOUR, ends_at=NOON + 7 * HOUR)
                change_booking(booking, wish, by=cast.alice, source=Source.STAFF)
            case "cancelled":
                cancel_booking(booking, by=cast.alice, source=Source.STAFF)
            case "place renamed":
                Resource.objects.filter(pk=kiln.pk).update(name="Big kiln", version=kiln.version + 1)
            case "somebody renamed":
                type(booking.person).objects.filter(name="Ana").update(name="Ana Lima", version=9)  # type: ignore[union-attr]
            case "house renamed":
                type(cast.house).objects.filter(pk=cast.house.pk).update(name="Other house")
            case "tomorrow":
                tomorrow = timezone.now() + DAY
                monkeypatch.setattr(timezone, "now", lambda: tomorrow)

    after = read(feed)

    assert before["ETag"] != after["ETag"]
    assert after["Last-Modified"] != before["Last-Modified"]


def test_a_change_within_the_same_second_is_a_second_later(cast: make.Cast) -> None:
    feed = made(cast.bob, FeedKind.PERSON)
    now = timezone.now()

    with acting_for(cast.house.pk):
        times = [
            note_reading(CalendarFeed.objects.select_related("reading").get(pk=feed.pk), tag=tag, now=now)
            for tag in ("a", "b", "b", "c")
        ]

    whole = now.replace(microsecond=0)
    assert times == [whole + timedelta(seconds=step) for step in (1, 2, 2, 3)]


def test_head_answers_as_get_does_without_the_file(cast: make.Cast) -> None:
    furnish(cast)
    feed = made(cast.bob, FeedKind.PERSON)

    head, get = Client().head(path_of(feed)), read(feed)

    assert (head.status_code, head.content) == (200, b"")
    assert [head[name] for name in ("ETag", "Content-Type")] == [get[name] for name in ("ETag", "Content-Type")]
    assert Client().post(path_of(feed)).status_code == 405


def test_reading_is_noted_to_the_minute(cast: make.Cast) -> None:
    feed = made(cast.bob, FeedKind.PERSON)
    read(feed)
    with acting_for(cast.house.pk):
        (first,) = FeedReading.objects.values_list("read_at", flat=True)
        assert first is not None
        FeedReading.objects.update(read_at=first - 2 * timedelta(minutes=1))
    read(feed, **{"If-None-Match": "*"})

    html = make.client(cast.bob).get("/o/oolite/my/calendar/addresses").content.decode()

    assert "Last read:" in html
    with acting_for(cast.house.pk):
        assert FeedReading.objects.get().read_at >= first  # type: ignore[operator]


def test_nobody_reads_faster_than_calendars_do(cast: make.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    feed, other = made(cast.bob, FeedKind.PERSON), made(cast.alice, FeedKind.PERSON)
    monkeypatch.setattr("infra24.calendars.views.reading.BURST", 2)

    answers = [read(feed) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert (answers[2]["Retry-After"], answers[2]["Content-Type"]) == ("3", "text/plain; charset=utf-8")
    assert read(other).status_code == 200


def test_reading_takes_the_same_statements_however_much_is_booked(cast: make.Cast) -> None:
    kiln = make.resource(cast.house, name="Kiln")
    feed = made(cast.alice, FeedKind.RESOURCE, resource=kiln, detail=FeedDetail.FULL)
    path, counted = path_of(feed), []
    for day in range(3):
        for hour in range(1 + 2 * day):
            make.booking(cast.alice, kiln, starts_at=NOON + day * DAY + hour * HOUR, person=make.person(cast.house))
        with CaptureQueriesContext(connection) as queries:
            answer = Client().get(path)
        with CaptureQueriesContext(connection) as again:
            assert Client().get(path, headers={"If-None-Match": answer["ETag"]}).status_code == 304
        counted.append((len(queries), len(again)))

    assert counted[1] == counted[2]
    assert counted[2][0] <= 15
    assert counted[2][1] < counted[2][0]
