"""Deliveries made once more: counted first, then some each minute, until all are through or it is stopped.

A replay sends nothing itself. It lets deliveries wait for their next try, with
their facts and so their ids, and the relay does what it always does. The clock
brings it round every minute (`failures.Again`).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max, Min, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from infra24.core.constraints import guarded_by
from infra24.facts.services import record, wake_relay
from infra24.orgs import audit
from infra24.orgs.models import Member
from infra24.orgs.tenancy import acting_for
from infra24.outbox.errors import NothingSelected, OnlyFailedReplayed, ReplayNotFound, ReplayOver, ReplayRunning
from infra24.outbox.failures import Again
from infra24.outbox.models import Delivery, Destination, Replay
from infra24.outbox.queries import settled, visible_deliveries
from infra24.outbox.reactions import Job
from infra24.outbox.selecting import Selection
from infra24.outbox.services import TAKE_TWICE, cancel_timers, set_timer

TIMER = "outbox.replay"
"""Name of `go_on` in the table of subscriptions."""
ROUND = timedelta(minutes=1)
USUAL_PACE, MOST_PER_MINUTE = 60, 1000
"""Deliveries a minute: as many unless said otherwise, and at most; the latter is a batch that takes milliseconds."""


@dataclass(frozen=True)
class Preview:
    """What a replay or a discard would be about."""

    count: int
    oldest: datetime | None
    """When the first of them was made; None where there are none."""
    newest: datetime | None
    settled_before: datetime
    """Say it again when it is done for good: what fails after the look is then left alone."""

    def minutes(self, per_minute: int) -> int:
        """How long that many take at this pace."""
        return -(-self.count // per_minute)


def preview(selection: Selection, *, viewer: Member, settled_before: datetime | None = None) -> Preview:
    """How many deliveries a selection is about, without changing anything."""
    settled_before = settled_before or timezone.now()
    counted = settled(visible_deliveries(viewer), selection, before=settled_before).aggregate(
        count=Count("pk"), oldest=Min("created_at"), newest=Max("created_at")
    )
    return Preview(**counted, settled_before=settled_before)


def preview_replay(
    destination: Destination, selection: Selection, *, viewer: Member, settled_before: datetime | None = None
) -> Preview:
    """How many deliveries a replay would be about. Raises OnlyFailedReplayed."""
    if set(selection.statuses) - replayable(destination):
        raise OnlyFailedReplayed
    selection = replace(selection, destination_id=destination.pk)
    return preview(selection, viewer=viewer, settled_before=settled_before)


def visible_replays(viewer: Member) -> QuerySet[Replay]:
    """The organisation's replays, for staff. Unordered: newest first is (-started_at, -id)."""
    found = Replay.objects.filter(org_id=viewer.org_id)
    found = found.select_related("destination", "started_by__user", "stopped_by__user")
    return found if viewer.is_staff else found.none()


def replay_for(viewer: Member, replay_id: UUID) -> Replay:
    """Raises ReplayNotFound both for a missing replay and for one the viewer may not see."""
    try:
        return visible_replays(viewer).get(pk=replay_id)
    except Replay.DoesNotExist:
        raise ReplayNotFound from None


@transaction.atomic
def start_replay(
    destination: Destination,
    selection: Selection,
    *,
    by: Member,
    source: str,
    per_minute: int = USUAL_PACE,
    settled_before: datetime | None = None,
) -> Replay:
    """Make deliveries of one destination once more: dead ones, of a webhook also those that arrived.

    What is settled from now on is not among them, so that nothing is made twice.
    Raises OnlyFailedReplayed, NothingSelected, ReplayRunning.
    """
    now = timezone.now()
    selection = replace(selection, destination_id=destination.pk)
    seen = preview_replay(destination, selection, viewer=by, settled_before=min(settled_before or now, now))
    if not seen.count:
        raise NothingSelected
    with guarded_by(replay_one_running=ReplayRunning):
        replay = Replay.objects.create(
            org_id=by.org_id,
            destination=destination,
            selection=selection.kept(),
            settled_before=seen.settled_before,
            per_minute=min(max(per_minute, 1), MOST_PER_MINUTE),
            total=seen.count,
            started_by=by,
            source=source,
            started_at=now,
            goes_on_at=now,
        )
    told = {"destination_id": destination.pk, "total": replay.total}
    fact_id = record(by.org_id, "replay.started", now=now, source=source, replay_id=replay.pk, **told)
    set_timer(org_id=by.org_id, fact_id=fact_id, handler=TIMER, subject_id=replay.pk, due_at=now)
    after = {**selection.kept(), "total": replay.total, "per_minute": replay.per_minute}
    audit.write(by.org_id, "replay.start", subject_id=replay.pk, by=by, source=source, now=now, after=after)
    return replay


def replayable(destination: Destination) -> set[str]:
    """The states from which deliveries of a destination are replayed."""
    takes_twice = destination.kind in TAKE_TWICE
    return {Delivery.Status.DEAD.value, *([Delivery.Status.DELIVERED.value] if takes_twice else [])}


@transaction.atomic
def stop_replay(replay: Replay, *, by: Member, source: str) -> Replay:
    """Let no more go out; what waits for its try already is made. Raises ReplayOver."""
    now = timezone.now()
    replay = Replay.objects.select_for_update(of=["self"]).select_related("destination").get(pk=replay.pk)
    if replay.state != Replay.State.RUNNING:
        raise ReplayOver
    cancel_timers(org_id=replay.org_id, subject_id=replay.pk)
    replay.stopped_by = by
    _end(replay, Replay.State.STOPPED, source=source, now=now)
    audit.write(
        replay.org_id,
        "replay.stop",
        subject_id=replay.pk,
        by=by,
        source=source,
        now=now,
        before={"state": "running"},
        after={"state": "stopped", "replayed": replay.replayed},
    )
    return replay


def go_on(job: Job) -> str:
    """Handler of a replay's timer: let the next go out, and come again in a minute while there are more."""
    with acting_for(job.org_id):
        replay = Replay.objects.select_for_update(of=["self"]).select_related("destination").get(pk=job.subject_id)
        if replay.state == Replay.State.RUNNING and replay.goes_on_at <= job.now:
            _one_round(replay, now=job.now)
    if replay.state == Replay.State.RUNNING:
        words = {"done": replay.replayed, "total": replay.total}
        raise Again(_("%(done)d of %(total)d went out again.") % words, due_at=replay.goes_on_at)
    return _("The replay is over: %(done)d went out again.") % {"done": replay.replayed}


def _one_round(replay: Replay, *, now: datetime) -> None:
    """As many as a minute may have. A destination that is paused is not given more than waits for it anyhow."""
    replay.goes_on_at = now + ROUND
    if replay.destination.state == Destination.State.PAUSED:
        replay.save(update_fields=["goes_on_at"])
        return
    left = _left(replay)
    # Of one subject in its order, so that nobody hears of the end before the beginning.
    batch = list(
        left.order_by("created_at", "number", "pk")
        .select_for_update(of=["self"], skip_locked=True)
        .values_list("pk", flat=True)[: replay.per_minute]
    )
    Delivery.objects.filter(org_id=replay.org_id, pk__in=batch).update(
        status=Delivery.Status.PENDING, settled_at=None, failures=0, due_at=now
    )
    replay.replayed += len(batch)
    replay.save(update_fields=["goes_on_at", "replayed"])
    if not left.exists():
        _end(replay, Replay.State.DONE, source="clock", now=now)
    wake_relay()


def _left(replay: Replay) -> QuerySet[Delivery]:
    """What is still to go out: it has not been settled anew since the replay began."""
    # Not what who began it may see: they may have left the organisation since.
    rows = Delivery.objects.filter(org_id=replay.org_id)
    return settled(rows, Selection.recalled(replay.selection), before=replay.settled_before)


def _end(replay: Replay, state: Replay.State, *, source: str, now: datetime) -> None:
    replay.state, replay.finished_at = state, now
    replay.save(update_fields=["state", "finished_at", "stopped_by"])
    told = {"replayed": replay.replayed, "state": state.value}
    record(replay.org_id, "replay.ended", now=now, source=source, replay_id=replay.pk, **told)
