"""Two who decide at once: one is right, the other is told why not, and nobody waits for the other for ever."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from infra24.bookings.errors import IllegalStep, TimeRefused
from infra24.bookings.models import Booking, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import check_in, confirm_booking, give_back, release_no_show
from infra24.core.errors import Infra24Error
from infra24.facts.models import Fact
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.make import Cast

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(cast: Cast, *attempts: Callable[[], object]) -> list[object]:
    """What each came to, or the error it was refused with; each in a transaction and a thread of its own."""
    ready = Barrier(len(attempts))

    def run(attempt: Callable[[], object]) -> object:
        try:
            with acting_for(cast.house.pk):
                ready.wait()
                return attempt()
        except Infra24Error as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(attempts)) as pool:
        return list(pool.map(run, attempts))


def facts(booking: Booking) -> list[str]:
    found = Fact.objects.filter(org_id=booking.org_id, subject_id=booking.pk).order_by("number")
    return list(found.values_list("type", flat=True))


def test_of_rivals_confirmed_at_once_one_is_and_the_others_are_not() -> None:
    cast = make.cast()
    rules = {**make.open_week(), "approval": "always", "pending_blocks": False}
    kiln = make.resource(cast.house, rules=rules)
    asked = [make.booking(cast.bob, kiln) for _ in range(4)]

    def confirm(booking: Booking) -> Callable[[], object]:
        return lambda: confirm_booking(
            booking_for(cast.alice, booking.pk),
            by=cast.alice,
            source=Source.STAFF,
            decline_rivals=True,
            reason="First come.",
        )

    came_to = at_once(cast, *map(confirm, asked))

    with acting_for(cast.house.pk):
        states = sorted(Booking.objects.values_list("status", flat=True))
        assert [facts(booking)[-1] for booking in asked].count("booking.confirmed") == 1
    assert states == ["confirmed", "declined", "declined", "declined"]
    refusals = [each for each in came_to if not isinstance(each, Booking)]
    assert len(refusals) == 3
    assert all(isinstance(each, IllegalStep | TimeRefused) for each in refusals), refusals


def test_who_checks_in_while_the_time_is_released_has_it_or_has_not() -> None:
    cast = make.cast()
    room = make.resource(cast.house, rules={**make.open_week("00:00", "24:00"), "check_in_after_minutes": 90})
    made = make.begun(cast.alice, room)
    closes = made.check_in_until
    assert closes is not None

    released, here = at_once(
        cast,
        lambda: release_no_show(cast.house.pk, made.pk, now=closes),
        lambda: check_in(booking_for(cast.alice, made.pk), by=cast.alice, source=Source.STAFF),
    )

    with acting_for(cast.house.pk):
        stored = Booking.objects.get(pk=made.pk)
        told = facts(made)
    if released:
        # The clock of the test is ahead: for whoever came, the booking goes on until then.
        assert (stored.outcome, told[1]) == ("no_show", "booking.missed")
    else:
        assert isinstance(here, Booking)
        assert (stored.outcome, stored.checked_in_at is None, told[1:]) == ("", False, ["booking.checked_in"])


def test_a_booking_is_given_back_once() -> None:
    cast = make.cast()
    made = make.begun(cast.alice, make.resource(cast.house, rules=make.open_week("00:00", "24:00")))

    came_to = at_once(
        cast,
        *[lambda: give_back(booking_for(cast.alice, made.pk), by=cast.alice, source=Source.STAFF)] * 4,
    )

    assert sum(isinstance(each, Booking) for each in came_to) == 1
    assert sum(isinstance(each, IllegalStep) for each in came_to) == 3
    with acting_for(cast.house.pk):
        assert facts(made) == ["booking.confirmed", "booking.given_back"]
