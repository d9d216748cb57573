"""Days that pass in a second: destinations that are dead over a weekend, keys that were revoked."""

from collections import defaultdict
from datetime import datetime, timedelta

import pytest

from infra24.core.ids import new_id
from infra24.facts.models import Fact
from infra24.orgs.models import AuditEntry
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import deliver, take
from infra24.outbox.failures import ConnectionBroken, TransientFailure
from infra24.outbox.models import Attempt, Delivery, Destination
from infra24.outbox.reactions import Job, Reactions
from infra24.outbox.services import resume_destination
from tests.outbox.story import CRM, MAIL, Story, confirmed, crm_of, organisation, staff_of

SUBJECTS, EACH, PER_MINUTE, BURST = 40, 5, 60, 10


@pytest.fixture
def story(db: None) -> Story:
    return Story()


def test_what_waited_for_a_dead_destination_arrives_in_order_and_at_its_pace_when_it_is_back(story: Story) -> None:
    """Seventy-two hours without an answer: nothing is given up, and nothing is poured out at the end."""
    org = organisation()
    crm = crm_of(org)
    with acting_for(org.pk):
        Destination.objects.filter(pk=crm.pk).update(per_minute=PER_MINUTE, burst=BURST)
    subjects = [new_id() for _ in range(SUBJECTS)]
    for _ in range(EACH):
        for subject in subjects:
            confirmed(org, subject)
    is_dead, arrivals, tries = True, list[datetime](), list[datetime]()

    def answer(job: Job) -> str:
        tries.append(story.clock.now)
        if is_dead:
            raise TransientFailure("no answer")
        arrivals.append(story.clock.now)
        story.heard.append((str(job.subject_id), job.number))
        return "heard"

    story.reactions = Reactions(subscriptions={"booking.confirmed": {CRM: "test.hear"}}, handlers={"test.hear": answer})
    back_at = story.clock.now + timedelta(hours=72)
    story.run()
    while story.clock.now < back_at:
        with acting_for(org.pk):
            rests_until = Destination.objects.get(pk=crm.pk).rests_until
        assert rests_until is not None
        story.clock.now = max(rests_until, story.clock.now + timedelta(seconds=1))
        for probe in take(CRM, n=10, each=10, clock=story.clock):
            deliver(probe, story.reactions, clock=story.clock)

    with acting_for(org.pk):
        assert Delivery.objects.filter(status="pending").count() == SUBJECTS * EACH
        most = Attempt.objects.filter(outcome="transient").count()
    assert most < 72 * 4 + 30  # a probe every quarter of an hour, not more

    is_dead = False
    patience = 2 * SUBJECTS * EACH
    while len(arrivals) < SUBJECTS * EACH and (patience := patience - 1):
        story.clock.advance(timedelta(seconds=5 if len(arrivals) < 2 else 10))
        story.run()

    with acting_for(org.pk):
        assert set(Delivery.objects.values_list("status", flat=True)) == {"delivered"}
        recovered = AuditEntry.objects.filter(action__in=["destination.rest", "destination.recover"]).order_by("id")
        assert [entry.action for entry in recovered.order_by("pk")] == ["destination.rest", "destination.recover"]
    lines = defaultdict[str, list[int]](list)
    for line, number in story.heard:
        lines[line].append(number)
    assert list(lines.values()) == [[1, 2, 3, 4, 5]] * SUBJECTS
    _assert_paced(tries)


def _assert_paced(moments: list[datetime]) -> None:
    """No stretch of time, however short or long, saw more than the allowance of that stretch."""
    for first, begin in enumerate(moments):
        for last in range(first, len(moments)):
            allowed = BURST + (moments[last] - begin) / timedelta(minutes=1) * PER_MINUTE
            assert last - first + 1 <= allowed + 1e-6


def test_a_revoked_key_costs_nothing_but_one_alert(story: Story) -> None:
    org = organisation()
    crm = crm_of(org)
    alerts: list[str] = []

    def alert(job: Job) -> str:
        alerts.append(job.fact_type)
        return "told"

    story.reactions = Reactions(
        subscriptions={"booking.confirmed": {CRM: "test.hear"}, "destination.paused": {MAIL: "test.alert"}},
        handlers={"test.hear": story.hear, "test.alert": alert},
    )
    for _ in range(30):
        confirmed(org)
    story.answers = [ConnectionBroken("The key is not accepted any more.") for _ in range(30)]

    for _ in range(72):
        story.run()
        story.clock.advance(timedelta(hours=1))

    with acting_for(org.pk):
        assert set(Delivery.objects.filter(destination=crm).values_list("status", "failures")) == {("pending", 0)}
        assert Fact.objects.filter(type="destination.paused").count() == 1
        assert [entry.action for entry in AuditEntry.objects.filter(action="destination.pause")] == [
            "destination.pause"
        ]
    assert alerts == ["destination.paused"]

    story.answers = []
    with acting_for(org.pk):
        resume_destination(crm, by=staff_of(org), source="staff")
        assert Fact.objects.filter(type="destination.resumed").count() == 1
    story.run()
    assert len(story.heard) == 30
