"""What is worth a mail. Told is how a booking stands, not how it came there."""

from collections.abc import Collection
from enum import StrEnum


class Message(StrEnum):
    """What a mail about a booking says."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    CHANGED = "changed"
    DECLINED = "declined"
    CANCELLED = "cancelled"


WORTH_TELLING = frozenset({"starts_at", "ends_at", "legs", "title", "person_id"})
"""Changes people must know of: when, where, what, and whose. The rest is between staff and the booking."""


def message_for(
    *, fact: str, status: str, changed: Collection[str], version: int, told_version: int | None
) -> Message | None:
    """The message a fact leads to, or None when there is nothing to tell, or nothing any more.

    A transfer is told to whoever has the booking now, as new. `fact` is the
    type's name without `booking.`, `status` and `version` are the booking's
    now, `told_version` is what the recipient was last told of. A later fact
    overtakes an earlier one that waited: it tells of both at once.
    """
    if told_version is not None and told_version >= version:
        return None
    if fact == "transferred":
        fact, changed = "changed", ("person_id",)
    if fact != "changed":
        return Message(fact) if _status_after(fact) == status else None
    if not WORTH_TELLING.intersection(changed):
        return None
    if status == "confirmed":
        return Message.CONFIRMED if told_version is None else Message.CHANGED
    if status == "pending":
        return Message.REQUESTED if told_version is None else Message.CHANGED
    return None


def _status_after(fact: str) -> str:
    return "pending" if fact == "requested" else fact
