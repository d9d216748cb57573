"""Events that only ask whether they arrive: the one that proves an address, and tests."""

from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from infra24.core.errors import TooMany
from infra24.facts.models import Fact
from infra24.facts.services import record
from infra24.orgs import audit
from infra24.orgs.models import Member
from infra24.outbox.models import Delivery, Destination
from infra24.webhooks.errors import EndpointBeingTried, EndpointProvedAlready
from infra24.webhooks.models import Endpoint
from infra24.webhooks.policies import TEST_PATIENCE, TESTS_EVERY
from infra24.webhooks.services.endpoints import locked, touched

HANDLER = "webhooks.send_test"
"""Name of the sender of these in the table of subscriptions."""
PROOF, TEST = "endpoint.proof_asked", "endpoint.test_asked"


def ask_for_proof(endpoint: Endpoint, *, by: Member, source: str) -> Endpoint:
    """Send the event that proves the address to be theirs; answered well, everything that waits follows.

    Raises EndpointProvedAlready, EndpointBeingTried, TooMany, EndpointNotFound.
    """
    return _ask(endpoint, PROOF, by=by, source=source)


def ask_for_test(endpoint: Endpoint, *, by: Member, source: str) -> Endpoint:
    """Send a test event, however the endpoint stands. Raises EndpointBeingTried, TooMany, EndpointNotFound."""
    return _ask(endpoint, TEST, by=by, source=source)


@transaction.atomic
def note_answer(
    org_id: UUID, endpoint_id: UUID, *, fact_type: str, url: str, is_good: bool, answer: str, now: datetime
) -> None:
    """Write down what came of it. A good answer to the proof makes the endpoint hear what happens.

    Nothing is noted of an endpoint that was taken away or has another address by now.
    """
    found = Endpoint.objects.filter(org_id=org_id, pk=endpoint_id, url=url).first()
    if found is None:
        return
    current = locked(found)
    if current.url != url:
        return
    current.answered_at, current.answer, current.is_answer_good = now, answer[:300], is_good
    if fact_type == PROOF and is_good and current.proved_at is None:
        current.proved_at = now
        target = current.destination
        target.state, target.paused_because = Destination.State.ACTIVE, ""
        target.save(update_fields=["state", "paused_because"])
        record(org_id, "endpoint.proved", now=now, source="clock", endpoint_id=current.pk)
        audit.write(org_id, "endpoint.prove", subject_id=current.pk, by=None, source="clock", now=now)
    touched(current, "answered_at", "answer", "is_answer_good", "proved_at")


@transaction.atomic
def _ask(endpoint: Endpoint, fact_type: str, *, by: Member, source: str) -> Endpoint:
    now, current = timezone.now(), locked(endpoint)
    if fact_type == PROOF and current.proved_at is not None:
        raise EndpointProvedAlready
    if current.asked_at is not None and now - current.asked_at < TESTS_EVERY:
        raise TooMany(retry_after=int(TESTS_EVERY.total_seconds()))
    if current.is_waiting_for_answer and current.asked_at is not None and now - current.asked_at < TEST_PATIENCE:
        raise EndpointBeingTried
    current.asked_at = now
    touched(current, "asked_at")
    fact_id = record(by.org_id, fact_type, now=now, source=source, endpoint_id=current.pk)
    _send(by.org_id, fact_id, current.pk, now=now)
    action = "endpoint.ask_for_proof" if fact_type == PROOF else "endpoint.ask_for_test"
    audit.write(by.org_id, action, subject_id=current.pk, by=by, source=source, now=now)
    return current


def _send(org_id: UUID, fact_id: UUID, endpoint_id: UUID, *, now: datetime) -> None:
    """A delivery of its own: it goes out although the endpoint's destination may be paused."""
    destination_id = tests_destination(org_id)
    Destination.objects.bulk_create(
        [
            Destination(
                pk=destination_id,
                org_id=org_id,
                kind=Destination.Kind.WEBHOOK,
                name=_("Tests of webhooks"),
                fact_types=[],
            )
        ],
        ignore_conflicts=True,
    )
    Delivery.objects.create(
        org_id=org_id,
        fact_id=fact_id,
        destination_id=destination_id,
        handler=HANDLER,
        subject_id=endpoint_id,
        number=Fact.objects.values_list("number", flat=True).get(org_id=org_id, pk=fact_id),
        due_at=now,
    )


def tests_destination(org_id: UUID) -> UUID:
    """The id of the destination through which an organisation's proofs and tests go."""
    return uuid5(org_id, "webhooks.tests")
