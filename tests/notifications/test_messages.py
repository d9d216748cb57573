"""What staff wrote themselves reaches the person a booking is for, once."""

from datetime import timedelta

import pytest

from infra24.bookings.models import Booking, Source
from infra24.bookings.services.bulk import Action, BulkWish, Pick, change_many
from infra24.config.subscriptions import REACTIONS
from infra24.notifications.kept_mail import kept_mails
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import deliver_due
from infra24.outbox.models import Delivery
from infra24.people.models import Person
from tests import make
from tests.make import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make.cast()


def written(cast: Cast, text: str = "Bring gloves.\n\nAnd <boots>.") -> tuple[Booking, Person]:
    """A booking for Bob, with the mail that it is certain out of the way, about which Alice has written."""
    bob = make.person(cast.house, member=cast.bob)
    booking = make.booking(cast.alice, make.resource(cast.house, name="Kiln"), person=bob)
    deliver_due(REACTIONS)
    asked = BulkWish((Pick(booking.pk),), Action.MESSAGE, text=text)
    with acting_for(cast.house.pk):
        change_many(asked, by=cast.alice, source=Source.STAFF)
    return booking, bob


def notes(cast: Cast) -> list[str]:
    deliver_due(REACTIONS)
    with acting_for(cast.house.pk):
        deliveries = Delivery.objects.filter(handler="notifications.send_message")
        return list(deliveries.values_list("note", flat=True))


def test_a_message_is_mailed_as_it_was_written_with_the_booking_below(cast: Cast) -> None:
    written(cast)

    assert notes(cast) == ["Mailed to the person the booking is for."]

    mail = kept_mails()[0]
    assert (mail.recipients, mail.subject) == (("bob@example.org",), "About your booking: Firing")
    assert "Bring gloves.\n\nAnd <boots>." in mail.text
    assert "Bring gloves.<br><br>And &lt;boots&gt;." in mail.html
    assert "Where: Kiln" in mail.text


def test_an_address_that_is_gone_by_then_is_said(cast: Cast) -> None:
    _booking, bob = written(cast)
    with acting_for(cast.house.pk):
        Person.objects.filter(pk=bob.pk).update(email="")

    assert notes(cast) == ["Nothing to tell: the person has no e-mail address."]


def test_a_handler_that_runs_twice_mails_once(cast: Cast) -> None:
    written(cast)
    notes(cast)
    with acting_for(cast.house.pk):
        Delivery.objects.filter(handler="notifications.send_message").update(status="pending", settled_at=None)

    assert notes(cast) == ["Mailed already."]
    assert len(kept_mails()) == 2


def test_a_change_after_a_message_is_told_as_a_change(cast: Cast) -> None:
    """A message tells of no state of the booking: what was told before it still counts, and nothing else."""
    booking, _bob = written(cast)
    notes(cast)
    moved = BulkWish((Pick(booking.pk),), Action.MOVE, offset=timedelta(hours=1))
    with acting_for(cast.house.pk):
        change_many(moved, by=cast.alice, source=Source.STAFF)
    deliver_due(REACTIONS)

    assert [mail.subject.partition(":")[0] for mail in kept_mails()] == [
        "Changed",
        "About your booking",
        "Confirmed",
    ]
