"""What a mail puts into its reader's calendar: one booking, a whole series, one date struck out, all of it taken back."""

from datetime import UTC, datetime
from typing import Any

import pytest
from icalendar import Calendar

from infra24.bookings.ledger import dates_of
from infra24.bookings.models import Booking, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import BookingChange, cancel_booking, change_booking, transfer_booking
from infra24.bookings.services.transferring import Receiver
from infra24.config.subscriptions import REACTIONS
from infra24.notifications.kept_mail import KeptMail, kept_mails
from infra24.orgs.models import Organisation
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import deliver_due
from infra24.people.models import Person
from tests import make
from tests.bookings.series_story import HOUR, WEEK, change, end, made, rows_of, walls, weekly
from tests.calendars.readers import all_of_it, all_of_it_again, expanded
from tests.make import NOON, Cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    return make.cast()


@pytest.fixture
def bob(cast: Cast) -> Person:
    return make.person(cast.house, member=cast.bob)


def newest() -> KeptMail:
    deliver_due(REACTIONS)
    return kept_mails()[0]


def files(mail: KeptMail) -> list[tuple[str, bytes]]:
    """Method and content of each file; two readers have to agree on it."""
    found = []
    for attachment in mail.attachments:
        assert all_of_it(attachment.content) == all_of_it_again(attachment.content)
        found.append((str(Calendar.from_ical(attachment.content)["METHOD"]), attachment.content))
    return found


def stands(series: Any) -> list[datetime]:
    """When the dates are that stand, by the ledger."""
    live = {"pending", "confirmed"}
    return sorted(
        row.booking.starts_at.astimezone(UTC)
        for row in rows_of(series)
        if row.state == "booked" and row.booking and row.booking.status in live
    )


def date(cast: Cast, series: Any, number: int) -> Booking:
    with acting_for(cast.house.pk):
        booking_id = dates_of(series)[number].booking_id
        assert booking_id is not None
        return booking_for(cast.alice, booking_id)


def move(cast: Cast, booking: Booking) -> None:
    later = BookingChange(starts_at=booking.starts_at + HOUR, ends_at=booking.ends_at + HOUR)
    with acting_for(cast.house.pk):
        change_booking(booking, later, by=cast.alice, source=Source.STAFF)


def test_the_house_asks_and_the_guest_has_said_yes(cast: Cast, bob: Person) -> None:
    Organisation.objects.filter(pk=cast.house.pk).update(mail_address="desk@example.org")
    booking = make.booking(cast.alice, make.resource(cast.house, name="Kiln"), person=bob)

    ((method, file),) = files(newest())

    (event,) = all_of_it(file)
    assert (method, event["uid"]) == ("REQUEST", [f"booking-{booking.pk}@rooms.example.org"])
    assert (event["organizer"], event["attendee"]) == (
        [("mailto:desk@example.org", "Oolite")],
        [("mailto:bob@example.org", "Bob")],
    )
    assert b"PARTSTAT=ACCEPTED" in file.replace(b"\r\n ", b"")
    assert event["url"] == [f"https://rooms.example.org/o/oolite/bookings/{booking.pk}"]
    assert event["alarms"] == [("DISPLAY", -HOUR, "Firing")]


def test_who_reads_the_house_s_own_mail_is_not_asked_by_themselves(cast: Cast, bob: Person) -> None:
    Organisation.objects.filter(pk=cast.house.pk).update(mail_address="Bob@example.org")
    make.booking(cast.alice, make.resource(cast.house, name="Kiln"), person=bob)

    assert [method for method, _file in files(newest())] == ["PUBLISH"]


def test_a_series_is_one_event_that_repeats(cast: Cast, bob: Person) -> None:
    series = made(cast.alice, weekly(make.resource(cast.house, name="Kiln"), person=bob))

    ((method, file),) = files(newest())

    (event,) = all_of_it(file)
    assert (method, event["uid"]) == ("REQUEST", [f"series-{series.pk}@rooms.example.org"])
    assert [starts for starts, *_ in expanded(file)] == stands(series)


def test_one_moved_date_comes_with_the_whole_series(cast: Cast, bob: Person) -> None:
    kiln = make.resource(cast.house, name="Kiln")
    make.booking(cast.alice, kiln, starts_at=NOON + 2 * WEEK)
    series = made(cast.alice, weekly(kiln, person=bob), on_conflict="skip")
    ((_method, before),) = files(newest())
    move(cast, date(cast, series, 1))

    ((method, after),) = files(newest())

    assert method == "REQUEST"
    assert [starts for starts, *_ in expanded(after)] == stands(series)
    whole, moved = all_of_it(after)
    assert len(whole["exdate"]) == 1
    assert moved["sequence"] == whole["sequence"]
    assert int(whole["sequence"][0]) >= int(all_of_it(before)[0]["sequence"][0])


def test_one_cancelled_date_is_struck_out_alone(cast: Cast, bob: Person) -> None:
    series = made(cast.alice, weekly(make.resource(cast.house, name="Kiln"), person=bob))
    ((_method, before),) = files(newest())
    meant = walls(series)[2]
    with acting_for(cast.house.pk):
        cancel_booking(date(cast, series, 2), reason="Broken", by=cast.alice, source=Source.STAFF)

    ((method, file),) = files(newest())

    (event,) = all_of_it(file)
    assert (method, "rrule" in event) == ("CANCEL", False)
    assert f"RECURRENCE-ID;TZID=America/New_York:{meant:%Y%m%dT%H%M%S}" in file.decode()
    assert (event["status"], event["uid"]) == (["CANCELLED"], all_of_it(before)[0]["uid"])
    assert int(event["sequence"][0]) >= int(all_of_it(before)[0]["sequence"][0])


def test_what_ends_altogether_is_taken_back(cast: Cast, bob: Person) -> None:
    series = made(cast.alice, weekly(make.resource(cast.house, name="Kiln"), person=bob))
    newest()
    end(series, cast.alice, scope="following", wall_on=walls(series)[2])
    ((shorter, fewer),) = files(newest())
    end(series, cast.alice)
    ((over, nothing),) = files(newest())

    assert (shorter, len(expanded(fewer))) == ("REQUEST", 2)
    (event,) = all_of_it(nothing)
    assert (over, event["status"], "recurrence-id" in event) == ("CANCEL", ["CANCELLED"], False)


def test_later_dates_that_go_on_as_a_series_of_their_own_are_told_with_the_old(cast: Cast, bob: Person) -> None:
    series = made(cast.alice, weekly(make.resource(cast.house, name="Kiln"), person=bob))
    newest()
    new = change(series, cast.alice, scope="following", wall_on=walls(series)[2], starts_at=NOON + 2 * WEEK + HOUR)

    told = files(newest())

    assert [method for method, _file in told] == ["REQUEST", "REQUEST"]
    assert [[starts for starts, *_ in expanded(file)] for _method, file in told] == [stands(new), stands(series)]
    change(new, cast.alice, starts_at=NOON + 2 * WEEK + 2 * HOUR)
    assert len(files(newest())) == 1


def test_a_date_that_is_handed_over_leaves_the_one_calendar_and_is_an_event_of_its_own_in_the_other(
    cast: Cast, bob: Person
) -> None:
    dora = make.person(cast.house, name="Dora", email="dora@example.org")
    series = made(cast.alice, weekly(make.resource(cast.house, name="Kiln"), person=bob))
    newest()
    booking = date(cast, series, 1)
    with acting_for(cast.house.pk):
        transfer_booking(booking, Receiver(dora.pk), by=cast.alice, source=Source.STAFF)

    newest()
    mails = {mail.recipients[0]: mail for mail in kept_mails()[:2]}
    ((theirs, file),) = files(mails["dora@example.org"])
    (event,) = all_of_it(file)
    assert (theirs, event["uid"]) == ("REQUEST", [f"booking-{booking.pk}@rooms.example.org"])
    ((his, file),) = files(mails["bob@example.org"])
    (event,) = all_of_it(file)
    assert (his, event["uid"]) == ("CANCEL", [f"series-{series.pk}@rooms.example.org"])
    assert "recurrence-id" in event


def test_a_booking_that_is_handed_over_is_struck_out_and_says_no_more_than_they_knew(cast: Cast, bob: Person) -> None:
    dora = make.person(cast.house, name="Dora", email="dora@example.org")
    booking = make.booking(cast.alice, make.resource(cast.house, name="Kiln"), person=bob, status="confirmed")
    newest()
    with acting_for(cast.house.pk):
        transfer_booking(booking, Receiver(dora.pk), by=cast.alice, source=Source.STAFF)
        change_booking(booking, BookingChange(note="Dora pays"), by=cast.alice, source=Source.STAFF)
    newest()

    (mail,) = [mail for mail in kept_mails() if mail.subject == "No longer yours: Firing"]
    ((method, file),) = files(mail)
    (event,) = all_of_it(file)
    assert (method, event["status"], event["uid"]) == (
        "CANCEL",
        ["CANCELLED"],
        [f"booking-{booking.pk}@rooms.example.org"],
    )
    assert b"Dora" not in file


def test_a_series_that_waits_for_a_decision_is_in_no_calendar_yet(cast: Cast, bob: Person) -> None:
    rules = {**make.open_week(), "approval": "always"}
    made(cast.bob, weekly(make.resource(cast.house, name="Kiln", rules=rules), person=bob))

    newest()

    (mail,) = [mail for mail in kept_mails() if mail.subject == "Request received: Firing"]
    assert mail.attachments == ()
