"""Closing something for a while, changing when, and lifting it."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from infra24.bookings.locking import lock_tree
from infra24.bookings.models import Source
from infra24.bookings.services.current import anew
from infra24.core.days import FIRST_DAY, LAST_DAY
from infra24.core.errors import Stale
from infra24.core.wording import said
from infra24.facilities.closures import for_engine, has_begun, is_over, scope_of
from infra24.facilities.errors import (
    ClosureBegun,
    ClosureEndsBeforeStart,
    ClosureNotFound,
    ClosureOutOfRange,
    ClosureOver,
    ClosureTooLong,
    ClosureUntitled,
    YearlyTooLong,
)
from infra24.facilities.hits import Hit, Reach, hits_of, reach_of, with_offers
from infra24.facilities.rehearsal import Rehearsal, rehearse_closure
from infra24.facilities.scopes import RuleScope
from infra24.facilities.services.settling import Decision, Decisions, settle
from infra24.facts.services import record
from infra24.orgs import audit
from infra24.orgs.models import Member
from infra24.resources.models import Closure

__all__ = ["ClosureChange", "ClosureWish", "Decision", "change_closure", "lift_closure", "make_closure", "rehearse"]

LONGEST_YEARS = 5
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class ClosureWish:
    """What somebody would like to close, from when until when on the clocks of each resource."""

    title: str
    wall_from: datetime
    wall_until: datetime
    """Naive, half-open."""
    is_yearly: bool = False
    """Every year from that of `wall_from` on."""
    scope: RuleScope = field(default_factory=RuleScope)


@dataclass(frozen=True)
class ClosureChange:
    """What to change; None leaves a value as it is."""

    title: str | None = None
    wall_from: datetime | None = None
    wall_until: datetime | None = None
    is_yearly: bool | None = None


def make_closure(wish: ClosureWish, *, decisions: Decisions, by: Member, source: Source) -> Closure:
    """Close a resource with its parts and wholes, a kind, or the organisation; the past may be written down.

    Every live booking it hits needs a decision, and is kept, cancelled or moved
    in the same transaction: all of it happens, or nothing.

    Raises ClosureHitsBookings with the `hits`, ClosureHitsTooMany, Stale,
    MoveRefused, CancelReasonMissing, BookingNotFound, and what is wrong with the
    wish in itself.
    """
    wish = replace(wish, title=wish.title.strip())
    check_wish(wish)
    return anew(lambda: _make(wish, decisions, by=by, source=source))


def change_closure(
    closure: Closure,
    change: ClosureChange,
    *,
    decisions: Decisions,
    by: Member,
    source: Source,
    version: int | None = None,
) -> Closure:
    """Give a closure that has not begun another title or other times.

    Bookings that the new times hit, and the old ones did not, need a decision
    each. Raises as `make_closure`, and Stale, ClosureOver, ClosureBegun.
    """
    return anew(lambda: _change(closure.pk, change, decisions, by=by, source=source, version=version))


@transaction.atomic
def lift_closure(closure: Closure, *, by: Member, source: Source, version: int | None = None) -> Closure:
    """Let a closure hold no more from this instant on; what was closed until now stays known.

    Raises Stale, ClosureOver.
    """
    lock_tree(by.org_id)
    now = timezone.now()
    current = _locked(closure.pk, by, version)
    if is_over(current, now=now):
        raise ClosureOver
    current.lifted_at = now
    current.save(update_fields=["lifted_at"])
    current.refresh_from_db(fields=["version"])
    record(by.org_id, "closure.lifted", now=now, source=source, closure_id=current.pk)
    after = {"lifted_at": now}
    audit.write(by.org_id, "closure.lift", subject_id=current.pk, by=by, source=source, now=now, after=after)
    return current


def rehearse(wish: ClosureWish, *, by: Member) -> tuple[list[Hit], Rehearsal]:
    """Whom a closure would hit, with offers, and what of the last season it would have refused. Writes nothing.

    Raises what is wrong with the wish in itself, and ClosureHitsTooMany.
    """
    check_wish(wish)
    now = timezone.now()
    closure = for_engine(row_of(wish, by=by))
    reach = reach_of(by.org_id, wish.scope, now=now)
    hits = with_offers(by, hits_of(by, closure, reach, now=now), closure, reach, now=now)
    return hits, rehearse_closure(by, closure, scope=wish.scope, now=now)


def check_wish(wish: ClosureWish) -> None:
    """Raises what is wrong with a closure in itself."""
    if not wish.title.strip():
        raise ClosureUntitled(fields={"title": said("Give it a title.")})
    if wish.wall_from.date() < FIRST_DAY or wish.wall_until.date() > LAST_DAY + timedelta(days=1):
        raise ClosureOutOfRange(fields={"from": said("Choose a day between the years 2000 and 2099.")})
    if wish.wall_until <= wish.wall_from:
        raise ClosureEndsBeforeStart(fields={"until": said("Choose a later end.")})
    if wish.wall_until > _years_later(wish.wall_from, LONGEST_YEARS):
        raise ClosureTooLong(fields={"until": said("Choose an earlier end.")})
    if wish.is_yearly and wish.wall_until - wish.wall_from >= YEAR:
        raise YearlyTooLong(fields={"until": said("Choose an earlier end.")})


@transaction.atomic
def _make(wish: ClosureWish, decisions: Decisions, *, by: Member, source: Source) -> Closure:
    # One closure at a time, and what is part of what stays as it is: the tree says which resources are closed.
    lock_tree(by.org_id)
    now = timezone.now()
    closure = row_of(wish, by=by)
    closure.save()
    reach = reach_of(by.org_id, wish.scope, now=now)
    settled = settle(for_engine(closure), decisions, reach=_without(reach, closure), by=by, source=source, now=now)
    record(by.org_id, "closure.made", now=now, source=source, closure_id=closure.pk)
    _audit(closure, "closure.make", by=by, source=source, now=now, after={**_values(closure), **settled})
    return closure


@transaction.atomic
def _change(
    closure_id: UUID,
    change: ClosureChange,
    decisions: Decisions,
    *,
    by: Member,
    source: Source,
    version: int | None,
) -> Closure:
    lock_tree(by.org_id)
    now = timezone.now()
    closure = _locked(closure_id, by, version)
    before, was = _values(closure), for_engine(closure)
    changed = {name: value for name, value in _asked(change).items() if value != before[name]}
    if not changed:
        return closure
    if is_over(closure, now=now):
        raise ClosureOver
    if has_begun(closure, now=now):
        raise ClosureBegun
    for name, value in changed.items():
        setattr(closure, name, value)
    check_wish(ClosureWish(closure.title, closure.wall_from, closure.wall_until, closure.is_yearly, scope_of(closure)))
    closure.save(update_fields=["title", "wall_from", "wall_until", "is_yearly"])
    settled = {}
    if changed.keys() != {"title"}:
        reach = reach_of(by.org_id, scope_of(closure), now=now)
        settled = settle(
            for_engine(closure),
            decisions,
            reach=_without(reach, closure),
            by=by,
            source=source,
            now=now,
            instead_of=was,
        )
    closure.refresh_from_db(fields=["version"])
    record(by.org_id, "closure.changed", now=now, source=source, closure_id=closure.pk)
    _audit(
        closure,
        "closure.change",
        by=by,
        source=source,
        now=now,
        before={name: before[name] for name in changed},
        after={**changed, **settled},
    )
    return closure


def _locked(closure_id: UUID, by: Member, version: int | None) -> Closure:
    """The closure as it is, until the transaction ends. Raises ClosureNotFound, Stale."""
    rows = Closure.objects.filter(org_id=by.org_id).select_related("resource")
    closure = rows.select_for_update(of=("self",), no_key=True).filter(pk=closure_id).first()
    if closure is None:
        raise ClosureNotFound
    if version is not None and closure.version != version:
        raise Stale
    return closure


def _asked(change: ClosureChange) -> dict[str, Any]:
    asked = {
        "title": None if change.title is None else change.title.strip(),
        "wall_from": change.wall_from,
        "wall_until": change.wall_until,
        "is_yearly": change.is_yearly,
    }
    return {name: value for name, value in asked.items() if value is not None}


def row_of(wish: ClosureWish, *, by: Member) -> Closure:
    """The closure as it would be, not written."""
    return Closure(
        org_id=by.org_id,
        title=wish.title,
        kind=wish.scope.kind,
        resource=wish.scope.resource,
        wall_from=wish.wall_from,
        wall_until=wish.wall_until,
        is_yearly=wish.is_yearly,
        made_by=by,
    )


def _without(reach: Reach, closure: Closure) -> Reach:
    """The reach as it would be without the row just written: whoever asks adds the closure themselves."""
    resources = {
        each: replace(one, closures=tuple(other for other in one.closures if other.id != closure.pk))
        for each, one in reach.resources.items()
    }
    return replace(reach, resources=resources)


def _years_later(wall: datetime, years: int) -> datetime:
    try:
        return wall.replace(year=wall.year + years)
    except ValueError:
        return wall.replace(year=wall.year + years, month=3, day=1)


def _values(closure: Closure) -> dict[str, Any]:
    return {
        "title": closure.title,
        "kind": closure.kind,
        "resource_id": closure.resource_id,
        "wall_from": closure.wall_from,
        "wall_until": closure.wall_until,
        "is_yearly": closure.is_yearly,
    }


def _audit(
    closure: Closure,
    action: str,
    *,
    by: Member,
    source: Source,
    now: datetime,
    after: dict[str, Any],
    before: dict[str, Any] | None = None,
) -> None:
    audit.write(
        closure.org_id, action, subject_id=closure.pk, by=by, source=source, now=now, before=before, after=after
    )
