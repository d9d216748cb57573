"""Mails about an end that was taken back: who heard of it hears that it is none, and nobody else hears anything."""

import pytest

from infra24.bookings.models import Booking, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import restore_booking
from infra24.orgs.tenancy import acting_for
from tests.notifications.story import House, mails_to

pytestmark = pytest.mark.django_db
BOB = "bob@example.org"


@pytest.fixture
def house() -> House:
    return House()


def restore(house: House, booking: Booking) -> None:
    with acting_for(house.org.pk):
        restore_booking(booking_for(house.cast.alice, booking.pk), by=house.cast.alice, source=Source.STAFF)


def told() -> list[tuple[str, list[str]]]:
    """What each mail says, and what its calendar file asks for."""
    return [
        (
            mail.subject.partition(":")[0],
            [each.content.decode().split("METHOD:")[1].split()[0] for each in mail.attachments],
        )
        for mail in mails_to(BOB)
    ]


def test_who_heard_of_the_end_hears_that_it_stands_again_and_gets_it_into_the_calendar(house: House) -> None:
    made = house.book()
    house.run()
    house.cancel(made)
    house.run()
    restore(house, made)
    house.run()

    assert told() == [("Confirmed", ["REQUEST"]), ("Cancelled", ["CANCEL"]), ("Confirmed", ["REQUEST"])]


def test_who_has_not_heard_of_the_end_hears_nothing_of_either(house: House) -> None:
    made = house.book()
    house.run()
    house.cancel(made)
    restore(house, made)
    house.run()

    assert [what for what, _file in told()] == ["Confirmed"]


def test_who_has_heard_nothing_yet_hears_once_that_it_is_confirmed(house: House) -> None:
    made = house.book()
    house.cancel(made)
    restore(house, made)
    house.run()

    assert [what for what, _file in told()] == ["Confirmed"]
