"""Reading deliveries, starting from who is looking. They are for staff: others see none."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.outbox.errors import DeliveryNotFound, DestinationNotFound
from infra24.outbox.models import Attempt, Delivery, Destination


def visible_deliveries(viewer: Member) -> QuerySet[Delivery]:
    """Every delivery of the viewer's organisation with its fact and destination; none unless they are staff."""
    found = Delivery.objects.filter(org_id=viewer.org_id).select_related("fact", "destination")
    return found if viewer.rank.includes(Role.STAFF) else found.none()


def deliveries(
    viewer: Member,
    *,
    statuses: Collection[str] = (),
    destination_id: UUID | None = None,
    subject_id: UUID | None = None,
    with_timers: bool = False,
) -> QuerySet[Delivery]:
    """Those of some statuses, destination and subject; empty means any. Unordered: newest first is (-created_at, -id).

    Timers are left out unless asked for, or failed: the rest of them is nobody's business.
    """
    wanted = Q()
    if statuses:
        wanted &= Q(status__in=statuses)
    if destination_id:
        wanted &= Q(destination_id=destination_id)
    if subject_id:
        wanted &= Q(subject_id=subject_id)
    if not with_timers:
        wanted &= Q(is_timer=False) | Q(status=Delivery.Status.DEAD)
    return visible_deliveries(viewer).filter(wanted)


def delivery_for(viewer: Member, delivery_id: UUID) -> Delivery:
    """Raises DeliveryNotFound both for a missing delivery and for one the viewer may not see."""
    try:
        return visible_deliveries(viewer).get(pk=delivery_id)
    except Delivery.DoesNotExist:
        raise DeliveryNotFound from None


def attempts_of(delivery: Delivery) -> QuerySet[Attempt]:
    """The tries at a delivery the viewer was shown, first to last; those of long ago are purged."""
    return Attempt.objects.filter(org_id=delivery.org_id, delivery=delivery).order_by("number")


def visible_destinations(viewer: Member) -> QuerySet[Destination]:
    """Destinations by kind and name, but those taken away, with how many deliveries wait (timers apart) and failed.

    Each has `waiting_count`, `failed_count` and `oldest_due_at`, the instant
    since which something should have been delivered (None: nothing is late).
    """
    waiting = Delivery.objects.filter(destination=OuterRef("pk"), status=Delivery.Status.PENDING, is_timer=False)
    failed = Delivery.objects.filter(destination=OuterRef("pk"), status=Delivery.Status.DEAD)
    late = waiting.filter(due_at__lte=timezone.now()).order_by("due_at")
    present = Destination.objects.filter(org_id=viewer.org_id).exclude(state=Destination.State.REMOVED)
    found = present.annotate(
        waiting_count=_count(waiting), failed_count=_count(failed), oldest_due_at=Subquery(late.values("due_at")[:1])
    )
    found = found.order_by("kind", "name")
    return found if viewer.rank.includes(Role.STAFF) else found.none()


def _count(rows: QuerySet[Delivery]) -> Coalesce:
    """Rows of a subquery. Not a join: what is delivered and done with must not be walked through."""
    return Coalesce(Subquery(rows.order_by().values("destination").annotate(n=Count("pk")).values("n")), 0)


def destination_for(viewer: Member, destination_id: UUID) -> Destination:
    """Raises DestinationNotFound both for a missing destination and for one the viewer may not see."""
    try:
        return visible_destinations(viewer).get(pk=destination_id)
    except Destination.DoesNotExist:
        raise DestinationNotFound from None


@dataclass(frozen=True)
class Backlog:
    """What waits for one kind of destination (or, as `fact`, to be handed out), over all organisations."""

    kind: str
    waiting: int
    due: int
    oldest_due_at: datetime | None
    dead: int


def backlog() -> list[Backlog]:
    """The operator's figures, through the door in the wall: counts, of nobody in particular."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, waiting, due, oldest_due_at, dead FROM delivery_backlog()")
        return [Backlog(*row) for row in cursor.fetchall()]


@dataclass(frozen=True)
class DestinationFigures:
    """How many destinations of a kind rest, are paused, or fail, over all organisations; one may do several."""

    kind: str
    resting: int
    paused: int
    failing: int


def destination_figures() -> list[DestinationFigures]:
    """The operator's figures, through the door in the wall: counts, of nobody in particular."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, resting, paused, failing FROM destination_figures()")
        return [DestinationFigures(*row) for row in cursor.fetchall()]
