"""A fact on its way: handed out once, delivered in order, tried again as its failure asks."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction

from infra24.core.ids import new_id
from infra24.facts import services as facts
from infra24.facts.models import FactPending
from infra24.orgs.models import AuditEntry
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import deliver, take
from infra24.outbox.failures import ConnectionBroken, Gone, OutcomeUnknown, Rejected, Throttled, TransientFailure
from infra24.outbox.models import Delivery, Destination
from infra24.outbox.policies import SCHEDULE
from infra24.outbox.reactions import Reactions
from infra24.outbox.services import cancel_timers, resume_destination, set_timer
from tests.outbox.story import (
    CLOCK,
    CRM,
    MAIL,
    Story,
    cancelled,
    confirmed,
    crm_of,
    deliveries,
    organisation,
    outcomes,
    staff_of,
    statuses,
    the_delivery,
)


@pytest.fixture
def story(db: None) -> Story:
    return Story()


def test_a_fact_goes_once_to_every_destination_that_reacts(story: Story) -> None:
    org, other = organisation(), organisation("locust")
    for name in ("Boomerang", "Archive"):
        crm_of(org, name)
    crm_of(other)
    story.reactions = Reactions(
        subscriptions={"booking.confirmed": {CRM: "test.hear", MAIL: "test.hear"}},
        handlers={"test.hear": story.hear},
    )
    booking_id = confirmed(org)

    assert (story.hand_out(), story.hand_out()) == (1, 0)

    assert sorted((d.destination.kind, d.destination.name, d.subject_id, d.number) for d in deliveries(org)) == [
        ("crm", "Archive", booking_id, 1),
        ("crm", "Boomerang", booking_id, 1),
        ("mail", "", booking_id, 1),
    ]
    assert deliveries(other) == []
    with acting_for(org.pk):
        assert FactPending.objects.count() == 0


def test_a_fact_nobody_reacts_to_is_done_with(story: Story) -> None:
    org = organisation()
    confirmed(org)  # the organisation has no CRM
    story.run()

    assert deliveries(org) == []
    with acting_for(org.pk):
        assert FactPending.objects.count() == 0


def test_an_organisation_whose_facts_cannot_be_handed_out_holds_up_no_other(
    story: Story, caplog: pytest.LogCaptureFixture
) -> None:
    org, other = organisation(), organisation("locust")
    for each in (org, other):
        crm_of(each)
    cancelled(org, new_id())
    confirmed(other)
    story.reactions = Reactions(
        subscriptions={"booking.confirmed": {CRM: "test.hear"}, "booking.cancelled": {CRM: "a name too long" * 5}},
        handlers={"test.hear": story.hear},
    )

    story.run()

    assert (deliveries(org), statuses(deliveries(other))) == ([], ["delivered"])
    with acting_for(org.pk):
        assert FactPending.objects.count() == 1
    assert f"facts of organisation {org.pk} could not be handed out" in caplog.text


def test_a_destination_may_ask_us_to_slow_down_for_years(story: Story) -> None:
    org = organisation()
    crm_of(org)
    confirmed(org)
    story.hand_out()
    with acting_for(org.pk):
        Delivery.objects.update(attempts=40_000)

    story.run()

    assert (the_delivery(org).status, the_delivery(org).attempts) == ("delivered", 40_001)


def test_what_was_rolled_back_never_happened(story: Story) -> None:
    org = organisation()
    crm_of(org)
    with acting_for(org.pk):
        confirmed(org)
        transaction.set_rollback(True)

    assert (story.run(), story.heard) == (0, [])


def test_a_delivery_that_succeeds_is_settled_with_its_attempt(story: Story) -> None:
    org = organisation()
    crm_of(org)
    confirmed(org)

    assert story.run() == 1

    delivery = the_delivery(org)
    assert (delivery.status, delivery.note, delivery.attempts, delivery.failures) == ("delivered", "heard", 1, 0)
    assert (delivery.settled_at, delivery.lease, outcomes(org)) == (story.clock.now, None, ["delivered"])


def test_facts_of_one_subject_arrive_in_their_order(story: Story) -> None:
    org = organisation()
    crm_of(org)
    booking_id = confirmed(org)
    cancelled(org, booking_id)
    story.answers = [TransientFailure("no answer")]

    story.run()
    assert story.heard == []  # the second waits behind the first
    confirmed(org)
    story.run()
    assert story.heard == [("booking.confirmed", 1)]  # another booking does not

    story.clock.advance(timedelta(seconds=10))
    story.run()
    assert story.heard[1:] == [("booking.confirmed", 1), ("booking.cancelled", 2)]


def test_a_dead_letter_does_not_hold_up_its_successors(story: Story) -> None:
    org = organisation()
    crm_of(org)
    booking_id = confirmed(org)
    cancelled(org, booking_id)
    story.answers = [Rejected("no such field")]

    story.run()

    assert statuses(deliveries(org)) == ["dead", "delivered"]
    assert story.heard == [("booking.cancelled", 2)]


def test_transient_failures_follow_the_schedule_to_the_dead_letter(story: Story) -> None:
    org = organisation()
    crm_of(org)
    confirmed(org)
    story.answers = [TransientFailure("no answer") for _ in range(20)]

    for wait in SCHEDULE:
        story.run()
        due_in = the_delivery(org).due_at - story.clock.now
        assert wait * 0.8 <= due_in <= wait * 1.2
        story.clock.advance(due_in - timedelta(milliseconds=1))
        assert story.run() == 0
        story.clock.advance(timedelta(milliseconds=1))
    story.run()

    delivery = the_delivery(org)
    assert (delivery.status, delivery.attempts, delivery.note) == ("dead", 12, "no answer")
    assert outcomes(org) == ["transient"] * 12
    story.clock.advance(timedelta(days=30))
    assert story.run() == 0


def test_being_asked_to_slow_down_rests_the_destination_and_uses_up_no_try(story: Story) -> None:
    org = organisation()
    crm_of(org)
    confirmed(org)
    story.hand_out()
    story.answers = [Throttled("slow down", retry_after=timedelta(seconds=90))]
    story.deliver_one()
    confirmed(org)

    story.clock.advance(timedelta(seconds=89))
    assert story.run() == 0  # neither the one that was told nor the other
    story.clock.advance(timedelta(seconds=1))
    assert story.run() == 2

    assert [(d.status, d.failures) for d in deliveries(org)] == [("delivered", 0), ("delivered", 0)]
    assert story.jobs[-1].attempt in (1, 2)


def test_a_broken_connection_pauses_its_destination_and_keeps_everything(story: Story) -> None:
    org = organisation()
    crm_of(org)
    booking_id = confirmed(org)
    cancelled(org, booking_id)
    story.answers = [ConnectionBroken("The key is not accepted any more.")]

    story.run()
    story.clock.advance(timedelta(days=30))
    assert story.run() == 0

    assert [(d.status, d.failures) for d in deliveries(org)] == [("pending", 0), ("pending", 0)]
    with acting_for(org.pk):
        destination = Destination.objects.get()
        assert (destination.state, destination.paused_because) == ("paused", "The key is not accepted any more.")
        assert [entry.action for entry in AuditEntry.objects.all()] == ["destination.pause"]


def test_resuming_delivers_what_waited_in_order(story: Story) -> None:
    org = organisation()
    crm = crm_of(org)
    booking_id = confirmed(org)
    cancelled(org, booking_id)
    story.answers = [ConnectionBroken("no")]
    story.run()

    with acting_for(org.pk):
        resume_destination(crm, by=staff_of(org), source="staff")
    story.run()

    assert story.heard == [("booking.confirmed", 1), ("booking.cancelled", 2)]


@pytest.mark.parametrize("failure", [Rejected("The CRM does not know the field."), Gone("The contact is gone.")])
def test_what_only_a_person_can_mend_becomes_a_dead_letter_at_once(story: Story, failure: Exception) -> None:
    org = organisation()
    crm_of(org)
    confirmed(org)
    story.answers = [failure]

    story.run()

    delivery = the_delivery(org)
    assert (delivery.status, delivery.note, delivery.attempts) == ("dead", str(failure), 1)


def test_an_unknown_outcome_is_tried_again_by_a_handler_that_knows(story: Story) -> None:
    org = organisation()
    crm_of(org)
    confirmed(org)
    story.answers = [OutcomeUnknown("No answer came.")]

    story.run()
    story.clock.advance(timedelta(seconds=10))
    story.run()

    assert [job.attempt for job in story.jobs] == [1, 2]
    assert outcomes(org) == ["unknown", "delivered"]


def test_a_bug_is_logged_without_its_message_and_tried_again(story: Story, caplog: pytest.LogCaptureFixture) -> None:
    org = organisation()
    crm_of(org)
    confirmed(org)
    story.answers = [ValueError("alice@example.org is odd")]

    story.run()

    assert the_delivery(org).note == "An error of ours: ValueError."
    assert "alice@example.org" not in caplog.text
    assert "in hear" in caplog.text


def test_a_handler_of_a_newer_version_is_waited_for(story: Story) -> None:
    org = organisation()
    crm_of(org)
    confirmed(org)
    story.hand_out()
    newer, story.reactions = story.reactions, Reactions(subscriptions={}, handlers={})
    story.run()
    assert (the_delivery(org).status, outcomes(org)) == ("pending", ["transient"])

    story.reactions = newer
    story.clock.advance(timedelta(seconds=10))
    story.run()
    assert the_delivery(org).status == "delivered"


# --- Timers ----------------------------------------------------------------------------


def test_a_timer_fires_once_its_hour_has_come(story: Story) -> None:
    org = organisation()
    booking_id = _hold_with_timer(org.pk, story)

    story.clock.advance(timedelta(minutes=10) - timedelta(milliseconds=1))
    assert (story.run(), story.jobs) == (0, [])
    story.clock.advance(timedelta(milliseconds=1))
    story.run()
    story.run()

    assert [(job.subject_id, job.fact_type) for job in story.jobs] == [(booking_id, "booking.held")]


def test_a_cancelled_timer_never_fires(story: Story) -> None:
    org = organisation()
    booking_id = _hold_with_timer(org.pk, story)
    with acting_for(org.pk):
        cancel_timers(org_id=org.pk, subject_id=booking_id)

    story.clock.advance(timedelta(days=1))
    assert (story.run(), story.jobs) == (0, [])


def test_a_timer_that_is_firing_is_left_to_its_handler(story: Story) -> None:
    org = organisation()
    booking_id = _hold_with_timer(org.pk, story)
    story.clock.advance(timedelta(minutes=10))
    (taken,) = take(CLOCK, n=1, each=1, clock=story.clock)
    with acting_for(org.pk):
        assert cancel_timers(org_id=org.pk, subject_id=booking_id) == 0

    deliver(taken, story.reactions, clock=story.clock)

    assert (len(story.jobs), the_delivery(org).status) == (1, "delivered")


def test_timers_do_not_wait_for_each_other(story: Story) -> None:
    org = organisation()
    booking_id = new_id()
    _hold_with_timer(org.pk, story, booking_id=booking_id, minutes=60)
    _hold_with_timer(org.pk, story, booking_id=booking_id, minutes=5)

    story.clock.advance(timedelta(minutes=5))
    story.run()

    assert [job.number for job in story.jobs] == [2]


def _hold_with_timer(org_id: UUID, story: Story, *, booking_id: UUID | None = None, minutes: int = 10) -> UUID:
    booking_id = booking_id or new_id()
    due_at = story.clock.now + timedelta(minutes=minutes)
    with acting_for(org_id):
        fact_id = facts.record(
            org_id, "booking.held", now=story.clock.now, source="staff", booking_id=booking_id, expires_at=due_at
        )
        set_timer(org_id=org_id, fact_id=fact_id, handler="test.hear", subject_id=booking_id, due_at=due_at)
    return booking_id
