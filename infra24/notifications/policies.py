"""What is worth a mail, and how texts with placeholders are filled. Told is how a booking stands, not its way."""

import re
from collections.abc import Collection, Mapping
from enum import StrEnum


class Message(StrEnum):
    """Every mail there is. `notifications.messages` says of each who gets it, and in which words."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    APPROVED = "approved"
    DECLINED = "declined"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    TRANSFERRED = "transferred"
    REMINDER = "reminder"
    HOLD_EXPIRING = "hold_expiring"
    WAITLIST_OFFER = "waitlist_offer"
    SERIES_REQUESTED = "series_requested"
    SERIES_BOOKED = "series_booked"
    SERIES_CHANGED = "series_changed"
    SERIES_ENDED = "series_ended"
    STAFF_MESSAGE = "staff_message"
    INVITATION = "invitation"
    NEW_REQUEST = "new_request"
    NO_SHOW = "no_show"
    DIGEST = "digest"
    DESTINATION_PAUSED = "destination_paused"
    WEBHOOK_FAILING = "webhook_failing"
    WEBHOOK_ENDED = "webhook_ended"
    INTEGRITY = "integrity"


WORTH_TELLING = frozenset({"starts_at", "ends_at", "legs", "title", "person_id"})
"""Changes people must know of: when, where, what, and whose. The rest is between staff and the booking."""

_PLACEHOLDER = re.compile(r"([ \t]*)\{([^{}]*)\}")


def message_for(
    *,
    fact: str,
    status: str,
    changed: Collection[str],
    version: int,
    told_version: int | None,
    was_requested: bool = False,
    told_of_end: bool = False,
) -> Message | None:
    """The message a fact leads to, or None when there is nothing to tell, or nothing any more.

    A transfer is told to whoever has the booking now, as theirs. `fact` is the
    type's name without `booking.`, `status` and `version` are the booking's
    now, `told_version` is what the recipient was last told of, and `told_of_end`
    whether that was its end: taking an end back is told to who heard of it. A
    later fact overtakes an earlier one that waited: it tells of both at once.
    """
    knows = told_version is not None
    if told_version is not None and (told_version >= version or (fact == "restored" and not told_of_end)):
        return None
    first = {"confirmed": Message.CONFIRMED, "pending": Message.REQUESTED}.get(status)
    if fact == "restored":
        return first
    if fact == "transferred":
        return {"confirmed": Message.TRANSFERRED, "pending": Message.REQUESTED}.get(status)
    if fact == "changed":
        again = Message.CHANGED if first and knows else first
        return again if WORTH_TELLING.intersection(changed) else None
    if _status_after(fact) != status:
        return None
    return Message.APPROVED if fact == "confirmed" and was_requested else Message(fact)


def filled(template: str, values: Mapping[str, str]) -> str:
    """The template with a value for each `{name}`. Values are put in as they are and not looked into again.

    A name without a value stays as it was written: a mail is better odd than not sent.
    """

    def value(found: re.Match[str]) -> str:
        gap, name = found.groups()
        if name not in values:
            return found[0]
        # Where there is nothing to say, no gap is left either.
        return gap + values[name] if values[name] else ""

    return _PLACEHOLDER.sub(value, template).strip()


def unknown_placeholders(template: str, *, known: Collection[str]) -> list[str]:
    """Placeholders that have no value, as they were written, each once: `{Person}`, `{person.email}`."""
    found = dict.fromkeys(name for _gap, name in _PLACEHOLDER.findall(template))
    return [f"{{{name}}}" for name in found if name not in known]


def trouble_of(event: str, reason: str | None) -> str | None:
    """What an event of a mail service says about an address, `bounced` or `complained`; None: nothing that lasts.

    Names of events and reasons are django-anymail's. A full mailbox, a slow
    server or a mail taken for spam says nothing about the address.
    """
    if event == "complained":
        return "complained"
    if event == "bounced":
        return None if reason in {"timed_out", "blocked", "spam", "other"} else "bounced"
    if event == "rejected":
        # The service did not even try, because of what it knows of earlier mails.
        return {"invalid": "bounced", "bounced": "bounced", "spam": "complained"}.get(reason or "")
    return None


def _status_after(fact: str) -> str:
    return "pending" if fact == "requested" else fact
