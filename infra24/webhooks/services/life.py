"""Pausing and resuming a webhook, warning of one that fails, and ending one that does not come back."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from infra24.facts.services import record, wake_relay
from infra24.orgs import audit
from infra24.orgs.models import Member
from infra24.outbox import services as outbox
from infra24.outbox.models import Delivery, Destination
from infra24.webhooks.errors import EndpointNotFound, EndpointNotProved
from infra24.webhooks.models import Endpoint
from infra24.webhooks.policies import KEPT_FOR, Step, step_for
from infra24.webhooks.services.endpoints import locked, touched

BATCH = 1000
"""Deliveries given up in one statement."""


@transaction.atomic
def pause_endpoint(endpoint: Endpoint, *, reason: str, by: Member, source: str) -> Endpoint:
    """Keep everything for it until it is resumed. Raises ReasonMissing, DestinationAlreadyPaused, EndpointNotFound."""
    current = locked(endpoint)
    current.destination = outbox.pause_destination(current.destination, reason=reason, by=by, source=source)
    touched(current)
    return current


@transaction.atomic
def resume_endpoint(endpoint: Endpoint, *, by: Member, source: str) -> Endpoint:
    """Send what has waited, each subject's in its order, at once. Whatever it failed before is forgotten.

    Raises EndpointNotProved, DestinationNotPaused, EndpointNotFound.
    """
    now, current = timezone.now(), locked(endpoint)
    if current.proved_at is None:
        raise EndpointNotProved
    current.destination = outbox.resume_destination(current.destination, by=by, source=source)
    _begin_anew(current, now=now)
    touched(current, "warned_at", "disabled_at", "disabled_because")
    wake_relay()
    return current


def look_after(org_id: UUID, *, now: datetime, endpoint_id: UUID | None = None) -> str:
    """Warn of endpoints that fail, end those that failed too long, give up what waited too long; say what was done.

    In the caller's transaction. All of the organisation's, or one.
    """
    wanted = Q(pk=endpoint_id) if endpoint_id else Q()
    warned = ended = 0
    for found in Endpoint.objects.filter(wanted, org_id=org_id).order_by("pk"):
        try:
            current = locked(found)
        except EndpointNotFound:
            continue
        target = current.destination
        if target.state != Destination.State.ACTIVE:
            continue
        if current.disabled_at is not None:  # resumed at the console
            _begin_anew(current, now=now)
            touched(current, "warned_at", "disabled_at", "disabled_because")
        match step_for(failing_since=target.failing_since, warned_at=current.warned_at, now=now):
            case Step.WARN:
                _warn(current, now=now)
                warned += 1
            case Step.DISABLE:
                _end(current, "failing", now=now)
                ended += 1
            case Step.NOTHING:
                pass
    given_up = 0 if endpoint_id else _tidy(org_id, now=now)
    if not warned + ended + given_up:
        return _("No webhook needs anything.")
    return " ".join(
        (
            ngettext("Warned of one webhook.", "Warned of %(count)d webhooks.", warned) % {"count": warned},
            ngettext("Ended one webhook.", "Ended %(count)d webhooks.", ended) % {"count": ended},
            ngettext("Gave up one delivery.", "Gave up %(count)d deliveries.", given_up) % {"count": given_up},
        )
    )


def disable_endpoint(org_id: UUID, endpoint_id: UUID, *, url: str, now: datetime) -> None:
    """End an endpoint that said itself that it is gone, unless it has another address by now.

    In the caller's transaction.
    """
    found = Endpoint.objects.filter(org_id=org_id, pk=endpoint_id, url=url).first()
    if found is None:
        return
    current = locked(found)
    if current.url == url and current.destination.state == Destination.State.ACTIVE:
        _end(current, "gone", now=now)


def _warn(current: Endpoint, *, now: datetime) -> None:
    current.warned_at = now
    touched(current, "warned_at")
    record(
        current.org_id,
        "endpoint.failing",
        now=now,
        source="clock",
        endpoint_id=current.pk,
        destination_id=current.destination_id,
        since=current.destination.failing_since,
    )


def _end(current: Endpoint, because: Literal["failing", "gone"], *, now: datetime) -> None:
    """Pause it until somebody resumes it. Everything for it is kept."""
    reason = (
        _("It answered that it is gone for good (410).")
        if because == "gone"
        else _("Nothing has reached it for five days.")
    )
    target = current.destination
    target.state, target.paused_because = Destination.State.PAUSED, reason
    target.save(update_fields=["state", "paused_because"])
    current.disabled_at, current.disabled_because = now, reason
    touched(current, "disabled_at", "disabled_because")
    record(
        current.org_id,
        "endpoint.disabled",
        now=now,
        source="clock",
        endpoint_id=current.pk,
        destination_id=target.pk,
        because=because,
    )
    audit.write(
        current.org_id,
        "endpoint.disable",
        subject_id=current.pk,
        by=None,
        source="clock",
        now=now,
        before={"state": "active"},
        after={"state": "paused", "reason": reason},
    )


def _begin_anew(current: Endpoint, *, now: datetime) -> None:
    """As if it had never failed: nothing waits for its next try any longer."""
    current.warned_at = current.disabled_at = None
    current.disabled_because = ""
    target = current.destination
    target.failing_since, target.failures_in_row, target.rests_until = None, 0, None
    target.save(update_fields=["failing_since", "failures_in_row", "rests_until"])
    waiting = Delivery.objects.filter(org_id=target.org_id, destination=target, status=Delivery.Status.PENDING)
    waiting.filter(leased_until=None, due_at__gt=now).update(due_at=now, failures=0)


def _tidy(org_id: UUID, *, now: datetime) -> int:
    """Forget old secrets; discard what waited too long for webhooks that take nothing, and return how many."""
    over = Endpoint.objects.filter(org_id=org_id, previous_until__lte=now)
    over.update(sealed_previous="", previous_until=None)
    hooks = Destination.objects.filter(org_id=org_id, kind=Destination.Kind.WEBHOOK)
    paused, removed = (hooks.filter(state=state) for state in (Destination.State.PAUSED, Destination.State.REMOVED))
    waiting = Delivery.objects.filter(
        Q(destination__in=paused.values("pk"), created_at__lt=now - KEPT_FOR) | Q(destination__in=removed.values("pk")),
        org_id=org_id,
        status=Delivery.Status.PENDING,
        lease=None,
    )
    note, given_up = _("It waited for thirty days, or its webhook was taken away."), 0
    while batch := list(waiting.values_list("pk", flat=True)[:BATCH]):
        changes = {"status": Delivery.Status.DISCARDED, "settled_at": now, "note": note}
        given_up += Delivery.objects.filter(pk__in=batch).update(**changes)
    return given_up
