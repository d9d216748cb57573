"""What a destination that keeps failing is spared, and how it comes back."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import deliver, take
from infra24.outbox.failures import Gone, OutcomeUnknown, OwnFault, Rejected, Throttled, TransientFailure
from infra24.outbox.models import Delivery, Destination
from infra24.outbox.policies import LEASE
from infra24.outbox.reactions import Job, Reactions
from tests.outbox.story import CLOCK, CRM, Story, confirmed, crm_of, deliveries, organisation

DEAD = TransientFailure("no answer")


@pytest.fixture
def story(db: None) -> Story:
    return Story()


def the_destination(org: object, **wanted: object) -> Destination:
    with acting_for(org.pk):  # type: ignore[attr-defined]
        return Destination.objects.get(**wanted)


def fail(story: Story, times: int, failure: Exception = DEAD) -> None:
    story.answers = [failure] * times
    story.run()
    assert story.answers == []


def test_five_failures_in_a_row_give_a_destination_a_rest_that_burns_no_tries(story: Story) -> None:
    org = organisation()
    crm_of(org)
    for _ in range(5):
        confirmed(org)
    fail(story, 5)
    crm = the_destination(org)
    assert (crm.failures_in_row, crm.failing_since) == (5, story.clock.now)
    assert crm.rests_until is not None
    rest = crm.rests_until - story.clock.now
    assert timedelta(seconds=24) <= rest <= timedelta(seconds=36)

    confirmed(org)
    story.clock.advance(rest - timedelta(milliseconds=1))
    assert story.run() == 0

    assert [d.attempts for d in deliveries(org)] == [1, 1, 1, 1, 1, 0]


def test_after_a_rest_one_delivery_probes_and_its_failure_doubles_the_rest(story: Story) -> None:
    org = organisation()
    crm_of(org)
    for _ in range(8):
        confirmed(org)
    fail(story, 8)  # all under way at once: one failure, and one first rest
    rests = []
    for _ in range(8):
        crm = the_destination(org)
        assert crm.rests_until is not None
        rests.append(crm.rests_until - story.clock.now)
        story.clock.now = crm.rests_until
        tried = len(story.jobs)
        story.answers = [DEAD]
        story.run()
        assert len(story.jobs) == tried + 1
    bases = [30, 60, 120, 240, 480, 900, 900, 900]
    assert [0.8 * base <= rest.total_seconds() <= 1.2 * base for base, rest in zip(bases, rests, strict=True)] == (
        [True] * 8
    )


def test_two_workers_do_not_probe_at_once(story: Story) -> None:
    org = organisation()
    crm_of(org)
    for _ in range(6):
        confirmed(org)
    fail(story, 6)
    story.clock.advance(timedelta(minutes=1))

    (probe,) = take(CRM, n=5, each=5, clock=story.clock)
    assert take(CRM, n=5, each=5, clock=story.clock) == []
    story.clock.advance(LEASE + timedelta(seconds=1))  # that worker has died
    assert len(take(CRM, n=5, each=5, clock=story.clock)) == 1
    deliver(probe, story.reactions, clock=story.clock)
    assert the_destination(org).failures_in_row == 5  # and what it still says is not heard


def test_a_probe_that_succeeds_brings_all_that_waited(story: Story) -> None:
    org = organisation()
    crm_of(org)
    for _ in range(6):
        confirmed(org)
    fail(story, 6)
    for _ in range(3):
        story.clock.advance(timedelta(minutes=20))
        story.answers = [DEAD]
        story.run()
    story.clock.advance(timedelta(minutes=20))

    story.run()  # not one of them waits for its own hour

    crm = the_destination(org)
    assert (crm.failures_in_row, crm.failing_since, crm.rests_until) == (0, None, None)
    assert crm.worked_at == story.clock.now
    assert [d.status for d in deliveries(org)] == ["delivered"] * 6


def test_a_success_in_between_begins_the_count_anew(story: Story) -> None:
    org = organisation()
    crm_of(org)
    for _ in range(9):
        confirmed(org)
    story.answers = [DEAD, DEAD, DEAD, DEAD, lambda job: "heard", DEAD, DEAD, DEAD, DEAD]
    story.run()
    crm = the_destination(org)
    assert (crm.failures_in_row, crm.rests_until, crm.worked_at) == (4, None, story.clock.now)


@pytest.mark.parametrize(
    ("failure", "counted"),
    [
        (OutcomeUnknown("silence"), 5),
        (Rejected("no such field"), 0),
        (Gone("no such contact"), 0),
        (OwnFault("a fault of ours"), 0),
        (Throttled("slow down", retry_after=timedelta(minutes=5)), 0),
    ],
)
def test_only_what_speaks_of_the_destination_counts(story: Story, failure: Exception, counted: int) -> None:
    org = organisation()
    crm_of(org)
    for _ in range(5):
        confirmed(org)
    fail(story, 5, failure)
    assert the_destination(org).failures_in_row == counted


def test_a_probe_that_says_nothing_is_followed_by_another_at_once(story: Story) -> None:
    org = organisation()
    crm_of(org)
    for _ in range(5):
        confirmed(org)
    fail(story, 5)
    for _ in range(2):
        confirmed(org)
    story.clock.advance(timedelta(minutes=1))
    story.answers = [Rejected("no such field")]
    story.run()
    assert len(story.heard) == 6  # the next probe succeeded, and the rest followed


def test_the_clock_cannot_fail(story: Story) -> None:
    org = organisation()
    story.reactions = Reactions(
        subscriptions={"booking.confirmed": {CLOCK: "test.hear"}}, handlers={"test.hear": story.hear}
    )
    for _ in range(6):
        confirmed(org)
    fail(story, 6)
    assert the_destination(org, kind=CLOCK).failures_in_row == 0


def test_a_failing_destination_gets_less_and_less(story: Story) -> None:
    org = organisation()
    crm_of(org)
    for _ in range(40):
        confirmed(org)
    story.hand_out()
    got = []
    for failures in range(5):
        with acting_for(org.pk):
            Destination.objects.update(failures_in_row=failures)
            Delivery.objects.update(lease=None, leased_until=None)
        got.append(len(take(CRM, n=100, each=32, clock=story.clock)))
    assert got == [32, 16, 8, 4, 2]


# --- Pace -----------------------------------------------------------------------------------


def test_a_claim_takes_no_more_than_the_allowance_over_all_workers(story: Story) -> None:
    org = organisation()
    crm = crm_of(org)
    for _ in range(30):
        confirmed(org)
    story.hand_out()
    with acting_for(org.pk):
        Destination.objects.filter(pk=crm.pk).update(per_minute=60, burst=4)

    def taken() -> int:
        return len(take(CRM, n=10, each=10, clock=story.clock))

    assert (taken(), taken()) == (4, 0)
    story.clock.advance(timedelta(seconds=2))
    assert (taken(), taken()) == (2, 0)
    story.clock.advance(timedelta(milliseconds=999))
    assert taken() == 0
    story.clock.advance(timedelta(milliseconds=1))
    assert taken() == 1
    story.clock.advance(timedelta(hours=1))
    assert (taken(), taken()) == (4, 0)


def test_what_is_not_there_to_take_is_not_paid_for(story: Story) -> None:
    org = organisation()
    crm = crm_of(org)
    confirmed(org)
    story.hand_out()
    with acting_for(org.pk):
        Destination.objects.filter(pk=crm.pk).update(per_minute=60, burst=4)
    assert len(take(CRM, n=10, each=10, clock=story.clock)) == 1
    assert the_destination(org).paced_until == story.clock.now + timedelta(seconds=1)


def test_a_destination_hears_only_of_what_it_asked_for(story: Story) -> None:
    org = organisation()
    narrow, wide = crm_of(org, "Narrow"), crm_of(org, "Wide")
    with acting_for(org.pk):
        Destination.objects.filter(pk=narrow.pk).update(fact_types=["booking.cancelled"])
    confirmed(org)
    story.hand_out()
    assert [d.destination_id for d in deliveries(org)] == [wide.pk]


@pytest.mark.parametrize("values", ["per_minute = 0", "per_minute = 60, burst = 0"])
def test_postgresql_refuses_a_pace_of_nothing(story: Story, values: str) -> None:
    org = organisation()
    crm_of(org)
    with (
        acting_for(org.pk),
        pytest.raises(IntegrityError, match="destination_pace_positive"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE outbox_destination SET {values}")


def test_a_job_of_a_probe_is_like_any_other(story: Story) -> None:
    org = organisation()
    crm_of(org)
    for _ in range(5):
        confirmed(org)
    fail(story, 5)
    story.clock.advance(timedelta(minutes=1))
    heard: list[Job] = []
    story.answers = [lambda job: heard.append(job) or "heard"]  # type: ignore[func-returns-value]
    story.run()
    assert [job.attempt for job in heard] == [2]
