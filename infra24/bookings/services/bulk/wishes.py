"""What is asked for many bookings at once, and what becomes of each."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext as _

from infra24.bookings.errors import (
    BookingTwice,
    BulkEmpty,
    BulkTooMany,
    OffsetUnusable,
    ReasonMissing,
    SamePlace,
    TextMissing,
)
from infra24.bookings.models import Booking
from infra24.bookings.services.claims import Claimed, LegRow
from infra24.core.errors import Alternative, Infra24Error, Reason
from infra24.core.translating import translated

MOST = 500
"""Bookings in one go: as many as one transaction changes while others wait."""

FARTHEST = timedelta(days=3660)


class Action(StrEnum):
    CONFIRM = "confirm"
    DECLINE = "decline"
    CANCEL = "cancel"
    MOVE = "move"
    CHANGE_RESOURCE = "change_resource"
    MESSAGE = "message"


class OnConflict(StrEnum):
    REFUSE = "refuse"
    """All of them or none."""
    SKIP = "skip"
    """As many as can be."""


class Outcome(StrEnum):
    OK = "ok"
    """It can be done; where something was written, it was."""
    CONFLICT = "conflict"
    """Its time or place stands against rules or others; see the reasons."""
    ILLEGAL_STEP = "illegal_step"
    """A booking that is as this one is cannot take that step."""
    NOT_FOUND = "not_found"
    STALE = "stale"
    """Somebody changed it since."""
    NOBODY_TO_WRITE_TO = "nobody_to_write_to"


@dataclass(frozen=True)
class Pick:
    """One booking that was chosen, and the version the chooser has seen; None: whatever it is now."""

    booking_id: UUID
    version: int | None = None


@dataclass(frozen=True)
class BulkWish:
    """One thing to do to many bookings. The order of the picks is who goes first where not all can."""

    picks: tuple[Pick, ...]
    action: Action
    reason: str = ""
    """To decline, and perhaps to cancel."""
    offset: timedelta = timedelta()
    """To move by. Added to what the clock shows, so seven days keep the wall time."""
    from_resource_id: UUID | None = None
    to_resource_id: UUID | None = None
    text: str = ""
    """The message."""
    on_conflict: OnConflict = OnConflict.REFUSE

    def check(self) -> None:
        """Raises what is wrong with the wish in itself."""
        if not self.picks:
            raise BulkEmpty(fields={"ids": "choose at least one"})
        if len(self.picks) > MOST:
            raise BulkTooMany(fields={"ids": "at most 500"})
        if len({pick.booking_id for pick in self.picks}) < len(self.picks):
            raise BookingTwice(fields={"ids": "each once"})
        if self.action is Action.DECLINE and not self.reason.strip():
            raise ReasonMissing(fields={"reason": "say why"})
        if self.action is Action.MOVE and not timedelta() < abs(self.offset) <= FARTHEST:
            raise OffsetUnusable(fields={"offset": "say by how much"})
        if self.action is Action.MESSAGE and not self.text.strip():
            raise TextMissing(fields={"text": "write something"})
        places = {self.from_resource_id, self.to_resource_id}
        if self.action is Action.CHANGE_RESOURCE and (None in places or len(places) < 2):
            raise SamePlace(fields={"to_resource_id": "choose another resource"})


@dataclass(frozen=True)
class State:
    """How a booking stands: what a list of changes shows of it before and after."""

    status: str
    starts_at: datetime
    ends_at: datetime
    resources: tuple[UUID, ...]


@dataclass
class Item:
    """One of the bookings: what it is, what it would become, and whether it can."""

    booking_id: UUID
    booking: Booking | None = None
    """With its `visible_legs` and person; None where there is none to see."""
    error: Infra24Error | None = None
    """Why not; a conflict carries all reasons, and times that would do."""
    before: State | None = None
    after: State | None = None
    walls: tuple[datetime, datetime] | None = None
    """What the clock would show at start and end, naive; None where its times stay."""
    claimed: list[Claimed] = field(default_factory=list)
    rows: list[LegRow] = field(default_factory=list)
    """The legs it would have; none where its legs stay as they are."""
    takes_time: bool = False
    """Whether these would block time that it does not block already; a mere request may not."""
    outcome: Outcome = Outcome.OK

    @property
    def why_not(self) -> str:
        """One sentence or several in the reader's language; empty where it can be."""
        if self.error is None:
            return ""
        if self.reasons:
            return " ".join(translated(reason.detail) for reason in self.reasons)
        return translated(self.error.detail) if self.error.detail != self.error.title else _(self.error.title)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return self.error.reasons if self.error else ()

    @property
    def alternatives(self) -> tuple[Alternative, ...]:
        return self.error.alternatives if self.error else ()

    def fails(self, outcome: Outcome, error: Infra24Error) -> None:
        self.outcome, self.error = outcome, error
        if outcome is not Outcome.CONFLICT:
            self.after, self.rows, self.takes_time = None, [], False


@dataclass(frozen=True)
class BulkResult:
    """What becomes of each, in the order asked."""

    wish: BulkWish
    items: list[Item]
    run_id: UUID | None = None
    """Of what was written; None for a preview, and where nothing was."""

    @property
    def counts(self) -> dict[Outcome, int]:
        return {outcome: sum(item.outcome is outcome for item in self.items) for outcome in Outcome}

    @property
    def passed(self) -> list[Item]:
        return [item for item in self.items if item.outcome is Outcome.OK]

    @property
    def reasons(self) -> list[Reason]:
        """What stands against those that cannot."""
        return [reason for item in self.items for reason in item.reasons]

    @property
    def is_refused(self) -> bool:
        """Whether it is all or nothing, and not all of them can."""
        return self.wish.on_conflict is OnConflict.REFUSE and len(self.passed) < len(self.items)
