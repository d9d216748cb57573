"""Senders: they read for many deliveries at once, and send each without a thread."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infra24.orgs.models import Organisation
from infra24.orgs.tenancy import acting_for
from infra24.outbox.failures import Rejected, TransientFailure
from infra24.outbox.models import Attempt, Destination
from infra24.outbox.reactions import MOST_KEPT, Exchange, Job, Reactions
from tests.outbox.story import Story, confirmed, deliveries, organisation, outcomes, statuses, the_delivery

WEBHOOK = Destination.Kind.WEBHOOK


class Hook:
    """A sender of the tests' own making."""

    def __init__(self) -> None:
        self.loads: list[int] = []
        self.sent: list[Job] = []
        self.at_once = self.most_at_once = 0
        self.loaded: Any = "address"
        self.answer: Exception | None = None

    def load(self, jobs: Sequence[Job]) -> Mapping[UUID, Any]:
        self.loads.append(len(jobs))
        if isinstance(self.loaded, ZeroDivisionError):
            raise self.loaded
        return {job.delivery_id: self.loaded for job in jobs}

    async def send(self, job: Job, loaded: Any) -> str:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.01)
        self.at_once -= 1
        self.sent.append(job)
        if self.answer:
            raise self.answer
        return f"sent to {loaded}"


@pytest.fixture
def story(db: None) -> Story:
    return Story()


@pytest.fixture
def hook(story: Story) -> Hook:
    hook = Hook()
    story.reactions = Reactions(
        subscriptions={"booking.confirmed": {WEBHOOK: "test.send"}}, handlers={}, senders={"test.send": hook}
    )
    return hook


def webhook_of(org: Organisation) -> Destination:
    with acting_for(org.pk):
        return Destination.objects.create(org_id=org.pk, kind=WEBHOOK, name="Hook")


def test_a_batch_is_loaded_at_once_for_all_organisations_and_sent_side_by_side(story: Story, hook: Hook) -> None:
    org, other = organisation(), organisation("locust")
    for each in (org, other):
        webhook_of(each)
        for _ in range(4):
            confirmed(each)

    story.run()

    assert hook.loads == [8]
    assert (len(hook.sent), hook.most_at_once > 1) == (8, True)
    assert [(d.status, d.note) for d in deliveries(org)] == [("delivered", "sent to address")] * 4


@pytest.mark.parametrize(
    ("loaded", "ends"),
    [
        (Rejected("No such endpoint."), ("dead", "No such endpoint.")),
        (ZeroDivisionError("alice@example.org"), ("pending", "An error of ours: ZeroDivisionError.")),
    ],
)
def test_what_cannot_be_loaded_is_not_sent_and_fails_for_that(
    story: Story, hook: Hook, loaded: Exception, ends: tuple[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    org = organisation()
    webhook_of(org)
    confirmed(org)
    hook.loaded = loaded

    story.run()

    assert ((the_delivery(org).status, the_delivery(org).note), hook.sent) == (ends, [])
    assert "alice@example.org" not in caplog.text


def test_a_sender_fails_like_a_handler(story: Story, hook: Hook) -> None:
    org = organisation()
    webhook_of(org)
    confirmed(org)
    hook.answer = TransientFailure("No answer.")
    story.run()
    hook.answer = None
    story.clock.advance(timedelta(minutes=1))
    story.run()
    assert (outcomes(org), statuses(deliveries(org))) == (["transient", "delivered"], ["delivered"])


def test_loading_and_recording_cost_the_same_for_one_and_for_many(story: Story, hook: Hook) -> None:
    org = organisation()
    webhook_of(org)
    confirmed(org)
    story.run()  # the first time it is noted, too, that the destination works
    counts = []
    for many in (1, 8):
        for _ in range(many):
            confirmed(org)
        story.hand_out()
        with CaptureQueriesContext(connection) as statements:
            story.run()
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_what_was_asked_and_answered_is_kept_cut_and_without_credentials(story: Story, hook: Hook) -> None:
    org = organisation()
    webhook_of(org)
    confirmed(org)
    ask = Exchange("POST", "https://bob:secret@example.org/hook?a=1", 200, "x" * 5000, "nul \0 and \ud800", 12)

    async def send(job: Job, loaded: Any) -> str:
        job.exchanges.extend([ask] * 30)
        return "sent"

    hook.send = send  # type: ignore[method-assign]
    story.run()

    with acting_for(org.pk):
        exchanges = Attempt.objects.get().exchanges
    assert len(exchanges) == 20
    assert exchanges[0] == {
        "method": "POST",
        "url": "https://example.org/hook?a=1",
        "status": 200,
        "request": "x" * MOST_KEPT,
        "response": "nul � and ?",
        "milliseconds": 12,
    }
