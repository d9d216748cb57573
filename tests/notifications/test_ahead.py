"""Mails that come before something: reminders, time kept that runs out, the day ahead."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from infra24.bookings.models import Booking, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import confirm_booking, create_booking
from infra24.facts.models import Fact
from infra24.facts.services import record
from infra24.notifications.policies import Message
from infra24.notifications.services.texts import switch
from infra24.notifications.services.wishes import wish
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Delivery
from tests import make
from tests.notifications.story import HOUR, House, mails_to, subjects_to

pytestmark = pytest.mark.django_db
BOB, ALICE = "bob@example.org", "alice@example.org"
ZONE = ZoneInfo("America/New_York")


# --- Reminders ---------------------------------------------------------------------------


def test_a_reminder_goes_out_as_long_before_as_the_rules_say() -> None:
    house = House(reminder_minutes=120)
    booking = house.book()
    house.run()
    house.clock.now = booking.starts_at - timedelta(minutes=121)
    house.run()
    assert subjects_to(BOB) == ["Confirmed: Firing"]

    house.clock.now = booking.starts_at - timedelta(minutes=119)
    house.run()

    assert subjects_to(BOB) == ["Confirmed: Firing", "Soon: Firing"]
    mail = mails_to(BOB)[1]
    assert f"/o/oolite/my/{booking.pk}/cancel" in mail.text
    assert "I want no more mails of this kind" in mail.text
    assert f"Calendar file: https://rooms.example.org/o/oolite/bookings/{booking.pk}.ics" in mail.text
    house.again("notifications.remind")
    assert len(subjects_to(BOB)) == 2


@pytest.mark.parametrize("what", ["moved", "cancelled", "begun"])
def test_what_was_moved_or_called_off_before_the_reminder_went_out_is_not_reminded_of(what: str) -> None:
    house = House(reminder_minutes=120)
    booking = house.book()
    with acting_for(house.org.pk):
        record(
            house.org.pk,
            "booking.reminder_due",
            now=house.clock.now,
            source="clock",
            booking_id=booking.pk,
            starts_at=booking.starts_at,
        )
    if what == "moved":
        house.move(booking, HOUR)
    elif what == "cancelled":
        house.cancel(booking)
    else:
        house.clock.now = booking.starts_at
    house.run()

    assert house.notes("notifications.remind")[0] == ("Nothing to remind of: it was moved or called off, or has begun.")
    assert "Soon: Firing" not in subjects_to(BOB)


def test_no_reminder_where_the_rules_ask_for_none_or_the_house_or_the_reader_wants_none() -> None:
    quiet = House()
    booking = quiet.book()
    quiet.clock.now = booking.starts_at - timedelta(minutes=1)
    quiet.run()
    assert quiet.notes("notifications.remind") == []


def test_who_has_unsubscribed_from_reminders_gets_none() -> None:
    house = House(reminder_minutes=120)
    booking = house.book()
    house.run()
    with acting_for(house.org.pk):
        wish(house.org.pk, house.bob.pk, Message.REMINDER, is_wanted=False, by=None, source="mail")
    house.clock.now = booking.starts_at - HOUR
    house.run()

    assert subjects_to(BOB) == ["Confirmed: Firing"]
    assert house.notes("notifications.remind") == ["Not wanted: whoever would get it wants no mails of this kind."]


# --- Time that is kept ----------------------------------------------------------------------


def long_hold(house: House) -> Booking:
    """A hold for two hours, as the waitlist makes them."""
    kept = replace(make.wish(house.kiln, status="hold", person=house.bob), hold_until=house.clock.now + 2 * HOUR)
    with acting_for(house.org.pk):
        return create_booking(kept, by=house.cast.alice, source=Source.STAFF)


def test_who_time_is_kept_for_is_told_before_it_goes_to_others() -> None:
    house = House()
    hold = long_hold(house)
    assert hold.expires_at is not None
    house.clock.now = hold.expires_at - timedelta(minutes=16)
    house.run()
    assert subjects_to(BOB) == []

    house.clock.now = hold.expires_at - timedelta(minutes=15)
    house.run()

    (mail,) = mails_to(BOB)
    assert mail.subject.startswith("Kept until ")
    assert mail.subject.endswith(": Firing")
    assert "https://rooms.example.org/o/oolite/my" in mail.text


def test_what_was_taken_or_is_kept_only_for_minutes_is_not_warned_of() -> None:
    house = House()
    hold = long_hold(house)
    with acting_for(house.org.pk):
        confirm_booking(booking_for(house.cast.alice, hold.pk), by=house.cast.alice, source=Source.STAFF)
        assert Delivery.objects.filter(handler="bookings.warn_hold", status="pending").count() == 0
    short = house.book(status="hold", starts_at=make.NOON + 4 * HOUR)
    with acting_for(house.org.pk):
        assert Delivery.objects.filter(handler="bookings.warn_hold", subject_id=short.pk).count() == 0


# --- The day ahead ------------------------------------------------------------------------------


def night(house: House, day: datetime) -> None:
    """Three in the morning of that day, and what follows from it."""
    house.clock.now = day.astimezone(ZONE).replace(hour=3, minute=0)
    with acting_for(house.org.pk):
        record(
            house.org.pk,
            "organisation.night_came",
            now=house.clock.now,
            source="clock",
            organisation_id=house.org.pk,
            on=f"{day.astimezone(ZONE):%Y-%m-%d}",
        )
    house.run()


def at(house: House, hour: int, minute: int = 0) -> None:
    house.clock.now = house.clock.now.astimezone(ZONE).replace(hour=hour, minute=minute)
    house.run()


def digests() -> list[str]:
    return [subject for subject in subjects_to(ALICE) if subject.startswith("Today at")]


def test_staff_hear_at_seven_what_is_on_what_waits_and_what_failed() -> None:
    house = House(approval="always")
    house.book(starts_at=make.NOON, title="Glaze")
    make.booking(house.cast.bob, house.kiln, starts_at=make.NOON + 3 * HOUR, title="Salt")
    house.run()
    with acting_for(house.org.pk):
        Delivery.objects.filter(handler="notifications.tell_about_booking").update(status="dead")
    night(house, make.NOON)
    at(house, 6, 59)
    assert digests() == []

    at(house, 7)

    assert digests() == ["Today at Oolite: 1 booking, 1 request waits"]
    mail = mails_to(ALICE)[-1]
    assert "Glaze · Kiln 2 · Bob" in mail.text
    assert "Waiting for a decision" in mail.text
    assert "Salt" in mail.text
    assert "1 delivery did not arrive" in mail.text
    assert "https://rooms.example.org/o/oolite/admin/outbox" in mail.text
    assert 'href="https://rooms.example.org/o/oolite/admin/outbox"' in mail.html
    # Bob is a member: the day of the house is none of his business.
    assert "Today at" not in " ".join(subjects_to(BOB))


def test_a_day_with_nothing_to_say_has_no_mail() -> None:
    house = House()
    night(house, datetime(2026, 12, 1, 12, tzinfo=UTC))
    at(house, 7)

    assert digests() == []
    assert house.notes("notifications.send_digest") == ["Nothing to tell: nothing is on, nothing waits."]


def test_one_morning_is_one_mail_however_often_night_and_timer_come() -> None:
    house = House()
    house.book()
    night(house, make.NOON)
    house.again("notifications.plan_morning")
    at(house, 7)
    house.again("notifications.begin_morning")
    house.again("notifications.send_digest")

    assert len(digests()) == 1
    with acting_for(house.org.pk):
        assert Fact.objects.filter(type="organisation.morning_came").count() == 1


def test_a_morning_nobody_worked_through_is_not_told_in_the_afternoon() -> None:
    house = House()
    house.book()
    night(house, make.NOON)
    at(house, 14)

    assert digests() == []
    assert house.notes("notifications.begin_morning") == ["Nothing to tell: the morning is over."]


def test_a_house_that_wants_no_mail_in_the_morning_sets_no_timer() -> None:
    house = House(alice=Role.MANAGER)
    house.book()
    with acting_for(house.org.pk):
        switch(Message.DIGEST, is_on=False, by=house.cast.alice, source="staff")
    night(house, make.NOON)

    with acting_for(house.org.pk):
        assert Delivery.objects.filter(handler="notifications.begin_morning").count() == 0


def test_only_who_wants_it_gets_it() -> None:
    house = House()
    make.member(house.org, role=Role.MANAGER, email="max@example.org")
    house.book()
    with acting_for(house.org.pk):
        wish(house.org.pk, house.cast.alice.pk, Message.DIGEST, is_wanted=False, by=None, source="mail")
    night(house, make.NOON)
    at(house, 7)

    assert digests() == []
    assert subjects_to("max@example.org") == ["Today at Oolite: 1 booking"]
