"""What staff do with deliveries and destinations, each with its line in the audit."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from infra24.core.errors import Infra24Error
from infra24.orgs.models import AuditEntry, Member, Organisation
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import take
from infra24.outbox.errors import (
    DeliverySettled,
    DeliveryUnderWay,
    DestinationAlreadyPaused,
    DestinationNotPaused,
    ReasonMissing,
    TimerNotDiscarded,
)
from infra24.outbox.failures import Rejected, TransientFailure
from infra24.outbox.models import Delivery, Destination
from infra24.outbox.nights import begin_missing_nights
from infra24.outbox.services import discard, pause_destination, resume_destination, retry
from tests.outbox.story import CRM, Story, confirmed, crm_of, deliveries, organisation, staff_of, statuses, the_delivery


@pytest.fixture
def story(db: None) -> Story:
    return Story()


@pytest.fixture
def org(db: None) -> Organisation:
    return organisation()


@pytest.fixture
def alice(org: Organisation) -> Member:
    return staff_of(org)


def audited(org: Organisation) -> list[tuple[str, UUID | None]]:
    with acting_for(org.pk):
        return list(AuditEntry.objects.order_by("at").values_list("action", "member_id"))


def test_a_failed_delivery_can_be_tried_again(story: Story, org: Organisation, alice: Member) -> None:
    crm_of(org)
    confirmed(org)
    story.answers = [Rejected("no such field")]
    story.run()

    with acting_for(org.pk):
        retry(the_delivery(org), by=alice, source="staff")
    story.clock.now = timezone.now()
    story.run()

    delivery = the_delivery(org)
    assert (delivery.status, delivery.attempts, delivery.failures) == ("delivered", 2, 0)
    assert audited(org) == [("delivery.retry", alice.pk)]


def test_a_waiting_delivery_can_be_tried_at_once(story: Story, org: Organisation, alice: Member) -> None:
    crm_of(org)
    confirmed(org)
    story.answers = [TransientFailure("no answer")] * 5
    for _ in range(5):
        story.run()
        story.clock.advance(timedelta(hours=3))
    assert the_delivery(org).due_at > timezone.now()

    with acting_for(org.pk):
        retry(the_delivery(org), by=alice, source="staff")

    assert the_delivery(org).due_at <= timezone.now()


def test_a_discarded_delivery_is_never_tried_again_and_says_why(story: Story, org: Organisation, alice: Member) -> None:
    crm_of(org)
    confirmed(org)
    story.answers = [TransientFailure("no answer")]
    story.run()

    with acting_for(org.pk):
        discard(the_delivery(org), reason="  Entered by hand. ", by=alice, source="staff")
    story.clock.advance(timedelta(days=1))

    assert story.run() == 0
    assert (the_delivery(org).status, the_delivery(org).note) == ("discarded", "Entered by hand.")
    assert audited(org) == [("delivery.discard", alice.pk)]


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301])
def test_discarding_asks_for_a_reason(story: Story, org: Organisation, alice: Member, reason: str) -> None:
    crm_of(org)
    confirmed(org)
    story.hand_out()

    _refused(ReasonMissing, lambda: discard(the_delivery(org), reason=reason, by=alice, source="staff"), org)

    assert (the_delivery(org).status, audited(org)) == ("pending", [])


def test_what_is_settled_stays_settled(story: Story, org: Organisation, alice: Member) -> None:
    crm_of(org)
    confirmed(org)
    story.run()

    _refused(DeliverySettled, lambda: retry(the_delivery(org), by=alice, source="staff"), org)
    _refused(DeliverySettled, lambda: discard(the_delivery(org), reason="why not", by=alice, source="staff"), org)


def test_what_is_being_tried_is_left_alone(story: Story, org: Organisation, alice: Member) -> None:
    crm_of(org)
    confirmed(org)
    story.hand_out()
    take(CRM, n=1, each=1)

    _refused(DeliveryUnderWay, lambda: retry(the_delivery(org), by=alice, source="staff"), org)
    _refused(DeliveryUnderWay, lambda: discard(the_delivery(org), reason="why not", by=alice, source="staff"), org)


def test_what_was_given_up_can_be_taken_up_for_thirty_days(story: Story, org: Organisation, alice: Member) -> None:
    crm_of(org)
    confirmed(org)
    story.answers = [Rejected("no such field")]
    story.run()
    with acting_for(org.pk):
        discard(the_delivery(org), reason="Entered by hand.", by=alice, source="staff")
        Delivery.objects.update(settled_at=timezone.now() - timedelta(days=30))
    _refused(DeliverySettled, lambda: retry(the_delivery(org), by=alice, source="staff"), org)
    with acting_for(org.pk):
        Delivery.objects.update(settled_at=timezone.now() - timedelta(days=29, hours=23))
        retry(the_delivery(org), by=alice, source="staff")

    story.clock.now = timezone.now()
    story.run()

    assert the_delivery(org).status == "delivered"


def test_a_webhook_can_be_sent_again_what_it_has_taken(story: Story, org: Organisation, alice: Member) -> None:
    crm = crm_of(org)
    confirmed(org)
    story.run()
    with acting_for(org.pk):
        Destination.objects.filter(pk=crm.pk).update(kind=Destination.Kind.WEBHOOK)
        retry(the_delivery(org), by=alice, source="staff")

    assert the_delivery(org).status == "pending"


def test_a_waiting_timer_cannot_be_discarded(org: Organisation, alice: Member) -> None:
    begin_missing_nights()

    def discard_night() -> None:
        discard(Delivery.objects.get(is_timer=True), reason="too dark", by=alice, source="staff")

    _refused(TimerNotDiscarded, discard_night, org)


def test_a_paused_destination_keeps_what_comes_until_it_is_resumed(
    story: Story, org: Organisation, alice: Member
) -> None:
    crm = crm_of(org)
    with acting_for(org.pk):
        pause_destination(crm, reason="Stock-taking", by=alice, source="staff")
    confirmed(org)
    story.run()
    assert (statuses(deliveries(org)), story.heard) == (["pending"], [])

    with acting_for(org.pk):
        assert Destination.objects.get().paused_because == "Stock-taking"
        resume_destination(crm, by=alice, source="staff")
    story.run()

    assert statuses(deliveries(org)) == ["delivered"]
    assert audited(org) == [("destination.pause", alice.pk), ("destination.resume", alice.pk)]


def test_pausing_twice_and_resuming_what_runs_are_refused(org: Organisation, alice: Member) -> None:
    crm = crm_of(org)
    _refused(DestinationNotPaused, lambda: resume_destination(crm, by=alice, source="staff"), org)
    _refused(ReasonMissing, lambda: pause_destination(crm, reason=" ", by=alice, source="staff"), org)
    with acting_for(org.pk):
        pause_destination(crm, reason="Stock-taking", by=alice, source="staff")
    _refused(DestinationAlreadyPaused, lambda: pause_destination(crm, reason="Again", by=alice, source="staff"), org)


def _refused(error: type[Infra24Error], action: Callable[[], object], org: Organisation) -> None:
    with pytest.raises(error), acting_for(org.pk):
        action()
