"""A running worker: what hangs holds up nobody else, and whoever asks it to end gets what it had begun."""

import asyncio
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest

from infra24.orgs.models import Organisation
from infra24.orgs.tenancy import acting_for
from infra24.outbox import relay
from infra24.outbox.lanes import Lane
from infra24.outbox.models import Attempt, Delivery, Destination
from infra24.outbox.reactions import Job, Reactions
from tests.outbox.process import wait_for
from tests.outbox.story import CRM, confirmed, crm_of, organisation

pytestmark = pytest.mark.django_db(transaction=True)
WEBHOOK = Destination.Kind.WEBHOOK
LANES = {CRM: Lane(in_flight=4, each=2, threads=4), WEBHOOK: Lane(in_flight=8, each=4, threads=1)}


class Service:
    """Something outside that answers nothing to one organisation while it hangs; as handler and as sender."""

    def __init__(self, hanging_for: UUID | None) -> None:
        self.hanging_for = hanging_for
        self.begun = threading.Semaphore(0)
        self.released = threading.Event()

    def handle(self, job: Job) -> str:
        if job.org_id == self.hanging_for:
            self.begun.release()
            self.released.wait(120)
        return "heard"

    def load(self, jobs: Sequence[Job]) -> Mapping[UUID, Any]:
        return {}

    async def send(self, job: Job, loaded: Any) -> str:
        if job.org_id == self.hanging_for:
            self.begun.release()
            while not self.released.is_set():
                await asyncio.sleep(0.05)
        return "heard"

    def reactions(self) -> Reactions:
        return Reactions(
            subscriptions={"booking.confirmed": {CRM: "test.handle", WEBHOOK: "test.send"}},
            handlers={"test.handle": self.handle},
            senders={"test.send": self},
        )


class Worker:
    """A relay in a thread of this process."""

    def __init__(self, reactions: Reactions) -> None:
        self.relay = relay.Relay(reactions, lanes=LANES)
        self.ended_well: bool | None = None
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        self.ended_well = self.relay.run()


@contextmanager
def working(service: Service) -> Iterator[Worker]:
    worker = Worker(service.reactions())
    worker.thread.start()
    try:
        yield worker
    finally:
        service.released.set()
        worker.relay.stop()
        worker.thread.join(60)


def webhook_of(org: Organisation) -> None:
    with acting_for(org.pk):
        Destination.objects.create(org_id=org.pk, kind=WEBHOOK, name="Hook")


def count(org: Organisation, **wanted: Any) -> int:
    with acting_for(org.pk):
        return Delivery.objects.filter(is_timer=False, **wanted).exclude(destination__kind="clock").count()


def test_a_destination_that_hangs_holds_up_no_other() -> None:
    hanging, other = organisation(), organisation("locust")
    for org in (hanging, other):
        crm_of(org)
        webhook_of(org)
    for _ in range(20):
        confirmed(hanging)
    service = Service(hanging.pk)
    with working(service):
        for _ in range(6):  # two threads and four sends
            assert service.begun.acquire(timeout=60)
        for _ in range(20):
            confirmed(other)
        wait_for(lambda: count(other, status="delivered") == 40, seconds=60, what="the other's deliveries")
        assert count(hanging, status="delivered") == 0
        assert count(hanging, attempts__gt=0) == 6
        service.released.set()
        wait_for(lambda: count(hanging, status="delivered") == 40, seconds=60, what="what hung")


def test_a_worker_that_is_asked_to_end_lets_what_it_began_finish_and_begins_nothing() -> None:
    org = organisation()
    crm_of(org)
    webhook_of(org)
    for _ in range(10):
        confirmed(org)
    service = Service(org.pk)
    with working(service) as worker:
        for _ in range(6):
            assert service.begun.acquire(timeout=60)
        worker.relay.stop()
        service.released.set()
        worker.thread.join(60)
        assert worker.ended_well
    assert count(org, status="delivered") == count(org, attempts__gt=0)
    assert count(org, lease__isnull=False) == 0
    with acting_for(org.pk):
        assert set(Attempt.objects.values_list("outcome", flat=True)) == {"delivered"}


def test_a_worker_says_so_when_something_did_not_finish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "DRAIN_SECONDS", 0.2)
    org = organisation()
    crm_of(org)
    confirmed(org)
    service = Service(org.pk)
    with working(service) as worker:
        assert service.begun.acquire(timeout=60)
        worker.relay.stop()
        worker.thread.join(60)
        assert worker.ended_well is False
    assert count(org, status="pending", lease__isnull=False) == 1
