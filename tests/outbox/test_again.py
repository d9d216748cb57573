"""A timer that comes round: the same row waits again, and nothing is written down for each round."""

from datetime import timedelta

import pytest
from django.utils import timezone

from infra24.core.ids import new_id
from infra24.facts import services as facts
from infra24.orgs.tenancy import acting_for
from infra24.outbox.failures import Again
from infra24.outbox.models import Attempt, Delivery
from infra24.outbox.reactions import Job
from infra24.outbox.services import set_timer
from tests.outbox.story import Story, organisation, the_delivery


@pytest.mark.django_db(transaction=True)
def test_a_delivery_waits_again_without_using_up_a_try() -> None:
    org, booking_id, story = organisation(), new_id(), Story()
    now = timezone.now()
    with acting_for(org.pk):
        fact_id = facts.record(org.pk, "booking.held", now=now, source="staff", booking_id=booking_id, expires_at=now)
        set_timer(org_id=org.pk, fact_id=fact_id, handler="test.hear", subject_id=booking_id, due_at=now)

    def round_again(job: Job) -> str:
        raise Again("Round.", due_at=job.now + timedelta(minutes=15))

    story.answers = [round_again] * 2
    story.clock.advance(timedelta(seconds=1))
    story.run()
    first = the_delivery(org)
    assert (first.status, first.failures, first.lease, first.note) == (Delivery.Status.PENDING, 0, None, "Round.")
    story.run()
    assert len(story.jobs) == 1
    story.clock.advance(timedelta(minutes=16))
    story.run()
    story.clock.advance(timedelta(minutes=16))
    story.run()

    with acting_for(org.pk):
        outcomes = list(Attempt.objects.values_list("outcome", flat=True))
    assert (len(story.jobs), the_delivery(org).status, outcomes) == (3, Delivery.Status.DELIVERED, ["delivered"])
