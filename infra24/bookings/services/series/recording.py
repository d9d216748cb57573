"""The ledger's rows, and telling what became of many bookings: each in one statement."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from infra24.bookings.ledger import kept_reason
from infra24.bookings.models import Booking, Occurrence, Series, Status
from infra24.bookings.services.changing import told
from infra24.bookings.services.terms import timers_of
from infra24.bookings.services.writing import as_json
from infra24.core.errors import Reason
from infra24.core.ids import new_id
from infra24.core.statements import Statement
from infra24.facts.services import Event
from infra24.orgs import audit
from infra24.orgs.models import Member
from infra24.outbox.services import cancel_all_timers, set_timers

_WRITE = Statement("""
    INSERT INTO bookings_occurrence
        (id, org_id, series_id, wall_on, state, booking_id, reasons, is_override, retried_at)
    SELECT o.id, %(org_id)s, o.series_id, o.wall_on, o.state, o.booking_id, o.reasons, o.is_override, o.retried_at
      FROM jsonb_populate_recordset(NULL::bookings_occurrence, %(rows)s::jsonb) o
    ON CONFLICT (id) DO UPDATE
       SET series_id = excluded.series_id, wall_on = excluded.wall_on, state = excluded.state,
           booking_id = excluded.booking_id, reasons = excluded.reasons, is_override = excluded.is_override,
           retried_at = excluded.retried_at
""")
_COLUMNS = ("id", "series_id", "wall_on", "state", "booking_id", "reasons", "is_override", "retried_at")


def new_row(series: Series, wall_on: datetime) -> Occurrence:
    """A date for the ledger, not yet decided on."""
    return Occurrence(id=new_id(), org_id=series.org_id, series=series, wall_on=wall_on)


def booked(row: Occurrence, booking: Booking) -> Occurrence:
    """The date with a booking."""
    row.state, row.booking, row.reasons = Occurrence.State.BOOKED, booking, []
    return row


def skipped(row: Occurrence, reasons: Sequence[Reason], *, now: datetime | None = None) -> Occurrence:
    """The date that could not be had; `now` when it was tried again. A booking it had stays with it, cancelled."""
    row.state, row.retried_at = Occurrence.State.SKIPPED, now
    row.is_override = False
    row.reasons = [kept_reason(reason) for reason in reasons]
    return row


def write_rows(org_id: UUID, rows: Sequence[Occurrence]) -> None:
    """Add new dates to the ledger and rewrite those it has, in one statement."""
    written = [{name: getattr(row, name) for name in _COLUMNS} for row in rows]
    _WRITE.tell(org_id=org_id, rows=as_json(written))


def remove_rows(org_id: UUID, rows: Iterable[Occurrence]) -> None:
    """Take dates off the ledger whose place others take."""
    Occurrence.objects.filter(org_id=org_id, pk__in=[row.pk for row in rows]).delete()


@dataclass(frozen=True)
class Told:
    """What became of the bookings of a series in one go."""

    made: Sequence[Booking] = ()
    changed: Mapping[UUID, tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=dict)
    """By id, what was before and what is after; only what differs."""
    ended: Sequence[Booking] = ()
    was: Mapping[UUID, str] = field(default_factory=dict)
    """The state of the ended ones before."""
    retimed: Sequence[Booking] = ()
    """Those of the changed whose check-in or reminder is at another time now."""


def tell(
    org_id: UUID, events: Sequence[Event], bookings: Told, *, by: Member | None, source: str, now: datetime
) -> None:
    """Record the facts of series, then those of the bookings; the audit of all of them; and their timers.

    Three statements at most.
    """
    facts = [*events]
    facts += [Event(fact_of(booking), booking.pk) for booking in bookings.made]
    facts += [Event("booking.changed", key, {"before": told(before)}) for key, (before, _) in bookings.changed.items()]
    facts += [
        Event("booking.cancelled", booking.pk, {"reason": booking.reason, "late": booking.is_late_cancelled})
        for booking in bookings.ended
    ]
    steps = [audit.Step(event.type, event.subject_id, after=event.data) for event in events]
    steps += [
        audit.Step(
            "booking.create",
            booking.pk,
            after={"status": booking.status, "starts_at": booking.starts_at, "ends_at": booking.ends_at},
        )
        for booking in bookings.made
    ]
    steps += [audit.Step("booking.change", key, before, after) for key, (before, after) in bookings.changed.items()]
    steps += [
        audit.Step(
            "booking.cancelled",
            booking.pk,
            before={"status": bookings.was[booking.pk]},
            after={"status": booking.status, "reason": booking.reason},
        )
        for booking in bookings.ended
    ]
    fact_ids = audit.announce(org_id, facts, steps, by=by, source=source, now=now)
    _wind_clocks(org_id, bookings, {event.subject_id: at for event, at in zip(facts, fact_ids, strict=True)})


def _wind_clocks(org_id: UUID, bookings: Told, facts: Mapping[UUID, UUID]) -> None:
    """Cancel what bookings waited for that ended or moved, and set what the others wait for. By booking, its fact."""
    if gone := [booking.pk for booking in (*bookings.ended, *bookings.retimed)]:
        cancel_all_timers(org_id, gone)
    waiting = (*bookings.made, *bookings.retimed)
    set_timers(org_id, [timer for one in waiting for timer in timers_of(one, facts[one.pk])])


def fact_of(booking: Booking) -> str:
    """What happened when it was made."""
    return "booking.confirmed" if booking.status == Status.CONFIRMED else "booking.requested"


_TOUCH = Statement("""
    UPDATE bookings_series SET version = version + 1, changed_at = now() WHERE org_id = %(org)s AND id = %(id)s
    RETURNING version
""")


def touch(series: Series) -> None:
    """Raise the version of a series whose ledger changed."""
    ((series.version,),) = _TOUCH.rows(org=series.org_id, id=series.pk)


EDITED = (
    "title",
    "visibility",
    "person_id",
    "party_size",
    "note",
    "legs",
    "rule",
    "wall_starts_at",
    "wall_ends_at",
    "ended_at",
)


def save_series(series: Series, *, now: datetime) -> None:
    """Write what was edited of a series, and raise its version."""
    series.version, series.changed_at = series.version + 1, now
    series.save(update_fields=[*(name.removesuffix("_id") for name in EDITED), "version", "changed_at"])
