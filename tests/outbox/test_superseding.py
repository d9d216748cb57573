"""Where a delivery tells how things stand, a newer one makes the older ones needless."""

from datetime import timedelta

import pytest

from infra24.config.subscriptions import REACTIONS
from infra24.core.ids import new_id
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import take
from infra24.outbox.failures import Rejected, TransientFailure
from infra24.outbox.models import Delivery
from infra24.outbox.reactions import Reactions
from tests.outbox.story import CRM, Story, cancelled, confirmed, crm_of, deliveries, organisation, statuses


@pytest.fixture
def story(db: None) -> Story:
    story = Story()
    both = {"booking.confirmed": {CRM: "test.hear"}, "booking.cancelled": {CRM: "test.hear"}}
    story.reactions = Reactions(
        subscriptions=both, handlers={"test.hear": story.hear}, state_carrying=frozenset({"test.hear"})
    )
    return story


def test_ten_edits_that_waited_become_one_delivery(story: Story) -> None:
    org = organisation()
    crm_of(org)
    booking_id = new_id()
    for _ in range(10):
        confirmed(org, booking_id)
    for _ in range(10):
        story.hand_out()

    assert statuses(deliveries(org)) == ["superseded"] * 9 + ["pending"]
    older = deliveries(org)[0]
    assert (older.settled_at, older.note) == (story.clock.now, "A newer delivery tells how things stand.")
    story.run()
    assert story.heard == [("booking.confirmed", 10)]


def test_other_subjects_and_destinations_and_handlers_are_left_alone(story: Story) -> None:
    org = organisation()
    crm_of(org)
    confirmed(org)
    booking_id = confirmed(org)
    story.hand_out()
    with acting_for(org.pk):
        Delivery.objects.filter(subject_id=booking_id).update(handler="test.other")
    other = crm_of(org, "Archive")
    cancelled(org, booking_id)
    story.hand_out()
    assert statuses(deliveries(org)) == ["pending"] * 4
    assert sum(d.destination_id == other.pk for d in deliveries(org)) == 1


def test_what_a_worker_holds_is_left_to_it_and_keeps_its_place(story: Story) -> None:
    org = organisation()
    crm_of(org)
    booking_id = confirmed(org)
    story.hand_out()
    (taken,) = take(CRM, n=1, each=1, clock=story.clock)
    cancelled(org, booking_id)
    story.hand_out()
    assert statuses(deliveries(org)) == ["pending", "pending"]
    assert take(CRM, n=1, each=1, clock=story.clock) == []
    del taken


def test_a_state_that_arrived_settles_older_dead_letters_of_its_line(story: Story) -> None:
    org = organisation()
    crm_of(org)
    booking_id = confirmed(org)
    elsewhere = confirmed(org)
    story.answers = [Rejected("no such field"), Rejected("no such field")]
    story.run()
    assert statuses(deliveries(org)) == ["dead", "dead"]
    cancelled(org, booking_id)

    story.run()

    found = {(d.subject_id, d.number): d.status for d in deliveries(org)}
    assert found == {(booking_id, 1): "superseded", (booking_id, 2): "delivered", (elsewhere, 1): "dead"}


def test_a_newer_state_that_fails_settles_nothing(story: Story) -> None:
    org = organisation()
    crm_of(org)
    booking_id = confirmed(org)
    story.answers = [Rejected("no"), TransientFailure("no answer")]
    story.run()
    cancelled(org, booking_id)
    story.run()
    assert statuses(deliveries(org)) == ["dead", "pending"]
    story.clock.advance(timedelta(minutes=1))
    story.run()
    assert statuses(deliveries(org)) == ["superseded", "delivered"]


def test_deliveries_that_tell_what_happened_are_all_made(story: Story) -> None:
    org = organisation()
    crm_of(org)
    story.reactions = Reactions(subscriptions=story.reactions.subscriptions, handlers=story.reactions.handlers)
    booking_id = confirmed(org)
    cancelled(org, booking_id)
    story.hand_out()
    story.run()
    assert story.heard == [("booking.confirmed", 1), ("booking.cancelled", 2)]


def test_only_the_crm_is_told_how_things_stand() -> None:
    """A mail about a decision must not vanish because a detail changed after it."""
    assert REACTIONS.state_carrying == {"crm.push_booking"}
