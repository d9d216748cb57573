"""Rules of a booking's life. No Django, no clock, no database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from infra24.bookings.errors import (
    AlreadyBegun,
    AlreadyProlonged,
    ApprovalNeeded,
    BookingTooLong,
    CheckInNotOpen,
    CheckInOver,
    EndsBeforeStart,
    HoldExpired,
    IllegalStep,
    NotYours,
    OfferNotProlonged,
    RestoredTooLate,
    TimeOutOfRange,
)
from infra24.core.errors import Infra24Error
from infra24.core.wording import said
from infra24.resources.policies import Effective

LONGEST = timedelta(days=31)
SHORTEST_REST = timedelta(minutes=1)
"""What is left at least of a booking whose rest is given back."""
RESTORED_WITHIN = timedelta(seconds=30)
"""How long an end can be taken back: ten seconds to see the slip, the rest for slow networks."""
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

STEPS = {
    "hold": {"pending", "confirmed", "cancelled", "expired"},
    "pending": {"confirmed", "declined", "cancelled"},
    "confirmed": {"cancelled"},
}
"""Which state may follow which. What is not here is an end, which can only be taken back, and only at once."""

LIVE = frozenset(STEPS)


class Step(StrEnum):
    """What somebody can do with a booking."""

    CONFIRM = "confirm"
    DECLINE = "decline"
    CANCEL = "cancel"
    CHANGE = "change"
    PROLONG = "prolong"
    TRANSFER = "transfer"
    CHECK_IN = "check_in"
    GIVE_BACK = "give_back"
    SET_OUTCOME = "set_outcome"
    RESTORE = "restore"


def _followed_by(status: str) -> frozenset[str]:
    return frozenset(before for before, after in STEPS.items() if status in after)


FROM = {
    Step.CONFIRM: _followed_by("confirmed"),
    Step.DECLINE: _followed_by("declined"),
    Step.CANCEL: _followed_by("cancelled"),
    Step.CHANGE: LIVE,
    Step.PROLONG: frozenset({"hold"}),
    Step.TRANSFER: LIVE,
    Step.CHECK_IN: frozenset({"confirmed"}),
    Step.GIVE_BACK: frozenset({"confirmed"}),
    Step.SET_OUTCOME: frozenset({"confirmed"}),
    Step.RESTORE: frozenset({"declined", "cancelled"}),
}
"""The states in which each step can be taken, hours aside."""


@dataclass(frozen=True)
class Standing:
    """Where a booking stands, as far as its steps care."""

    status: str
    starts_at: datetime
    ends_at: datetime
    expires_at: datetime | None = None
    is_prolonged: bool = False
    is_offer: bool = False
    """Whether it is a hold that an offer of the waitlist keeps."""
    checked_in_at: datetime | None = None
    check_in_from: datetime | None = None
    check_in_until: datetime | None = None
    outcome: str = ""
    planned_ends_at: datetime | None = None
    ended_at: datetime | None = None
    """When it was declined or cancelled."""


def open_steps(standing: Standing, *, now: datetime, is_staff: bool) -> list[Step]:
    """The steps that somebody may take now who sees the booking: staff, or whose it is."""
    return [
        step
        for step in Step
        # The state alone says no to most, and no sentence need be made for it.
        if standing.status in FROM[step] and refusal(step, standing, now=now, is_staff=is_staff) is None
    ]


def refusal(step: Step, standing: Standing, *, now: datetime, is_staff: bool) -> Infra24Error | None:
    """Why the step cannot be taken now by staff, or by whose booking it is; None when it can.

    Rules and other bookings are not asked: they may still refuse.
    """
    if not is_staff and (error := _for_staff(step, standing)):
        return error
    if standing.status not in FROM[step]:
        return IllegalStep(said("This booking is %(state)s; %(what)s.", state=_STATE[standing.status], what=_NOT[step]))
    if standing.status == "hold" and standing.expires_at is not None and standing.expires_at <= now:
        return HoldExpired()
    return _untimely(step, standing, now=now, is_staff=is_staff)


def _for_staff(step: Step, standing: Standing) -> Infra24Error | None:
    found: Infra24Error | None = None
    match step:
        case Step.DECLINE:
            found = NotYours()
        case Step.SET_OUTCOME:
            found = NotYours(said("Only staff say whether somebody came."))
        case Step.RESTORE:
            found = NotYours(said("Only staff take back what has ended."))
        case Step.CONFIRM if standing.status == "pending":
            found = ApprovalNeeded()
    return found


def _untimely(step: Step, standing: Standing, *, now: datetime, is_staff: bool) -> Infra24Error | None:
    has_begun, has_ended = standing.starts_at <= now, standing.ends_at <= now
    found: Infra24Error | None = None
    match step:
        case Step.CANCEL if has_begun and not is_staff:
            found = AlreadyBegun()
        case Step.PROLONG if standing.is_offer:
            found = OfferNotProlonged()
        case Step.PROLONG if standing.is_prolonged:
            found = AlreadyProlonged()
        case Step.TRANSFER | Step.GIVE_BACK | Step.CHECK_IN if has_ended:
            found = IllegalStep(said("This booking has ended; %(what)s.", what=_NOT[step]))
        case Step.TRANSFER if has_begun and not is_staff:
            found = AlreadyBegun(said("This booking has begun. Ask staff to hand it over."))
        case Step.GIVE_BACK if not has_begun:
            found = IllegalStep(said("This booking has not begun. Cancel it instead."))
        case Step.SET_OUTCOME if not has_begun:
            found = IllegalStep(said("This booking has not begun; nobody can say yet who came."))
        case Step.RESTORE if standing.ended_at is None or now - standing.ended_at > RESTORED_WITHIN:
            found = RestoredTooLate()
        case Step.CHECK_IN:
            found = _no_check_in(standing, now=now, is_staff=is_staff)
    return found


def _no_check_in(standing: Standing, *, now: datetime, is_staff: bool) -> Infra24Error | None:
    found: Infra24Error | None = None
    if standing.check_in_from is None or standing.check_in_until is None:
        found = IllegalStep(said("Nobody checks in for this booking."))
    elif standing.checked_in_at is not None:
        found = IllegalStep(said("Somebody has checked in already."))
    elif not is_staff and now < standing.check_in_from:
        found = CheckInNotOpen()
    elif not is_staff and now >= standing.check_in_until:
        found = CheckInOver()
    return found


def is_missed(standing: Standing, now: datetime) -> bool:
    """True once check-in is over and nobody has come, checked in, or given back the rest."""
    return (
        standing.status == "confirmed"
        and not standing.outcome
        and standing.checked_in_at is None
        and standing.planned_ends_at is None
        and standing.check_in_until is not None
        and standing.check_in_until <= now
    )


def early_end(standing: Standing, now: datetime) -> datetime:
    """When a booking ends whose rest is given back now: at least a minute is left of it."""
    return min(max(now, standing.starts_at + SHORTEST_REST), standing.ends_at)


_STATE = {
    "hold": said("on hold"),
    "pending": said("requested"),
    "confirmed": said("confirmed"),
    "declined": said("declined"),
    "cancelled": said("cancelled"),
    "expired": said("expired"),
}
_NOT = {
    Step.CONFIRM: said("it cannot be confirmed"),
    Step.DECLINE: said("it cannot be declined"),
    Step.CANCEL: said("it cannot be cancelled"),
    Step.CHANGE: said("it cannot be changed"),
    Step.PROLONG: said("only a hold can be prolonged"),
    Step.TRANSFER: said("it cannot be handed over"),
    Step.CHECK_IN: said("nobody can check in"),
    Step.GIVE_BACK: said("there is nothing to give back"),
    Step.SET_OUTCOME: said("nobody can say who came"),
    Step.RESTORE: said("there is nothing to take back"),
}


@dataclass(frozen=True)
class Terms:
    """What the rules of everything booked come to for one booking, as they were when the time was taken.

    They are kept with it: a rule saved later changes no promise given before.
    """

    cancel_until: datetime | None = None
    """Until when it can be cancelled in time; None: until it begins."""
    check_in_from: datetime | None = None
    check_in_until: datetime | None = None
    """Both None: nobody checks in. Else without check-in by then it counts as missed."""
    remind_at: datetime | None = None


def terms_of(rules: Iterable[Effective], starts_at: datetime, ends_at: datetime, *, now: datetime) -> Terms:
    """The widest of each: the longest notice, the earliest opening of check-in, its latest closing.

    What is over when the time is taken is asked of nobody: no check-in of who was already late
    when staff wrote it down, and no reminder of what begins in a moment.
    """
    rules = list(rules)
    notice = max((each.cancel_notice for each in rules), default=timedelta())
    reminders = [each.reminder for each in rules if each.reminder is not None]
    remind_at = starts_at - max(reminders) if reminders else None
    asking = [each for each in rules if each.check_in_before is not None or each.check_in_after is not None]
    opens = starts_at - max((each.check_in_before or timedelta() for each in asking), default=timedelta())
    closes = max(
        (ends_at if each.check_in_after is None else starts_at + each.check_in_after for each in asking),
        default=starts_at,
    )
    closes = min(closes, ends_at)
    is_asked = bool(asking) and closes > now
    return Terms(
        cancel_until=starts_at - notice if notice else None,
        check_in_from=opens if is_asked else None,
        check_in_until=closes if is_asked else None,
        remind_at=remind_at if remind_at is not None and remind_at > now else None,
    )


def check_times(starts_at: datetime, ends_at: datetime) -> None:
    """Raises what is wrong with two instants in themselves."""
    if not EARLIEST <= starts_at < LATEST or not EARLIEST <= ends_at < LATEST:
        raise TimeOutOfRange(fields={"starts_at": "out of range"})
    if ends_at <= starts_at:
        raise EndsBeforeStart(fields={"ends_at": "must be after the start"})
    if ends_at - starts_at > LONGEST:
        raise BookingTooLong(fields={"ends_at": "more than 31 days after the start"})


def first_status(*, asked: str | None, is_staff: bool, approval: bool) -> str | None:
    """The state a new booking begins in; None when what was asked needs an approval nobody gave.

    `approval` says whether the rules of any resource ask for one. Staff decide
    by booking.
    """
    if asked == "hold":
        return "hold"
    if is_staff or not approval:
        return "confirmed"
    return None if asked == "confirmed" else "pending"
