"""How a destination does: a colour, what happened, and who must do something. No clock, no database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from infra24.core.wording import Sentence, said

LATE_AFTER = timedelta(minutes=5)
"""What is due for longer is late; until then a batch may just be under way."""
SERIOUS_AFTER = timedelta(hours=1)
"""Nothing delivered for so long although something was due: it is not the other side that is at fault."""
LOOK_AFTER = timedelta(hours=24)
"""What fails for so long hardly mends itself: somebody should look, while the schedule still lasts for two days."""


class Colour(StrEnum):
    GREEN = "green"
    """All is well."""
    AMBER = "amber"
    """Something is held up, and goes on by itself or when who held it lets it go."""
    RED = "red"
    """Somebody must do something."""


@dataclass(frozen=True)
class Standing:
    """What is known of a destination; `waiting` and `dead` count deliveries, timers apart."""

    is_paused: bool = False
    paused_by: str | None = None
    """Name of the member who paused it; None: the house itself, which could not get in."""
    paused_because: str = ""
    rests_until: datetime | None = None
    failing_since: datetime | None = None
    failures_in_row: int = 0
    worked_at: datetime | None = None
    waiting: int = 0
    oldest_due_at: datetime | None = None
    dead: int = 0


@dataclass(frozen=True)
class Finding:
    """One thing to know about a destination, and what it asks of whom."""

    colour: Colour
    happened: Sentence
    act: Sentence


def findings(standing: Standing, *, now: datetime) -> tuple[Finding, ...]:
    """What there is to know about a destination, the worst first; never nothing.

    Waiting for a connection that is broken is not well, however patiently it is done.
    """
    found = [
        finding
        for finding in (_held_up(standing, now=now), _dead(standing), _late(standing, now=now))
        if finding is not None
    ]
    return tuple(sorted(found, key=lambda one: one.colour != Colour.RED)) or (_well(standing, now=now),)


def roughly(span: timedelta) -> timedelta:
    """A length as one says it: whole days from two on, whole hours from two on, else minutes, at least one."""
    for unit in (timedelta(days=1), timedelta(hours=1)):
        if span >= 2 * unit:
            return span // unit * unit
    return max(span // timedelta(minutes=1), 1) * timedelta(minutes=1)


def _held_up(standing: Standing, *, now: datetime) -> Finding | None:
    """Paused, failing or asked to rest: the one that says most."""
    if standing.is_paused:
        return _paused(standing)
    rests = standing.rests_until is not None and standing.rests_until > now
    goes_on = roughly(standing.rests_until - now) if standing.rests_until and rests else None
    if standing.failing_since is not None:
        return _failing(standing, goes_on=goes_on, now=now)
    if goes_on is not None:
        happened = said("It asked us to slow down. Waiting: %(number)s.", number=standing.waiting)
        return Finding(Colour.AMBER, happened, said("Nothing to do: it goes on in %(length)s.", length=goes_on))
    return None


def _paused(standing: Standing) -> Finding:
    because = f"{standing.paused_because.rstrip('.')}." if standing.paused_because else ""
    values = {"because": because, "number": standing.waiting}
    if standing.paused_by is None:
        happened = said("We have paused it ourselves: %(because)s Waiting: %(number)s.", **values)
        return Finding(Colour.RED, happened, said("An admin must mend the connection, then resume it."))
    happened = said("%(name)s has paused it: %(because)s Waiting: %(number)s.", name=standing.paused_by, **values)
    return Finding(Colour.AMBER, happened, said("Resume it when what waits may go out. Nothing is lost until then."))


def _failing(standing: Standing, *, goes_on: timedelta | None, now: datetime) -> Finding:
    assert standing.failing_since is not None
    since = now - standing.failing_since
    happened = said(
        "It has not worked for %(length)s; tries that failed in a row: %(tries)s. Waiting: %(number)s.",
        length=roughly(since),
        tries=standing.failures_in_row,
        number=standing.waiting,
    )
    if since >= LOOK_AFTER:
        act = said("An admin should find out what is wrong there. We go on trying, and nothing is lost until then.")
        return Finding(Colour.RED, happened, act)
    if goes_on is not None:
        return Finding(Colour.AMBER, happened, said("Nothing to do: we try again in %(length)s.", length=goes_on))
    return Finding(Colour.AMBER, happened, said("Nothing to do: we try again by ourselves."))


def _dead(standing: Standing) -> Finding | None:
    if not standing.dead:
        return None
    happened = said("Failed for good: %(number)s.", number=standing.dead)
    return Finding(Colour.RED, happened, said("Staff must look at what failed, mend it, and try again."))


def _late(standing: Standing, *, now: datetime) -> Finding | None:
    """Something is due and nobody has said why it does not go out."""
    oldest = standing.oldest_due_at
    rests = standing.rests_until is not None and standing.rests_until > now
    if oldest is None or now - oldest < LATE_AFTER or standing.is_paused or standing.failing_since or rests:
        return None
    happened = said(
        "Waiting: %(number)s, the oldest for %(length)s.", number=standing.waiting, length=roughly(now - oldest)
    )
    if standing.worked_at is not None and standing.worked_at > oldest:
        return Finding(Colour.AMBER, happened, said("Nothing to do: it works, and catches up."))
    if now - oldest < SERIOUS_AFTER:
        return Finding(Colour.AMBER, happened, said("Nothing to do yet: it should go on within the hour."))
    return Finding(Colour.RED, happened, said("Tell whoever runs Infra24: the worker seems to have stopped."))


def _well(standing: Standing, *, now: datetime) -> Finding:
    nothing = said("Nothing to do.")
    if standing.worked_at is None:
        return Finding(Colour.GREEN, said("All is well."), nothing)
    ago = now - standing.worked_at
    if ago < timedelta(minutes=1):
        return Finding(Colour.GREEN, said("All is well; the last delivery was a moment ago."), nothing)
    happened = said("All is well; the last delivery was %(length)s ago.", length=roughly(ago))
    return Finding(Colour.GREEN, happened, nothing)
