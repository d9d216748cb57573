"""Erasing a person: what was said of them goes, and that something was booked stays.

People is at the bottom of the house and knows neither bookings nor the
waitlist. So this stands above all that knows people.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from infra24.bookings.errors import SeriesOver
from infra24.bookings.locking import lock_claims, lock_series, lock_waitlist
from infra24.bookings.models import Booking, Leg, Source
from infra24.bookings.services.bulk import MOST, Action, BulkWish, OnConflict, Pick, change_many
from infra24.bookings.services.series import Reach, end_series
from infra24.calendars.services.feeds import disconnect_feed
from infra24.core.days import wall_of
from infra24.core.errors import Stale
from infra24.core.sorting import sort_key
from infra24.erasure import queries
from infra24.erasure.errors import BookableStill, ErasingOneself, NameDiffers
from infra24.erasure.overwriting import overwrite_traces
from infra24.facilities.services.assignments import AssignmentDays, change_assignment
from infra24.facts.services import record
from infra24.orgs import audit
from infra24.orgs.errors import RoleTooLow
from infra24.orgs.models import Member, Organisation
from infra24.orgs.policies import Role
from infra24.orgs.remembered import forget_answers
from infra24.orgs.services import deactivate_member
from infra24.people.errors import PersonNotFound
from infra24.people.models import BusyFeed, Person
from infra24.resources.models import Resource, StudioAssignment
from infra24.waitlist.errors import EntryOver
from infra24.waitlist.services import withdraw_entry

Ahead = Literal["cancel", "keep"]
"""What becomes of the bookings that have not begun."""


@dataclass(frozen=True)
class Erased:
    """What an erasure did."""

    at: datetime
    cancelled: int
    kept: int
    withdrawn: int
    calendars: int


@transaction.atomic
def erase_person(
    person: Person, *, name: str, ahead: Ahead, by: Member, source: Source, version: int | None = None
) -> Erased:
    """Overwrite a person and what was written about them; withdraw what they wait for; take their calendars away.

    Managers only. `name` repeats the person's, so that nobody is erased by a
    slip. Their account is no longer tied to the house: a membership ends. What
    was booked stays, and is nobody's that can be told; what has not begun is
    cancelled, or kept. There is no way back.

    Raises RoleTooLow, PersonNotFound, Stale, NameDiffers, ErasingOneself,
    BookableStill, and as `deactivate_member` LastAdmin, RoleNotYours.
    """
    if not by.rank.includes(Role.MANAGER):
        raise RoleTooLow
    now = timezone.now()
    current = _locked(person, now=now)
    _check(current, name, by=by, version=version)
    gone = [current.name, current.email, current.phone, str(current.pk)]
    overwrite_traces(current, now=now)
    withdrawn = _withdraw(current, by=by, source=source, now=now)
    calendars = _disconnect(current, by=by, source=source)
    cancelled = _cancel(current, by=by, source=source, now=now) if ahead == "cancel" else 0
    kept = queries.bookings_ahead(current, now=now).count()
    _move_out(current, by=by, source=source, now=now)
    _leave(current, by=by, source=source)
    current.name = _("Erased person")
    current.sort_key = sort_key(current.name)
    current.email = current.phone = current.locale = ""
    current.user, current.erased_at = None, now
    current.version += 1
    current.save(update_fields=["name", "sort_key", "email", "phone", "locale", "user", "erased_at", "version"])
    forget_answers(current.org_id, [text for text in gone if text])
    told = {"cancelled": cancelled, "kept": kept}
    record(current.org_id, "person.erased", now=now, source=source, person_id=current.pk, **told)
    audit.write(current.org_id, "person.erase", subject_id=current.pk, by=by, source=source, now=now, after=told)
    return Erased(now, cancelled, kept, withdrawn, calendars)


def _locked(person: Person, *, now: datetime) -> Person:
    """The person as it is, locked with all that is about to change, in the one order. Raises PersonNotFound."""
    lock_waitlist(person.org_id)
    list(queries.live_entries(person, now=now).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    lock_series(person.org_id, queries.open_series(person).values_list("pk", flat=True))
    ahead = list(queries.bookings_ahead(person, now=now))
    legs = Leg.objects.filter(org_id=person.org_id, booking__in=ahead)
    lock_claims(
        person.org_id,
        legs.values_list("resource_id", flat=True),
        min((booking.starts_at for booking in ahead), default=now),
        max((booking.ends_at for booking in ahead), default=now),
        now=now,
        bookings=Booking.objects.filter(org_id=person.org_id, person=person).values_list("pk", flat=True),
        people=[person.pk],
    )
    current = Person.objects.filter(org_id=person.org_id, pk=person.pk, erased_at=None).first()
    if current is None:
        raise PersonNotFound
    return current


def _check(person: Person, name: str, *, by: Member, version: int | None) -> None:
    if version is not None and version != person.version:
        raise Stale
    if sort_key(name.strip()) != person.sort_key:
        raise NameDiffers(fields={"name": NameDiffers().title})
    if person.user_id is not None and person.user_id == by.user_id:
        raise ErasingOneself
    if Resource.objects.filter(org_id=person.org_id, person=person, archived_at=None).exists():
        raise BookableStill


def _withdraw(person: Person, *, by: Member, source: Source, now: datetime) -> int:
    withdrawn = 0
    for entry in queries.live_entries(person, now=now):
        try:
            withdraw_entry(entry, by=by, source=source)
        except EntryOver:
            continue  # its offer was taken a moment ago, and is a booking like any other
        withdrawn += 1
    return withdrawn


def _disconnect(person: Person, *, by: Member, source: Source) -> int:
    feeds = list(BusyFeed.objects.filter(org_id=person.org_id, person=person).select_related("person"))
    for feed in feeds:
        disconnect_feed(feed, by=by, source=source)
    return len(feeds)


def _cancel(person: Person, *, by: Member, source: Source, now: datetime) -> int:
    """Cancel what has not begun, series first, so that their ledgers say it; how many bookings."""
    reason = _("The person was erased.")
    before = queries.bookings_ahead(person, now=now).count()
    for series in queries.open_series(person):
        try:
            end_series(series, Reach("all"), reason=reason, by=by, source=source)
        except SeriesOver:
            continue  # no date is left
    while picks := tuple(map(Pick, queries.bookings_ahead(person, now=now).values_list("pk", flat=True)[:MOST])):
        wish = BulkWish(picks, Action.CANCEL, reason=reason, on_conflict=OnConflict.REFUSE)
        change_many(wish, by=by, source=source)
    return before


def _leave(person: Person, *, by: Member, source: Source) -> None:
    """Their membership ends with the person; the account itself is theirs, and may serve other houses."""
    if person.user_id is None:
        return
    members = Member.objects.filter(org_id=person.org_id, user_id=person.user_id, is_active=True)
    if member := members.first():
        deactivate_member(member, by=by, source=source)


def _move_out(person: Person, *, by: Member, source: Source, now: datetime) -> None:
    """Today is their last day in a studio; of one they were to have later, its first."""
    today = wall_of(now, _zone_of(by)).date()
    stays = StudioAssignment.objects.filter(org_id=person.org_id, person=person)
    for stay in stays.filter(Q(ends_on=None) | Q(ends_on__gt=today)).order_by("pk"):
        change_assignment(stay, AssignmentDays(stay.starts_on, max(today, stay.starts_on)), by=by, source=source)


def _zone_of(by: Member) -> str:
    zone: str = Organisation.objects.values_list("time_zone", flat=True).get(pk=by.org_id)
    return zone
