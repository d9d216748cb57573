"""What the console shows of destinations and failures: how each does, and what failed for one cause."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, Max, Min
from django.db.models.functions import Coalesce
from django.utils import timezone

from infra24.core.translating import translated
from infra24.orgs.models import AuditEntry, Member
from infra24.orgs.queries import names_of
from infra24.outbox.health import Colour, Finding, Standing, findings
from infra24.outbox.models import Delivery, Destination
from infra24.outbox.outlook import cure_of
from infra24.outbox.queries import visible_deliveries, visible_destinations
from infra24.outbox.selecting import Selection, cause

MOST_GROUPS = 200
"""Causes shown at once, those of the newest failures; behind so many there is one that is not seen yet."""


@dataclass(frozen=True)
class Pause:
    """Who paused a destination, and when. `by` is None when the house itself did, which could not get in."""

    by: str | None
    at: datetime


@dataclass(frozen=True)
class Place:
    """A destination with its counts (`queries.visible_destinations`), and how it does."""

    destination: Any
    pause: Pause | None
    findings: tuple[Finding, ...]

    @property
    def colour(self) -> Colour:
        return self.findings[0].colour

    @property
    def happened(self) -> str:
        """What happened, in the active language."""
        return " ".join(translated(finding.happened) for finding in self.findings)

    @property
    def act(self) -> str:
        """Who must do what, in the active language; the worst first."""
        return " ".join(translated(finding.act) for finding in self.findings)


@dataclass(frozen=True)
class FailedGroup:
    """Dead letters of one cause: one destination, one class of failure, one message but for its particulars."""

    destination_id: UUID
    destination_name: str
    kind: str
    outcome: str
    cause: str
    count: int
    oldest: datetime
    """When the first of them failed for good."""
    newest: datetime
    sample: str
    """What one of them was told."""

    @property
    def selection(self) -> Selection:
        """All of them."""
        return Selection(
            statuses=(Delivery.Status.DEAD.value,),
            destination_id=self.destination_id,
            outcome=self.outcome,
            cause=self.cause,
        )

    @property
    def query(self) -> str:
        """All of them, as the address of the list of deliveries says it."""
        named = {"status": "dead", "destination": self.destination_id, "outcome": self.outcome, "cause": self.cause}
        return f"?{urlencode({name: value for name, value in named.items() if value})}"

    @property
    def cure(self) -> str:
        """What helps, in the active language."""
        return translated(cure_of(self.kind, self.outcome))


def places(viewer: Member) -> list[Place]:
    """Every destination the viewer sees and how it does, by kind and name."""
    return _places(viewer, visible_destinations(viewer), now=timezone.now())


def place_of(viewer: Member, destination: Destination) -> Place:
    """One destination as it is now, and how it does."""
    (place,) = _places(viewer, visible_destinations(viewer).filter(pk=destination.pk), now=timezone.now())
    return place


def failed_groups(viewer: Member) -> list[FailedGroup]:
    """Dead letters by cause, the cause of the newest first; at most `MOST_GROUPS`."""
    rows = (
        visible_deliveries(viewer)
        .filter(status=Delivery.Status.DEAD)
        .annotate(cause_=cause())
        .values("destination_id", "destination__kind", "destination__name", "outcome", "cause_")
        .annotate(
            count=Count("pk"),
            oldest=Coalesce(Min("settled_at"), Min("created_at")),
            newest=Coalesce(Max("settled_at"), Max("created_at")),
            sample=Max("note"),
        )
        .order_by("-newest", "destination_id", "outcome", "cause_")
    )
    return [
        FailedGroup(
            destination_id=row["destination_id"],
            destination_name=str(Destination(kind=row["destination__kind"], name=row["destination__name"])),
            kind=row["destination__kind"],
            outcome=row["outcome"],
            cause=row["cause_"],
            count=row["count"],
            oldest=row["oldest"],
            newest=row["newest"],
            sample=row["sample"],
        )
        for row in rows[:MOST_GROUPS]
    ]


def _places(viewer: Member, destinations: Iterable[Any], *, now: datetime) -> list[Place]:
    found = list(destinations)
    pauses = _pauses(viewer, [one.pk for one in found if one.state == Destination.State.PAUSED])
    return [Place(one, pauses.get(one.pk), findings(_standing(one, pauses.get(one.pk)), now=now)) for one in found]


def _standing(destination: Any, pause: Pause | None) -> Standing:
    return Standing(
        is_paused=destination.state == Destination.State.PAUSED,
        paused_by=pause.by if pause else None,
        paused_because=destination.paused_because,
        rests_until=destination.rests_until,
        failing_since=destination.failing_since,
        failures_in_row=destination.failures_in_row,
        worked_at=destination.worked_at,
        waiting=destination.waiting_count,
        oldest_due_at=destination.oldest_due_at,
        dead=destination.failed_count,
    )


def _pauses(viewer: Member, destination_ids: list[UUID]) -> dict[UUID, Pause]:
    """By destination, the last time it was paused."""
    if not destination_ids:
        return {}
    entries = list(
        AuditEntry.objects.filter(org_id=viewer.org_id, subject_id__in=destination_ids, action="destination.pause")
        .order_by("subject_id", "-at", "-id")
        .distinct("subject_id")
    )
    names = names_of([entry.member_id for entry in entries if entry.member_id], viewer=viewer)
    return {
        entry.subject_id: Pause(names.get(entry.member_id, "") if entry.member_id else None, entry.at)
        for entry in entries
    }
