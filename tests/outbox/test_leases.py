"""Whose a delivery is while it is tried, and what happens when that worker dies."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection

from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import deliver, hand_out, renew, take
from infra24.outbox.models import Delivery
from infra24.outbox.policies import LEASE
from infra24.outbox.reactions import Job
from tests.outbox.story import (
    CRM,
    Story,
    cancelled,
    confirmed,
    crm_of,
    deliveries,
    organisation,
    outcomes,
    statuses,
    the_delivery,
)


@pytest.fixture
def story(db: None) -> Story:
    return Story()


def test_a_delivery_lost_with_its_worker_is_taken_up_and_the_loss_is_written_down(story: Story) -> None:
    org = organisation()
    crm_of(org)
    confirmed(org)
    story.hand_out()
    assert len(take(CRM, n=1, each=1, clock=story.clock)) == 1  # and this worker is never heard of again

    story.clock.advance(LEASE)
    assert story.run() == 0
    story.clock.advance(timedelta(seconds=1))
    assert story.run() == 1

    delivery = the_delivery(org)
    assert (delivery.status, delivery.attempts, delivery.failures) == ("delivered", 2, 1)
    assert outcomes(org) == ["lost", "delivered"]


def test_a_delivery_that_keeps_losing_its_worker_waits_and_in_the_end_dies(story: Story) -> None:
    org = organisation()
    crm_of(org)
    confirmed(org)
    story.hand_out()
    waits: list[timedelta] = []

    def die(job: Job) -> str:
        raise Killed

    story.answers = [die for _ in range(20)]
    while the_delivery(org).status == "pending":
        with suppress(Killed):
            story.run()
        story.clock.advance(LEASE + timedelta(seconds=1))
        waits.append(the_delivery(org).due_at - story.clock.now)
        story.clock.advance(max(waits[-1], timedelta()))

    assert max(waits[:2]) < timedelta()  # twice taken up at once
    assert max(waits) > timedelta(hours=10)
    assert set(outcomes(org)) == {"lost", "transient"}
    assert len(story.jobs) == 7


class Killed(BaseException):
    """As final for a handler as kill -9: nothing catches it."""


def test_a_renewed_lease_is_kept(story: Story) -> None:
    org = organisation()
    crm_of(org)
    confirmed(org)
    story.hand_out()
    (taken,) = take(CRM, n=1, each=1, clock=story.clock)
    for _ in range(10):
        story.clock.advance(timedelta(seconds=30))
        assert renew([taken], clock=story.clock) == {taken.delivery_id}
        assert take(CRM, n=1, each=1, clock=story.clock) == []


def test_a_worker_that_lost_its_lease_records_nothing(story: Story) -> None:
    org = organisation()
    crm_of(org)
    confirmed(org)
    story.hand_out()
    (slow,) = take(CRM, n=1, each=1, clock=story.clock)

    def overtaken(job: Job) -> str:
        story.clock.advance(LEASE + timedelta(seconds=1))
        (successor,) = take(CRM, n=1, each=1, clock=story.clock)
        deliver(successor, story.reactions, clock=story.clock)
        return "too late"

    story.answers = [overtaken]
    deliver(slow, story.reactions, clock=story.clock)

    assert renew([slow], clock=story.clock) == set()
    assert (the_delivery(org).note, outcomes(org)) == ("heard", ["lost", "delivered"])


def test_one_destination_with_much_to_do_leaves_room_for_others(story: Story) -> None:
    org, other = organisation(), organisation("locust")
    crm_of(org)
    crm_of(other)
    for _ in range(20):
        confirmed(org)
    confirmed(other)
    story.hand_out()

    first = take(CRM, n=4, each=2, clock=story.clock)
    assert sorted(taken.org_id for taken in first) == sorted([org.pk, org.pk, other.pk])
    assert take(CRM, n=4, each=2, running=first, clock=story.clock) == []
    mine = next(taken for taken in first if taken.org_id == org.pk)
    (more,) = take(CRM, n=4, each=2, running=[taken for taken in first if taken is not mine], clock=story.clock)
    assert more.destination_id == mine.destination_id


@pytest.mark.django_db(transaction=True)
def test_several_workers_hand_out_and_deliver_each_fact_once() -> None:
    org = organisation()
    crm_of(org)
    story = Story()
    story.clock.advance(timedelta(seconds=1))
    for _ in range(10):
        cancelled(org, confirmed(org))

    def work(_: int) -> None:
        try:
            while hand_out(story.reactions, n=3, clock=story.clock).facts:
                pass
            while taken := take(CRM, n=3, each=100, clock=story.clock):
                for one in taken:
                    deliver(one, story.reactions, clock=story.clock)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(work, range(4)))
    work(0)  # what the others left because somebody held it just then

    assert statuses(deliveries(org)) == ["delivered"] * 20
    assert sorted((job.subject_id, job.number) for job in story.jobs) == sorted(
        (delivery.subject_id, delivery.number) for delivery in deliveries(org)
    )
    with acting_for(org.pk):
        assert Delivery.objects.filter(attempts__gt=1).count() == 0
