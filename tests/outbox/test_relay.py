"""What a worker does besides delivering."""

import threading

import pytest

from infra24.config.subscriptions import REACTIONS
from infra24.orgs.tenancy import acting_for
from infra24.outbox import relay
from infra24.outbox.models import Delivery
from infra24.outbox.nights import TIMER
from tests.outbox.process import wait_for
from tests.outbox.story import organisation


@pytest.mark.django_db(transaction=True)
def test_a_running_worker_brings_back_nights_that_have_died(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "NIGHTS_EVERY_SECONDS", 0.2)
    org = organisation()

    def waiting() -> bool:
        with acting_for(org.pk):
            return Delivery.objects.filter(handler=TIMER, is_timer=True, status="pending").exists()

    worker = relay.Relay(REACTIONS)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        wait_for(waiting, seconds=60, what="the first night")
        with acting_for(org.pk):
            Delivery.objects.filter(handler=TIMER, is_timer=True).update(status="dead")
        wait_for(waiting, seconds=60, what="another night")
    finally:
        worker.stop()
        thread.join(30)
