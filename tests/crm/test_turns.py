"""One writer a person, also when two workers have something to say about them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from emulators.bloomerang.server import DEFAULT_KEY
from infra24.config.subscriptions import REACTIONS
from infra24.core import rates
from infra24.crm.models import CrmLink
from infra24.crm.services import BURST
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import deliver, hand_out, take
from infra24.outbox.models import Delivery, Destination
from tests.crm.story import Story
from tests.make import NOON


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_make_one_person_twice(crm_url: str) -> None:
    with Story(crm_url, DEFAULT_KEY) as story:
        story.connect()
        story.book()
        story.book(starts_at=NOON + timedelta(days=1))
        # Slow enough for both to look before either has made the contact, were it not for the turn.
        story.fail(kind="slow", seconds=0.4, match="* /v2/constituent*")
        while hand_out(REACTIONS).facts:
            pass

        def work(_: int) -> None:
            try:
                for taken in take(Destination.Kind.CRM, n=1, each=2):
                    deliver(taken, REACTIONS)
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as workers:
            list(workers.map(work, range(2)))

        assert story.outcomes() == ["delivered", "delivered"]
        assert (len(story.people()), len(story.activities())) == (1, 2)
        assert story.link().turn is None


@pytest.mark.parametrize("whose", ["nobody's", "a settled delivery's", "a lost delivery's"])
def test_a_turn_ends_with_the_lease_of_its_delivery(story: Story, whose: str) -> None:
    story.book()
    story.run()
    with acting_for(story.org.pk):
        before = Delivery.objects.get(destination__kind="crm")
        if whose == "a lost delivery's":
            Delivery.objects.filter(pk=before.pk).update(
                lease=uuid4(), leased_until=story.clock() - timedelta(seconds=1)
            )
        CrmLink.objects.update(turn=uuid4() if whose == "nobody's" else before.pk)
    story.book(starts_at=NOON + timedelta(days=1))
    story.run()

    assert len(story.activities()) == 2


def test_a_living_turn_is_waited_for_and_then_left(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra24.crm.turns.PATIENCE_SECONDS", 0.3)
    story.book()
    story.run()
    with acting_for(story.org.pk):
        holder = Delivery.objects.get(destination__kind="crm")
        Delivery.objects.filter(pk=holder.pk).update(lease=uuid4(), leased_until=story.clock() + timedelta(minutes=1))
        CrmLink.objects.update(turn=holder.pk)
    story.book(starts_at=NOON + timedelta(days=1))

    assert story.run()[-1] == "Something else is being written about the same person."
    assert len(story.activities()) == 1


@pytest.mark.parametrize("made", ["constituent", "interaction"])
@pytest.mark.parametrize("since", ["its lease ran out", "a successor took it"])
def test_a_worker_that_was_halted_makes_nothing_any_more(
    story: Story, monkeypatch: pytest.MonkeyPatch, made: str, since: str
) -> None:
    story.book()
    if made == "interaction":  # the contact is there already
        story.run()
        story.book(starts_at=NOON + timedelta(days=1))
    there = (story.people(), story.activities())
    pace, successor = rates.take, uuid4()

    def halt(*args: Any, **more: Any) -> None:
        """Every request comes after a long halt, in which the lease is lost."""
        pace(*args, **more)
        with acting_for(story.org.pk):
            mine = Delivery.objects.filter(destination__kind="crm", status="pending")
            if since == "a successor took it":
                mine.update(lease=successor, leased_until=story.clock() + timedelta(minutes=1))
            else:
                mine.update(leased_until=story.clock() - timedelta(seconds=1))

    hand_out(REACTIONS, clock=story.clock)
    (taken,) = take(Destination.Kind.CRM, n=1, each=1, clock=story.clock)
    monkeypatch.setattr(rates, "take", halt)
    deliver(taken, REACTIONS, clock=story.clock)

    assert (story.people(), story.activities()) == there
    with acting_for(story.org.pk):
        delivery = Delivery.objects.get(pk=taken.delivery_id)
        assert (delivery.status, CrmLink.objects.get().turn) == ("pending", taken.delivery_id)


def test_a_request_waits_for_its_place_only_so_long(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra24.crm.services.PATIENCE_SECONDS", 0.2)
    crm = story.connect(per_minute=1)
    for _ in range(BURST):
        rates.take(f"crm:{crm.pk}", per_minute=1, burst=BURST)
    story.book()

    assert story.run() == ["Too many requests to the CRM are waiting already."]
    assert story.outcomes() == ["transient"]
