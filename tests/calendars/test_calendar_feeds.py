"""Calendars read what somebody may see, at an address that is hard to guess and can be taken away."""

from copy import copy
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from infra24.bookings.models import Booking, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import BookingChange, cancel_booking, change_booking
from infra24.calendars import published
from infra24.calendars.errors import (
    CalendarFeedNotFound,
    CalendarFeedUnclear,
    DetailFixed,
    FeedNotRenewable,
    ProgrammeIsPublic,
    TooManyCalendarFeeds,
)
from infra24.calendars.models import CalendarFeed, FeedDetail, FeedKind, FeedReading
from infra24.calendars.queries import calendar_feed_for
from infra24.calendars.services import publishing
from infra24.calendars.services.publishing import FeedWish, change_feed, end_feed, make_feed, note_reading, renew_feed
from infra24.core.errors import Stale
from infra24.core.ids import new_id
from infra24.facts.models import Fact
from infra24.orgs.errors import RoleTooLow
from infra24.orgs.keys import mailed_secret
from infra24.orgs.models import AuditEntry, Key, Member
from infra24.orgs.policies import Role
from infra24.orgs.services import deactivate_member
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Resource
from tests import make
from tests.calendars.readers import all_of_it, by_icalendar, by_vobject
from tests.recorded import recorded_facts

NOON, HOUR, DAY = make.NOON, timedelta(hours=1), timedelta(days=1)
HERE = {"Infra24-Organisation": "oolite"}


@pytest.fixture
def cast(db: None) -> make.Cast:
    return make.cast()


def made(by: Member, kind: FeedKind, **more: Any) -> CalendarFeed:
    with acting_for(by.org_id):
        return make_feed(kind, by=by, source="staff", **more)


def path_of(feed: CalendarFeed) -> str:
    with acting_for(feed.org_id):
        key = Key.objects.get(kind="feed", subject_id=feed.pk, revoked_at=None)
    return f"/feeds/{mailed_secret(key.pk)}.ics"


def read(feed: CalendarFeed, **headers: str) -> Any:
    return Client().get(path_of(feed), headers=headers)


def told(answer: Any) -> list[tuple[str, str]]:
    """Title and place of each event."""
    assert by_icalendar(answer.content) == by_vobject(answer.content)
    return [(event["summary"][0], event.get("location", [""])[0]) for event in all_of_it(answer.content)]


def furnish(cast: make.Cast) -> tuple[Resource, Resource]:
    """A meeting of others, an open one, one for Bob and one of his own; the vault is for staff alone."""
    kiln = make.resource(cast.house, name="Kiln", location="Cellar")
    vault = make.resource(cast.house, name="Vault", visible_to="staff", bookable_by="staff")
    ana, bob = make.person(cast.house, name="Ana"), make.person(cast.house, member=cast.bob)
    make.booking(cast.alice, kiln, vault, title="Board meeting", person=ana)
    teacher = make.resource(cast.house, name="Noa", kind="person", person=make.person(cast.house, name="Noa"))
    make.booking(cast.alice, kiln, vault, teacher, title="Open house", starts_at=NOON + HOUR, visibility="title")
    make.booking(cast.alice, kiln, title="Bob's", starts_at=NOON + 2 * HOUR, person=bob)
    make.booking(cast.bob, kiln, title="Bob's own", starts_at=NOON + 3 * HOUR)
    make.booking(cast.bob, kiln, title="Held", starts_at=NOON + 4 * HOUR, status="hold")
    return kiln, vault


# --- Who sees what ------------------------------------------------------------------------------


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


# --- Reading again -------------------------------------------------------------------------------


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


# --- Ends ----------------------------------------------------------------------------------------


def test_an_unknown_address_is_plain_text_and_nothing_else(cast: make.Cast) -> None:
    for key in ("nonsense", "x" * 300, "a%00b"):
        answer = make.client(cast.alice).get(f"/feeds/{key}.ics")
        assert (answer.status_code, answer["Content-Type"]) == (404, "text/plain; charset=utf-8")
        assert (answer.content, answer.cookies) == (b"There is no calendar here, or no longer.", {})


def test_a_renewed_address_works_and_the_old_one_does_not(cast: make.Cast) -> None:
    feed = made(cast.bob, FeedKind.PERSON)
    old = path_of(feed)

    with acting_for(cast.house.pk):
        renew_feed(feed, by=cast.bob, source="self")

    assert (Client().get(old).status_code, read(feed).status_code) == (404, 200)
    with acting_for(cast.house.pk), pytest.raises(FeedNotRenewable):
        renew_feed(feed, by=cast.alice, source="staff")
    with acting_for(cast.house.pk):
        end_feed(feed, by=cast.bob, source="self")
        with pytest.raises(CalendarFeedNotFound):
            end_feed(feed, by=cast.bob, source="self")
        assert list(AuditEntry.objects.filter(subject_id=feed.pk).order_by("id").values_list("action", flat=True)) == [
            "calendarfeed.make",
            "calendarfeed.renew",
            "calendarfeed.end",
        ]
        facts = [fact for fact in recorded_facts() if fact.startswith("calendarfeed")]
    assert facts == ["calendarfeed.made", "calendarfeed.renewed", "calendarfeed.ended"]


# --- Changes -------------------------------------------------------------------------------------


def wish(name: str = "", detail: FeedDetail = FeedDetail.BUSY, remind_minutes: int | None = None) -> FeedWish:
    return FeedWish(name, detail, remind_minutes)


def test_an_address_is_changed_and_stays_the_same_address(cast: make.Cast) -> None:
    furnish(cast)
    feed = made(cast.alice, FeedKind.ORGANISATION, name="Door")
    path, before = path_of(feed), read(feed)

    with acting_for(cast.house.pk):
        change_feed(feed, wish("Gate", FeedDetail.FULL, 30), by=cast.alice, source="staff", version=1)
        change_feed(feed, wish("Gate", FeedDetail.FULL, 30), by=cast.alice, source="staff")  # as it is: no news

    after = Client().get(path, headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200, "it shows something else now"
    assert (told(before)[0][0], told(after)[0][0]) == ("Busy", "Board meeting")
    assert all_of_it(after.content)[0]["alarms"][0][1] == -timedelta(minutes=30)
    with acting_for(cast.house.pk):
        feed.refresh_from_db()
        assert (feed.name, feed.version, Key.objects.get(subject_id=feed.pk).name) == ("Gate", 2, "Gate")
        step: Any = AuditEntry.objects.get(action="calendarfeed.change")
        fact = Fact.objects.get(type="calendarfeed.changed")
    assert (step.before["name"], step.after["name"], step.after["detail"]) == ("Door", "Gate", "full")
    assert fact.data == {"fields": ["name", "detail", "remind_minutes"]}


def test_what_cannot_be_changed_leaves_no_trace(cast: make.Cast) -> None:
    own, house = made(cast.bob, FeedKind.PERSON), made(cast.alice, FeedKind.ORGANISATION)
    gone = made(cast.bob, FeedKind.PERSON)
    with acting_for(cast.house.pk):
        end_feed(gone, by=cast.bob, source="self")

        def refused(error: type[Exception], feed: CalendarFeed, by: Member, **more: Any) -> None:
            before = list(CalendarFeed.objects.order_by("pk").values()), recorded_facts()
            with pytest.raises(error):
                change_feed(feed, wish("Gate", **more), by=by, source="staff", version=1)
            assert (list(CalendarFeed.objects.order_by("pk").values()), recorded_facts()) == before

        refused(DetailFixed, own, cast.bob, detail=FeedDetail.FULL)
        refused(RoleTooLow, house, cast.bob)
        refused(CalendarFeedNotFound, gone, cast.bob)
        change_feed(own, wish("Watch"), by=cast.bob, source="self")
        refused(Stale, own, cast.bob)


def test_an_address_is_changed_through_the_api_and_by_whoever_saw_it_as_it_is(cast: make.Cast) -> None:
    feed, bob = made(cast.bob, FeedKind.PERSON, name="Phone", remind_minutes=10), make.client(cast.bob)
    address = f"/api/calendar-feeds/{feed.pk}"

    def change(tag: str, **body: Any) -> Any:
        return bob.patch(address, make.json(body), "application/json", headers={**HERE, "If-Match": tag})

    tag = bob.get(address, headers=HERE)["ETag"]
    called = change(tag, name="Watch")
    assert (called.status_code, called["ETag"]) == (200, '"2"')
    assert (called.json()["name"], called.json()["remind_minutes"]) == ("Watch", 10)
    assert change(tag, name="Ring").status_code == 412
    quiet = change('"2"', remind_minutes=None).json()
    assert (quiet["name"], quiet["remind_minutes"]) == ("Watch", None)
    assert change('"3"', detail="full").json()["code"] == "detail_fixed"
    assert bob.post(f"{address}/renew", headers={**HERE, "If-Match": tag}).status_code == 412
    for other in (cast.alice, cast.charlie):
        answer = make.client(other).patch(address, make.json({"name": "X"}), "application/json", headers=HERE)
        assert answer.status_code == 404


def test_an_address_is_changed_on_its_page(cast: make.Cast) -> None:
    feed, house = made(cast.bob, FeedKind.PERSON, remind_minutes=45), made(cast.alice, FeedKind.ORGANISATION)
    bob, alice = make.client(cast.bob), make.client(cast.alice)
    page = f"/o/oolite/calendar-feeds/{feed.pk}/edit"

    assert page in bob.get("/o/oolite/my/calendar/addresses").content.decode()
    shown = bob.get(page).content.decode()
    assert "45 minutes before" in shown, "the API takes any, and the page must not lose it"
    assert "What it shows" not in shown
    assert bob.post(page, {"name": "Watch", "remind_minutes": "45", "version": "1"}).status_code == 302
    stale = bob.post(page, {"name": "Ring", "version": "1"})
    assert (stale.status_code, "Somebody changed this" in stale.content.decode()) == (412, True)
    assert bob.post(page, {"name": "x" * 81, "version": "2"}).status_code == 422
    assert alice.get(page).status_code == 404

    door = f"/o/oolite/calendar-feeds/{house.pk}/edit"
    assert "What it shows" in alice.get(door).content.decode()
    back = alice.post(door, {"name": "Door", "detail": "full", "version": "1"}, follow=True)
    assert "Saved. Calendars that read the address go on doing so." in back.content.decode()
    with acting_for(cast.house.pk):
        rows = {row.pk: row for row in CalendarFeed.objects.all()}
    assert (rows[feed.pk].name, rows[feed.pk].remind_minutes) == ("Watch", 45)
    assert (rows[house.pk].name, rows[house.pk].detail) == ("Door", "full")


@pytest.mark.parametrize("how", ["left", "demoted", "shut out"])
def test_it_ends_with_what_its_maker_may_see(cast: make.Cast, how: str) -> None:
    furnish(cast)
    feed = made(cast.alice, FeedKind.ORGANISATION)
    path = path_of(feed)
    assert Client().get(path).status_code == 200
    with acting_for(cast.house.pk):
        match how:
            case "left":
                deactivate_member(cast.alice, by=cast.alice, source="staff")
            case "demoted":
                Member.objects.filter(pk=cast.alice.pk).update(role=Role.MEMBER.value)
            case "shut out":
                type(cast.alice.user).objects.filter(pk=cast.alice.user_id).update(is_active=False)

    assert Client().get(path).status_code == 404


def test_nobody_reads_faster_than_calendars_do(cast: make.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    feed, other = made(cast.bob, FeedKind.PERSON), made(cast.alice, FeedKind.PERSON)
    monkeypatch.setattr("infra24.calendars.views.reading.BURST", 2)

    answers = [read(feed) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert (answers[2]["Retry-After"], answers[2]["Content-Type"]) == ("3", "text/plain; charset=utf-8")
    assert read(other).status_code == 200


# --- Refusals ------------------------------------------------------------------------------------


def test_refusals_leave_no_trace(cast: make.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    kiln = make.resource(cast.house, name="Kiln")
    with pytest.raises(RoleTooLow):
        made(cast.bob, FeedKind.RESOURCE, resource=kiln)
    with pytest.raises(RoleTooLow):
        made(cast.bob, FeedKind.ORGANISATION)
    with pytest.raises(CalendarFeedUnclear):
        made(cast.alice, FeedKind.RESOURCE)
    with pytest.raises(CalendarFeedUnclear):
        made(cast.alice, FeedKind.PERSON, resource=kiln)
    with acting_for(cast.house.pk):
        assert (CalendarFeed.objects.count(), FeedReading.objects.count(), Key.objects.count()) == (0, 0, 0)
    monkeypatch.setattr(publishing, "MOST_FEEDS", 1)
    made(cast.bob, FeedKind.PERSON)
    with pytest.raises(TooManyCalendarFeeds):
        made(cast.bob, FeedKind.PERSON)


@pytest.mark.parametrize(
    ("column", "value", "name"),
    [
        ("kind", "'all'", "calendarfeed_kind_known"),
        ("detail", "'some'", "calendarfeed_detail_known"),
        ("kind", "'resource'", "calendarfeed_resource_if_of_one"),
        ("remind_minutes", "40321", "calendarfeed_reminds_within_weeks"),
    ],
)
def test_postgresql_refuses_it_too(cast: make.Cast, column: str, value: str, name: str) -> None:
    feed = made(cast.bob, FeedKind.PERSON)
    with acting_for(cast.house.pk), pytest.raises(IntegrityError, match=name), transaction.atomic():
        connection.cursor().execute(f"UPDATE calendars_calendarfeed SET {column} = {value} WHERE id = %s", [feed.pk])


def test_a_feed_is_one_persons_business(cast: make.Cast) -> None:
    own, house = made(cast.bob, FeedKind.PERSON), made(cast.alice, FeedKind.ORGANISATION)

    def sees(viewer: Member, feed_id: UUID) -> bool:
        with acting_for(viewer.org_id):
            try:
                return calendar_feed_for(viewer, feed_id).pk == feed_id
            except CalendarFeedNotFound:
                return False

    seen = [[sees(viewer, feed.pk) for feed in (own, house)] for viewer in (cast.bob, cast.alice, cast.charlie)]
    assert seen == [[True, False], [False, True], [False, False]]


# --- Cost ----------------------------------------------------------------------------------------


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


# --- Pages ---------------------------------------------------------------------------------------


def test_people_make_renew_and_take_away_addresses_on_a_page(cast: make.Cast) -> None:
    bob, page = make.client(cast.bob), "/o/oolite/my/calendar/addresses"
    assert "No calendar reads your bookings yet" in bob.get(page).content.decode()

    html = bob.post(page, {"name": "Phone", "remind_minutes": "30"}, follow=True).content.decode()

    with acting_for(cast.house.pk):
        feed = CalendarFeed.objects.get()
    first = path_of(feed)
    assert (first in html, "webcal://" in html, "reminds 30 minutes before" in html) == (True, True, True)
    assert bob.post(f"/o/oolite/calendar-feeds/{feed.pk}/renew").status_code == 302
    assert path_of(feed) in bob.get(page).content.decode()
    assert make.client(cast.alice).post(f"/o/oolite/calendar-feeds/{feed.pk}/end").status_code == 404
    assert bob.post(f"/o/oolite/calendar-feeds/{feed.pk}/end").status_code == 302
    assert first not in bob.get(page).content.decode()
    assert bob.post(page, {"remind_minutes": "7"}).status_code == 422


def test_staff_share_the_house_and_only_the_maker_reads_the_address(cast: make.Cast) -> None:
    kiln, _vault = furnish(cast)
    eve, dana = make.member(cast.house, role=Role.STAFF), make.member(cast.house, role=Role.MANAGER)
    alice, page = make.client(cast.alice), "/o/oolite/admin/settings/calendars"
    form = {"resource": str(kiln.pk), "detail": "full", "name": "Screen"}

    html = alice.post(page, form, follow=True).content.decode()

    with acting_for(cast.house.pk):
        feed = CalendarFeed.objects.get()
    assert path_of(feed) in html
    others = make.client(eve).get(page).content.decode()
    assert ("Screen" in others, path_of(feed) in others, "Only whoever made it" in others) == (True, False, True)
    refused = make.client(eve).post(f"/o/oolite/calendar-feeds/{feed.pk}/renew", follow=True).content.decode()
    assert "Only whoever made a calendar address can renew it." in refused
    assert f'value="{kiln.pk}" selected' in alice.get(f"{page}?resource={kiln.pk}").content.decode()
    assert "Managers can switch it on." in others
    switched = make.client(dana).post(f"{page}/programme", follow=True).content.decode()
    assert "/o/oolite/programme.ics" in switched
    assert make.client(eve).post(f"{page}/programme").status_code == 403


def test_an_answer_with_an_address_is_kept_nowhere(cast: make.Cast) -> None:
    bob = make.client(cast.bob)
    sent: dict[str, Any] = {"content_type": "application/json", "headers": {**HERE, "Idempotency-Key": "once"}}

    answer = bob.post("/api/calendar-feeds", make.json({"kind": "person"}), **sent)

    assert (answer.status_code, answer["Cache-Control"]) == (201, "no-store")
    assert bob.get("/api/calendar-feeds", headers=HERE)["Cache-Control"] == "no-store"
    with acting_for(cast.house.pk):
        key = Key.objects.get(kind="feed")
        assert mailed_secret(key.pk) in answer.json()["address"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT body FROM orgs_rememberedanswer")
            assert [bytes(row[0]) for row in cursor.fetchall()] == [b""]
    assert key.scopes == ["bookings:read"]


def test_lists_take_the_same_queries_however_long(cast: make.Cast) -> None:
    alice, counted = make.client(cast.alice), []
    for number in (1, 3):
        for _ in range(number):
            made(cast.alice, FeedKind.ORGANISATION)
        with CaptureQueriesContext(connection) as queries:
            alice.get("/api/calendar-feeds", headers=HERE)
        counted.append(len(queries))
    assert counted[0] == counted[1]


# --- One booking ---------------------------------------------------------------------------------


def test_one_booking_goes_into_a_calendar(cast: make.Cast) -> None:
    furnish(cast)
    bob, alice, charlie = (make.client(who) for who in (cast.bob, cast.alice, cast.charlie))
    with acting_for(cast.house.pk):
        own, others = Booking.objects.get(title="Bob's own"), Booking.objects.get(title="Board meeting")
    file = bob.get(f"/o/oolite/bookings/{own.pk}.ics")

    (event,) = all_of_it(file.content)
    assert (event["summary"], event["uid"]) == (["Bob's own"], [f"booking-{own.pk}@localhost"])
    assert "attachment" in file["Content-Disposition"]
    assert event["description"] == event["url"]
    link = event["url"][0].partition("localhost")[2].lstrip(":0123456789")
    assert bob.get(link)["Location"] == f"/o/oolite/my#booking-{own.pk}"
    assert alice.get(link)["Location"] == f"/o/oolite/admin/bookings/{own.pk}"
    assert [who.get(f"/o/oolite/bookings/{others.pk}.ics").status_code for who in (bob, alice, charlie)] == [
        404,
        200,
        404,
    ]
    through_api = bob.get(f"/api/bookings/{own.pk}.ics?remind_minutes=10", headers=HERE)
    assert b"TRIGGER:-PT10M" in through_api.content
    assert bob.get(f"/api/bookings/{own.pk}.ics?remind_minutes=-1", headers=HERE).status_code == 422


def test_the_pages_lead_to_calendars_on_the_web_with_time_title_and_place_alone(cast: make.Cast) -> None:
    furnish(cast)
    with acting_for(cast.house.pk):
        own = Booking.objects.get(title="Bob's own")
        Booking.objects.filter(pk=own.pk).update(note="My own phone number")

    mine = make.client(cast.bob).get("/o/oolite/my").content.decode()
    theirs = make.client(cast.alice).get(f"/o/oolite/admin/bookings/{own.pk}").content.decode()

    for html in (mine, theirs):
        assert f"/o/oolite/bookings/{own.pk}.ics" in html
        web = [part for part in html.split('"') if part.startswith(("https://calendar.google", "https://outlook"))]
        assert any("text=Bob%27s+own&amp;dates=" in link and "location=Kiln%2C+Cellar" in link for link in web)
        assert any("subject=Bob%27s+own&amp;startdt=" in link for link in web)
        assert [link for link in web if "phone" in link or "example.org" in link] == []
