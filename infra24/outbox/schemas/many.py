"""What is done to many deliveries at once, as it comes in and goes out of the API."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field, StringConstraints, WithJsonSchema

from infra24.core.inputs import Input
from infra24.core.instants import Instant
from infra24.outbox.console import FailedGroup
from infra24.outbox.models import Destination, Replay
from infra24.outbox.replaying import MOST_PER_MINUTE, USUAL_PACE, Preview
from infra24.outbox.schemas import Cause, DestinationOut, Outcome, Words, destination_out
from infra24.outbox.selecting import Selection
from infra24.outbox.services import LONGEST_REASON

ReplayState = Annotated[Replay.State, WithJsonSchema({"type": "string", "enum": Replay.State.values})]


class _SelectionIn(Input):
    """Which deliveries: everything said must hold, what is left out may be anything."""

    subject_id: UUID | None = Field(default=None, description="Only those about this.")
    type: Words = Field(default="", description="Only those of this fact: `booking.confirmed`.")
    outcome: Outcome | None = Field(default=None, description="Only those whose last try ended so.")
    cause: Cause = Field(default="", description="Only those that failed for this cause; from `/outbox/failed`.")
    text: Words = Field(default="", description="Only those with this in their note.")
    since: Instant | None = Field(default=None, description="Only those made from this instant on.")
    until: Instant | None = Field(default=None, description="Only those made before this instant.")
    settled_before: Instant | None = Field(
        default=None, description="Only those settled before: what the preview said, so that no more is done than seen."
    )

    def to_selection(self, *, statuses: tuple[str, ...], destination_id: UUID | None) -> Selection:
        return Selection(
            statuses=statuses,
            destination_id=destination_id,
            subject_id=self.subject_id,
            fact_type=self.type,
            outcome=self.outcome.value if self.outcome else "",
            cause=self.cause,
            text=self.text,
            since=self.since,
            until=self.until,
        )


class ReplayIn(_SelectionIn):
    """Deliveries of one destination to make once more."""

    destination_id: UUID
    status: Literal["dead", "delivered"] = Field(
        default="dead", description="What failed; of a webhook also what it has taken."
    )
    per_minute: Annotated[int, Field(ge=1, le=MOST_PER_MINUTE, description="How many go out a minute.")] = USUAL_PACE


class DiscardPreviewIn(_SelectionIn):
    """Failed deliveries to give up."""

    destination_id: UUID | None = Field(default=None, description="Only those to this destination.")


class DiscardIn(DiscardPreviewIn):
    """Failed deliveries to give up, and why."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_REASON)]


class SelectedOut(Schema):
    """What something would be about; nothing was changed."""

    count: int
    oldest: datetime | None = Field(description="When the first of them was made; null where there are none.")
    newest: datetime | None
    settled_before: datetime = Field(description="Say it again when you do it: then no more is done than was counted.")


class ReplayPreviewOut(SelectedOut):
    """What a replay would be about; nothing was changed."""

    minutes: int = Field(description="How long it would take.")


class DiscardedOut(Schema):
    """What was given up."""

    discarded: int


class ReplayOut(Schema):
    """Deliveries of one destination that are made once more."""

    id: UUID
    destination: DestinationOut
    selection: dict[str, Any] = Field(description="Which deliveries, as it was asked.")
    per_minute: int
    total: int = Field(description="How many there were when it began.")
    replayed: int = Field(description="How many have gone out again.")
    state: ReplayState
    started_by: str = Field(description="A member's name.")
    started_at: datetime
    finished_at: datetime | None = Field(description="Null while it runs.")
    stopped_by: str | None = Field(description="A member's name; null when nobody stopped it.")


class FailedGroupOut(Schema):
    """Deliveries that failed for one cause."""

    destination_id: UUID
    destination: str = Field(description="Its name.")
    kind: Destination.Kind
    outcome: Outcome | None = Field(description="The class of failure.")
    cause: str = Field(description="To filter by: the message without what differs between one delivery and another.")
    count: int
    oldest: datetime = Field(description="When the first of them failed for good.")
    newest: datetime
    sample: str = Field(description="What one of them was told.")
    cure: str = Field(description="What helps, in the caller's language.")


def selected_out(preview: Preview) -> dict[str, Any]:
    """A preview in the shape of SelectedOut."""
    return vars(preview)


def replay_out(replay: Replay) -> dict[str, Any]:
    """A replay of `replaying.visible_replays` in the shape of ReplayOut."""
    return {
        "id": replay.pk,
        "destination": destination_out(replay.destination),
        "selection": replay.selection,
        "per_minute": replay.per_minute,
        "total": replay.total,
        "replayed": replay.replayed,
        "state": replay.state,
        "started_by": str(replay.started_by.user),
        "started_at": replay.started_at,
        "finished_at": replay.finished_at,
        "stopped_by": str(replay.stopped_by.user) if replay.stopped_by else None,
    }


def failed_group_out(group: FailedGroup) -> dict[str, Any]:
    """A group in the shape of FailedGroupOut."""
    return {
        "destination_id": group.destination_id,
        "destination": group.destination_name,
        "kind": group.kind,
        "outcome": group.outcome or None,
        "cause": group.cause,
        "count": group.count,
        "oldest": group.oldest,
        "newest": group.newest,
        "sample": group.sample,
        "cure": group.cure,
    }
