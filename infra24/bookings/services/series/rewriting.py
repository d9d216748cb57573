"""Writing down an edit of a series that was judged: a few statements, however many dates there are."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from infra24.bookings.models import Booking, Occurrence, Series, Source, Status
from infra24.bookings.policies.recurrence import ended_before, print_rule
from infra24.bookings.services.changing import begin_anew, snapshot
from infra24.bookings.services.claims import LegRow, leg_rows
from infra24.bookings.services.series.creating import make_booking
from infra24.bookings.services.series.planning import Item, Plan, later_rule
from infra24.bookings.services.series.recording import (
    Told,
    booked,
    remove_rows,
    save_series,
    skipped,
    tell,
    write_rows,
)
from infra24.bookings.services.series.weighing import Verdict
from infra24.bookings.services.series.wishing import Slot, legs_of, wish_on
from infra24.bookings.services.writing import insert, replace_legs, step, update, visible_legs, wall
from infra24.core.errors import Reason
from infra24.core.ids import new_id
from infra24.facts.services import Event
from infra24.orgs.models import Member
from infra24.people.models import Person


class Rewriting:
    """An edit on its way to the tables."""

    def __init__(
        self,
        plan: Plan,
        verdicts: Mapping[datetime, Verdict],
        person: Person | None,
        *,
        by: Member,
        source: Source,
        now: datetime,
    ) -> None:
        self.plan, self.verdicts, self.person = plan, verdicts, person
        self.by, self.source, self.now = by, source, now
        self.org_id = plan.series.org_id
        self.edited: list[Booking] = []
        self.moved: list[Booking] = []
        self.retimed: list[Booking] = []
        self.legs: list[LegRow] = []
        self.made: list[Booking] = []
        self.new_legs: list[LegRow] = []
        self.ended: list[Booking] = []
        self.was: dict[UUID, str] = {}
        self.changed: dict[UUID, tuple[dict[str, Any], dict[str, Any]]] = {}
        self.skips = 0
        self.reasons: list[Reason] = []

    def write(self) -> Series:
        """Do it; returns the series the changed dates are in."""
        plan = self.plan
        series = self._series()
        for item in plan.items:
            self._settle(item, series)
        self._write_bookings(series)
        self._write_ledger(series)
        self._tell(series)
        series.skipped_for = self.reasons
        return series

    def _series(self) -> Series:
        """The series as it is to be: the same, or a new one for the later dates."""
        plan, old = self.plan, self.plan.series
        if plan.reach.scope == "this":
            return old
        series = old
        if plan.splits:
            names = {field.attname for field in Series._meta.concrete_fields} - {"version"}
            series = Series(**{name: getattr(old, name) for name in names})
            series.pk, series.split_from, series.source = new_id(), old, self.source
            series.created_at = series.changed_at = self.now
            length = old.wall_ends_at - old.wall_starts_at
            series.rule = print_rule(later_rule(old, plan.first, plan.first))
            series.wall_starts_at, series.wall_ends_at = plan.first, plan.first + length
            old.rule = print_rule(ended_before(old.recurrence, plan.first.date()))
            old.ended_at = None if plan.keeps_open else self.now
        details = plan.change.details
        for name in ("title", "party_size", "note", "visibility"):
            value = getattr(details, name)
            if value is not None:
                setattr(series, name, value)
        series.person = self.person
        if details.legs is not None:
            series.legs = legs_of(details.legs)
        if plan.times:
            series.rule, series.wall_starts_at = print_rule(plan.times.rule), plan.times.starts
            series.wall_ends_at = plan.times.starts + plan.times.length
        return series

    def _settle(self, item: Item, series: Series) -> None:
        """Decide what becomes of one date and its row."""
        row = item.row
        if item.is_new:
            row.id = new_id()
        if item.slot is not None:
            row.series, row.wall_on = series, item.slot.wall_on
        verdict = self.verdicts.get(item.slot.wall_on) if item.slot and item.fate == "weigh" else None
        if verdict is not None and item.slot is not None:
            self._judged(item, item.slot, verdict, series)
        elif item.fate == "details" and item.booking:
            self._edit(item.booking, None)
            row.is_override = row.is_override or self.plan.reach.scope == "this"
        elif item.fate in {"goes", "forgotten"}:
            row.state = Occurrence.State.LEFT_OUT
            if item.booking:
                self._end(item.booking)

    def _judged(self, item: Item, slot: Slot, verdict: Verdict, series: Series) -> None:
        row, is_single = item.row, self.plan.reach.scope == "this"
        if not verdict.is_free:
            self.skips += 1
            if item.booking or item.is_new:  # a date that waited before is no new wish
                self.reasons += verdict.reasons
            if item.booking:
                self._end(item.booking)
            skipped(row, verdict.reasons)
            return
        if item.booking:
            self._edit(item.booking, slot, verdict)
        else:
            wish = wish_on(series, slot)
            if is_single:
                wish = self._single_wish(series, slot)
            booking, rows = make_booking(
                new_id(), wish, verdict, person=self.person, by=self.by, source=self.source, now=self.now
            )
            self.made.append(booking)
            self.new_legs += rows
            booked(row, booking)
        row.is_override = is_single

    def _single_wish(self, series: Series, slot: Slot) -> Any:
        details = self.plan.change.details
        given = {
            name: value
            for name in ("title", "party_size", "note", "visibility")
            if (value := getattr(details, name)) is not None
        }
        return replace(wish_on(series, slot), **given)

    def _edit(self, booking: Booking, slot: Slot | None, verdict: Verdict | None = None) -> None:
        """Give a booking its new details and, with a verdict, its new time and place."""
        before = snapshot(booking)
        details = self.plan.change.details
        for name in ("title", "party_size", "note", "visibility"):
            value = getattr(details, name)
            if value is not None:
                setattr(booking, name, value)
        if details.for_nobody or details.person_id is not None:
            booking.person = self.person
        if slot and verdict:
            booking.starts_at, booking.ends_at = slot.starts_at, slot.ends_at
            booking.wall_starts_at = wall(slot.starts_at, booking.time_zone)
            booking.wall_ends_at = wall(slot.ends_at, booking.time_zone)
            rows = leg_rows(booking.pk, verdict.chosen, slot.starts_at, slot.ends_at)
            if begin_anew(booking, list(verdict.chosen), before, by=self.by, now=self.now):
                self.retimed.append(booking)
            booking.visible_legs = visible_legs(booking, rows)
            self.moved.append(booking)
            self.legs += rows
        after = snapshot(booking)
        differs = {name for name, value in before.items() if after[name] != value}
        if differs:
            told = ({name: before[name] for name in differs}, {name: after[name] for name in differs})
            self.changed[booking.pk] = told
        if differs or slot:
            self.edited.append(booking)

    def _end(self, booking: Booking) -> None:
        self.was[booking.pk] = booking.status
        self.ended.append(booking)

    def _write_bookings(self, series: Series) -> None:
        """Those that go first: they make room. Those that move are all cleared before any is written anew."""
        if self.ended:
            reason = _("The series changed, and this date is no longer part of it.")
            step(self.org_id, self.ended, Status.CANCELLED, reason=reason)
        if self.edited:
            update(self.org_id, self.edited)
        if self.moved:
            replace_legs(self.org_id, self.moved, self.legs)
        if self.plan.splits:
            series.save(force_insert=True)
        save_series(self.plan.series, now=self.now)
        if self.made:
            insert(self.org_id, self.made, self.new_legs)

    def _write_ledger(self, series: Series) -> None:
        taken = {item.slot.wall_on for item in self.plan.items if item.slot}
        gone = [
            item.row
            for item in self.plan.items
            if item.slot is None and item.row.series_id == series.pk and item.row.wall_on in taken
        ]
        if gone:
            remove_rows(self.org_id, gone)
        write_rows(self.org_id, [item.row for item in self.plan.items if item.row not in gone])

    def _tell(self, series: Series) -> None:
        events = []
        if self.plan.splits:
            into = {"into_id": series.pk, "from": self.plan.first}
            events.append(Event("series.split", self.plan.series.pk, into))
        counts = {
            "from": self.plan.first,
            "changed": len(self.changed),
            "booked": len(self.made),
            "skipped": self.skips,
            "cancelled": len(self.ended),
        }
        events.append(Event("series.changed", series.pk, counts))
        retimed = [booking for booking in self.retimed if booking.pk in self.changed]
        told = Told(self.made, self.changed, self.ended, self.was, retimed)
        tell(self.org_id, events, told, by=self.by, source=self.source, now=self.now)
