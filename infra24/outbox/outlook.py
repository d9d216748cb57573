"""What becomes of one delivery next, and when; what helps one that failed. No clock, no database."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from infra24.core.wording import Sentence, said
from infra24.outbox.health import roughly

KEPT_DISCARDED = timedelta(days=30)
"""For so long what was discarded can be taken up again: who gave it up may have been mistaken."""


@dataclass(frozen=True)
class Outlook:
    """What a delivery's future hangs on."""

    status: str
    due_at: datetime
    settled_at: datetime | None
    is_timer: bool
    is_under_way: bool
    """A worker holds it."""
    is_behind: bool
    """An earlier one about the same subject has not arrived yet."""
    is_paused: bool
    rests_until: datetime | None


def may_retry(status: str, settled_at: datetime | None, *, takes_twice: bool, now: datetime) -> bool:
    """Whether a delivery can be tried again; `takes_twice`: the destination wants to hear again what it has heard."""
    match status:
        case "pending" | "dead":
            return True
        case "discarded":
            return settled_at is not None and now - settled_at < KEPT_DISCARDED
        case "delivered":
            return takes_twice
    return False


def next_step(delivery: Outlook, *, now: datetime) -> Sentence:
    """What happens next, and when, in one sentence."""
    match delivery.status:
        case "pending":
            return _waiting(delivery, now=now)
        case "dead":
            return said(
                "Nothing more happens by itself: somebody mends what is wrong and tries it again, or gives it up."
            )
        case "discarded" if delivery.settled_at is not None and now - delivery.settled_at < KEPT_DISCARDED:
            left = roughly(delivery.settled_at + KEPT_DISCARDED - now)
            return said("It was given up. It can still be tried again for %(length)s.", length=left)
        case "superseded":
            return said("Nothing: a later one about the same subject tells all there is to tell.")
    return said("Nothing: it is settled.")


def _waiting(delivery: Outlook, *, now: datetime) -> Sentence:
    held = _held_up(delivery, now=now)
    if held is not None:
        return held
    if delivery.due_at - now < timedelta(minutes=1):
        return said("It is tried within moments.")
    wait = roughly(delivery.due_at - now)
    if delivery.is_timer:
        return said("It was set for later, and comes in %(length)s.", length=wait)
    return said("It is tried again in %(length)s.", length=wait)


def _held_up(delivery: Outlook, *, now: datetime) -> Sentence | None:
    """What decides in the place of its hour."""
    if delivery.is_under_way:
        return said("It is being tried right now.")
    if delivery.is_paused:
        return said("It waits until the destination is resumed.")
    if delivery.is_behind:
        return said("It waits for an earlier one about the same subject, so that both arrive in their order.")
    if delivery.rests_until is not None and delivery.rests_until > max(now, delivery.due_at):
        return said("It waits while the destination rests, for %(length)s.", length=roughly(delivery.rests_until - now))
    return None


_CURES = {
    ("mail", "rejected"): said("Correct the person's e-mail address, then try again."),
    ("crm", "rejected"): said("Complete the person or the booking, or mend the contact in the CRM, then try again."),
    ("crm", "gone"): said("Restore the contact in the CRM and try again, or give it up."),
    ("webhook", "rejected"): said("Look at what the other server answered, mend it there, then try again."),
    ("webhook", "gone"): said("Look at what the other server answered, mend it there, then try again."),
}
_CURES_OF_ALL = {
    "rejected": said("Mend what it speaks of, then try again; or give it up."),
    "gone": said("Mend what it speaks of, then try again; or give it up."),
    "unknown": said("It may have arrived. Look there first; trying again looks before it writes."),
    "lost": said("It ended the worker each time. Tell whoever runs Infra24 before trying again."),
}
_UNANSWERED = said("The other side did not answer for three days. Once it works again, try them all again.")


def cure_of(kind: str, outcome: str) -> Sentence:
    """What helps deliveries to this kind of destination that failed in this way."""
    return _CURES.get((kind, outcome)) or _CURES_OF_ALL.get(outcome, _UNANSWERED)
