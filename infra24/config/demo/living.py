"""What goes on just now, made as people make it: through the services, so that mail and clock hear of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from infra24.bookings import ledger
from infra24.bookings.errors import SeriesRefused, TimeRefused
from infra24.bookings.models import Booking, Leg, Series, Source, Status, Visibility
from infra24.bookings.policies.recurrence import place_of
from infra24.bookings.queries import booking_for
from infra24.bookings.search import SearchWish
from infra24.bookings.services import BookingChange, BookingWish, LegWish, cancel_booking, create_booking
from infra24.bookings.services.bulk import Action, BulkWish, OnConflict, Pick, change_many
from infra24.bookings.services.series import Reach, SeriesChange, SeriesWish, change_series, create_series
from infra24.config.demo.lively import AtTheDoor, Queue, Repeated, Use, Written
from infra24.config.demo.settling import Settled
from infra24.config.demo.story import House
from infra24.config.demo.waiting import keep_busy_elsewhere, wait_in_vain
from infra24.core.days import wall_of
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.resources.policies import DAYS, Size, zone_of
from infra24.waitlist.services import WaitWish, join_waitlist, offer_next, set_terms

HALF_HOUR = timedelta(minutes=30)
DAYS_TRIED = 14
"""Until something is free for whoever wants it."""


@dataclass(frozen=True)
class Planned:
    """What was booked before the diary was filled around it."""

    queues: tuple[tuple[Queue, Booking], ...]


def plan_ahead(house: House, settled: Settled, *, now: datetime) -> Planned:
    """What the diary leaves room for: who is busy elsewhere, what repeats, what others will wait for."""
    lively = house.lively
    for calendar in lively.elsewhere:
        keep_busy_elsewhere(calendar, settled, now=now)
    for repeated in lively.repeated:
        _repeat(repeated, settled, now=now)
    for guest in lively.at_the_door:
        _at_the_door(guest, settled, now=now)
    queues = tuple((queue, _have(queue, settled, now=now)) for queue in lively.queues)
    return Planned(queues)


def come_to_life(house: House, settled: Settled, planned: Planned, *, now: datetime) -> None:
    """What comes after: who waits, what is given back and offered, what staff write."""
    lively = house.lively
    if lively.offer_hours:
        set_terms(timedelta(hours=lively.offer_hours), by=settled.team[Role.MANAGER], source=Source.STAFF)
    for wait in lively.in_vain:
        wait_in_vain(wait, settled, now=now)
    for queue, booking in planned.queues:
        _queue(queue, booking, settled)
    if any(queue.given_back for queue in lively.queues):
        offer_next(settled.organisation.pk)
    for written in lively.written:
        _write(written, settled, now=now)


# --- What repeats ----------------------------------------------------------------


def _repeat(repeated: Repeated, settled: Settled, *, now: datetime) -> None:
    staff = settled.team[Role.STAFF]
    zone = settled.organisation.time_zone
    first = _first_day(repeated, now.astimezone(zone_of(zone)).date())
    starts_at = _instant(first, repeated.at, zone)
    day = DAYS[first.weekday()][:2].upper()
    rule = f"FREQ=MONTHLY;BYDAY={repeated.place}{day}" if repeated.place else f"FREQ=WEEKLY;BYDAY={day}"
    wish = BookingWish(
        title=repeated.title,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=repeated.hours),
        legs=_legs(repeated.uses, settled),
        person_id=settled.people[repeated.whose].pk if repeated.whose else None,
        party_size=repeated.people,
        visibility=Visibility.TITLE if repeated.is_public else Visibility.BUSY,
    )
    series_wish = SeriesWish(wish, f"{rule};COUNT={repeated.times}")
    series = create_series(series_wish, on_conflict="skip", by=staff, source=Source.STAFF)
    Booking.objects.filter(occurrences__series=series, ends_at__lt=now).update(outcome="attended")
    if repeated.moved:
        _move_one(series, repeated.moved, by=staff, now=now)


def _first_day(repeated: Repeated, today: date) -> date:
    """The day it began: so many weeks ago, or for a monthly one the last such day of a month before today."""
    if not repeated.place:
        since = today - timedelta(weeks=repeated.begun_weeks_ago)
        return since + timedelta(days=(DAYS.index(repeated.day) - since.weekday()) % 7)
    days = (today - timedelta(days=ago) for ago in range(1, 63))
    wanted = (repeated.place, DAYS.index(repeated.day))
    return next(day for day in days if place_of(day) == wanted)


def _move_one(series: Series, at: str, *, by: Member, now: datetime) -> None:
    """Let the third of the dates to come be at another hour, or the first after it where that is free."""
    ahead = [row for row in ledger.dates_of(series) if ledger.is_live(row) and ledger.is_open(row, now)]
    for row in ahead[2:]:
        starts_at, ends_at = ledger.span_of_row(row)
        moved_to = _instant(row.wall_on.date(), at, series.time_zone)
        change = BookingChange(starts_at=moved_to, ends_at=moved_to + (ends_at - starts_at))
        reach = Reach("this", row.wall_on)
        try:
            change_series(series, SeriesChange(change), reach, on_conflict="refuse", by=by, source=Source.STAFF)
        except SeriesRefused:
            continue
        return


# --- Who waits --------------------------------------------------------------------


def _have(queue: Queue, settled: Settled, *, now: datetime) -> Booking:
    """The booking of whoever has what others wait for, on the first day on which it can be had. Raises TimeRefused."""
    zone, staff = settled.organisation.time_zone, settled.team[Role.STAFF]
    first = wall_of(now, zone).date() + timedelta(days=queue.after_days)
    refused: TimeRefused | None = None
    for ahead in range(DAYS_TRIED):
        starts_at = _instant(first + timedelta(days=ahead), queue.at, zone)
        wish = BookingWish(
            title=queue.title,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=queue.hours),
            legs=_legs((queue.thing,), settled),
            person_id=settled.people[queue.whose].pk,
            party_size=queue.people,
        )
        try:
            return create_booking(wish, by=staff, source=Source.STAFF)
        except TimeRefused as refusal:
            refused = refusal
    assert refused is not None
    raise refused


def _queue(queue: Queue, booking: Booking, settled: Settled) -> None:
    """Let them join in their order, and the time be given back if it is."""
    staff = settled.team[Role.STAFF]
    members = {member.user.name: member for member in settled.team.values()}
    sought = SearchWish(
        since=booking.starts_at, until=booking.ends_at, length=booking.ends_at - booking.starts_at, size=Size(1, 1)
    )
    for name, title in queue.waiting:
        by = members.get(name, staff)
        source = Source.STAFF if by.is_staff else Source.SELF
        wish = WaitWish(title, sought, settled.things[queue.thing].pk, settled.people[name].pk)
        join_waitlist(wish, by=by, source=source)
    if queue.given_back:
        cancel_booking(booking_for(staff, booking.pk), reason=queue.given_back, by=staff, source=Source.STAFF)


# --- Today ------------------------------------------------------------------------


def _at_the_door(guest: AtTheDoor, settled: Settled, *, now: datetime) -> None:
    """From the next half hour on; check-in is open by then."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    starts_at = midnight + HALF_HOUR * ((now - midnight) // HALF_HOUR + 1)
    wish = BookingWish(
        title=guest.title,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=guest.hours),
        legs=_legs(guest.uses, settled),
        person_id=settled.people[guest.whose].pk,
    )
    create_booking(wish, by=settled.team[Role.STAFF], source=Source.STAFF)


def _write(written: Written, settled: Settled, *, now: datetime) -> None:
    """Staff write to everybody with an address who has booked the thing in the days to come."""
    legs = Leg.objects.filter(
        resource=settled.things[written.thing],
        is_implied=False,
        starts_at__range=(now, now + timedelta(days=written.days)),
        booking__status=Status.CONFIRMED,
        booking__person__isnull=False,
    ).exclude(booking__person__email="")
    picks = tuple(Pick(key) for key in legs.order_by("starts_at", "pk").values_list("booking_id", flat=True))
    if picks:
        wish = BulkWish(picks, Action.MESSAGE, text=written.text, on_conflict=OnConflict.SKIP)
        change_many(wish, by=settled.team[Role.STAFF], source=Source.STAFF)


# --- Shared -----------------------------------------------------------------------


def _legs(uses: Iterable[Use], settled: Settled) -> tuple[LegWish, ...]:
    pairs = (use if isinstance(use, tuple) else (use, 1) for use in uses)
    return tuple(LegWish(settled.things[slug].pk, units) for slug, units in pairs)


def _instant(day: date, wall: str, zone: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(wall), tzinfo=zone_of(zone)).astimezone(UTC)
