"""A series sends one mail for all its dates, and each date its own when something happens to it alone."""

from typing import Any

import pytest

from infra24.bookings.ledger import dates_of
from infra24.bookings.models import Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import BookingChange, change_booking
from infra24.config.subscriptions import REACTIONS
from infra24.notifications.kept_mail import kept_mails
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import deliver_due
from infra24.people.models import Person
from tests import make
from tests.bookings.series_story import HOUR, WEEK, change, end, made, walls, weekly
from tests.make import NOON, Cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    return make.cast()


@pytest.fixture
def bob(cast: Cast) -> Person:
    return make.person(cast.house, member=cast.bob)


def subjects() -> list[str]:
    """Of the mails that went out since, the oldest first."""
    deliver_due(REACTIONS)
    return sorted(mail.subject for mail in kept_mails())


def series_for_bob(cast: Cast, bob: Person, **more: Any) -> Any:
    return made(cast.alice, weekly(make.resource(cast.house, name="Kiln"), person=bob), **more)


def test_four_dates_are_told_in_one_mail(cast: Cast, bob: Person) -> None:
    series_for_bob(cast, bob)

    assert subjects() == ["Confirmed: Firing"]
    (mail,) = kept_mails()
    assert f"Every {NOON:%A}, 4 times" in mail.text
    assert "Kiln" in mail.text
    assert mail.text.count("New York time") == 4
    first = mail.text.partition("\nDates\n\n")[2].partition("\n")[0]
    assert first.startswith("1. "), "numbers count, and are no labels with a colon"
    # And a second run of everything sends nothing more.
    assert subjects() == ["Confirmed: Firing"]


def test_what_could_not_be_had_is_said(cast: Cast, bob: Person) -> None:
    kiln = make.resource(cast.house, name="Kiln")
    make.booking(cast.alice, kiln, starts_at=NOON + WEEK)
    made(cast.alice, weekly(kiln, person=bob), on_conflict="skip")

    subjects()
    mail = next(mail for mail in kept_mails() if "Every" in mail.text)
    assert "1 date could not be had. It is booked once it becomes free." in mail.text


def test_a_change_and_the_end_of_all_are_one_mail_each(cast: Cast, bob: Person) -> None:
    series = series_for_bob(cast, bob)
    change(series, cast.alice, starts_at=NOON + HOUR)
    end(series, cast.alice)

    assert subjects() == ["Cancelled: Firing", "Changed: Firing", "Confirmed: Firing"]


def test_one_date_is_told_by_itself_as_changed(cast: Cast, bob: Person) -> None:
    series = series_for_bob(cast, bob)
    subjects()
    with acting_for(cast.house.pk):
        row = dates_of(series)[1]
        assert row.booking_id is not None
        booking = booking_for(cast.alice, row.booking_id)
        change_booking(
            booking,
            BookingChange(starts_at=NOON + WEEK + HOUR, ends_at=NOON + WEEK + 2 * HOUR),
            by=cast.alice,
            source=Source.STAFF,
        )
    assert subjects() == ["Changed: Firing", "Confirmed: Firing"]

    end(series, cast.alice, scope="this", wall_on=walls(series)[2])
    assert subjects() == ["Cancelled: Firing", "Changed: Firing", "Confirmed: Firing"]
