"""From a house's programme to bookings: who, what, when, and what became of it.

Nothing here touches the database. Whether something fits is decided by the
engine that decides for everybody else, so the demo obeys its own rules. The
same house, days and hour always give the same diary.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from infra24.bookings.policies import LIVE
from infra24.bookings.services.claims import Claimed, leg_rows
from infra24.bookings.services.creating import HOLD_FOR
from infra24.config.demo.lively import Lapse, Use
from infra24.config.demo.story import ROUND, Course, Fresh, Habit, House, Occasion
from infra24.core.ids import new_id
from infra24.resources.policies import DAYS, Bookable, Claim, explain, is_shared, zone_of

PATIENCE = 8
"""Times somebody tries before they give up for the week."""
STAFF_AT_THE_HEAD = 3
"""Of the list of people; after them come the regulars."""
LEAD = timedelta(days=21)
"""People book at most this long ahead; courses and occasions are planned earlier."""


@dataclass(frozen=True)
class Step:
    """Something that happened to a booking: a type of the catalogue of facts, and its data."""

    fact: str
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """A booking of the diary. `steps` are in order; the last led to `status`."""

    title: str
    starts_at: datetime
    ends_at: datetime
    claimed: tuple[Claimed, ...]
    people: int
    status: str
    steps: tuple[Step, ...]
    whose: str = ""
    is_public: bool = False
    outcome: str = ""
    reason: str = ""
    note: str = ""
    expires_at: datetime | None = None
    check_in: tuple[datetime, datetime] | None = None
    """From when until when one could check in."""
    planned_ends_at: datetime | None = None
    """When it was to end, where it ended early."""
    cancel_until: datetime | None = None


@dataclass(frozen=True)
class Asking:
    """When the booking that a `Fresh` asks for can be had."""

    fresh: Fresh
    starts_at: datetime
    ends_at: datetime


class Diary:
    """A house's book, which knows what is promised of each thing. `now` is an aware instant."""

    def __init__(
        self, house: House, things: Mapping[str, Bookable], promised: Mapping[UUID, Sequence[Claim]], *, now: datetime
    ) -> None:
        self._house = house
        self._things = things
        self._now = now
        self._zone = zone_of(house.time_zone)
        self._claims: defaultdict[UUID, list[Claim]] = defaultdict(list)
        for thing_id, claims in promised.items():
            self._claims[thing_id].extend(claims)
        self._concerned: defaultdict[UUID, list[UUID]] = defaultdict(list)
        """By leg's resource: the things that are less free for it."""
        self._engaged: defaultdict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
        """By name: when somebody is here for something of their own."""
        for thing in things.values():
            for target in (thing.id, *thing.leaves):
                self._concerned[target].append(thing.id)

    @property
    def today(self) -> date:
        return self._now.astimezone(self._zone).date()

    def ask(self, fresh: Iterable[Fresh]) -> Iterator[Asking]:
        """Find the first free day for each, and keep it."""
        found: dict[str, Asking] = {}
        for wish in fresh:
            if rival := found.get(wish.against):
                yield replace(rival, fresh=wish)
                continue
            for days in range(wish.after_days, wish.after_days + 14):
                starts_at = self._instant(self.today + timedelta(days=days), wish.at)
                if self._keep(wish.uses, starts_at, wish.hours, wish.people):
                    found[wish.title] = Asking(wish, starts_at, starts_at + timedelta(hours=wish.hours))
                    yield found[wish.title]
                    break

    def fill(self, since: date, until: date) -> Iterator[Entry]:
        """The bookings that begin on the local days from `since` up to, and without, `until`."""
        monday = since - timedelta(days=since.weekday())
        while monday < until:
            rng = random.Random(f"{self._house.slug} {monday}")
            for entry in (*self._programme(monday, rng), *self._habits(monday, rng)):
                if since <= entry.starts_at.astimezone(self._zone).date() < until:
                    yield entry
            monday += timedelta(days=7)

    def lapses(self) -> Iterator[Entry]:
        """What did not come to pass, where its things were free."""
        for lapse in self._house.lively.lapses:
            starts_at = self._instant(self.today - timedelta(days=lapse.days_ago), lapse.at)
            claimed = self._claimed(lapse.uses, starts_at, 1)
            ends_at = starts_at + timedelta(hours=lapse.hours)
            if self._fits(claimed, starts_at, ends_at):
                yield self._lapsed(lapse, starts_at, ends_at, claimed)

    def _lapsed(self, lapse: Lapse, starts_at: datetime, ends_at: datetime, claimed: tuple[Claimed, ...]) -> Entry:
        booked = Step("booking.confirmed", starts_at - timedelta(days=5, hours=3))
        rules = [claim.resource.rules_at(starts_at) for claim in claimed]
        if lapse.what == "late":
            called_off_at = starts_at - timedelta(minutes=40)
            step = Step("booking.cancelled", called_off_at, {"reason": lapse.reason, "late": True})
            notice = max(each.cancel_notice for each in rules)
            return Entry(
                lapse.title, starts_at, ends_at, claimed, 1, "cancelled", (booked, step), lapse.whose,
                reason=lapse.reason, cancel_until=starts_at - notice,
            )  # fmt: skip
        opens = starts_at - max(each.check_in_before or timedelta() for each in rules)
        closes = starts_at + max(each.check_in_after or timedelta() for each in rules)
        freed = Step("booking.missed", closes, {"ends_at": ends_at})
        self._promise(claimed, starts_at, closes)
        return Entry(
            lapse.title, starts_at, closes, claimed, 1, "confirmed", (booked, freed), lapse.whose,
            outcome="no_show", check_in=(opens, closes), planned_ends_at=ends_at,
        )  # fmt: skip

    # --- What staff plan ---------------------------------------------------------

    def _programme(self, monday: date, rng: random.Random) -> Iterator[Entry]:
        week = monday.toordinal() // 7 % ROUND
        for occasion in self._house.occasions:
            if occasion.week == week:
                for day in range(occasion.days):
                    yield from self._planned(occasion, monday + timedelta(days=day), rng)
        for course in self._house.courses:
            if week in course.weeks:
                yield from self._planned(course, monday, rng)

    def _planned(self, plan: Course | Occasion, monday: date, rng: random.Random) -> Iterator[Entry]:
        starts_at = self._instant(monday + timedelta(days=DAYS.index(plan.day)), plan.at)
        reason = plan.cancelled if isinstance(plan, Occasion) else ""
        booked_at = self._before(starts_at, LEAD * rng.uniform(1.2, 3), rng)
        steps = [Step("booking.confirmed", booked_at)]
        claimed: tuple[Claimed, ...] | None
        if reason:
            claimed = self._claimed(plan.uses, starts_at, plan.people)
            # Called off on the day, or just now for what is still to come.
            called_off_at = min(starts_at - timedelta(hours=3), self._now)
            steps.append(Step("booking.cancelled", called_off_at, {"reason": reason, "late": False}))
        else:
            claimed = self._keep(plan.uses, starts_at, plan.hours, plan.people)
        if claimed:
            ends_at = starts_at + timedelta(hours=plan.hours)
            yield Entry(
                title=plan.title,
                starts_at=starts_at,
                ends_at=ends_at,
                claimed=claimed,
                people=plan.people,
                status="cancelled" if reason else "confirmed",
                steps=tuple(steps),
                is_public=True,
                outcome="attended" if ends_at < self._now and not reason else "",
                reason=reason,
                note=plan.note if isinstance(plan, Occasion) else "",
            )

    # --- What people come for ----------------------------------------------------

    def _habits(self, monday: date, rng: random.Random) -> Iterator[Entry]:
        for habit in self._house.habits:
            for _ in range(max(0, round(rng.gauss(habit.a_week, habit.a_week / 5)))):
                if entry := self._visit(habit, monday, rng):
                    yield entry

    def _visit(self, habit: Habit, monday: date, rng: random.Random) -> Entry | None:
        people, title, whose, fate = rng.randint(*habit.people), rng.choice(habit.titles), self._who(rng), rng.random()
        for _ in range(PATIENCE):
            hours = rng.choice(habit.hours)
            starts_at = self._pick(habit, monday, rng)
            ends_at = starts_at + timedelta(hours=hours)
            claimed = self._claimed(habit.uses, starts_at, people)
            if not self._fits(claimed, starts_at, ends_at) or self._is_engaged(whose, starts_at, ends_at):
                continue
            entry = self._lived(
                title, starts_at=starts_at, ends_at=ends_at, claimed=claimed, people=people, whose=whose, fate=fate,
                rng=rng,
            )  # fmt: skip
            if entry.status in LIVE:
                self._promise(claimed, starts_at, ends_at)
                self._engaged[whose].append((starts_at, ends_at))
            return entry
        return None

    def _who(self, rng: random.Random) -> str:
        """Somebody, rather from the head of the list."""
        everybody = self._house.people[STAFF_AT_THE_HEAD:]
        return everybody[int(rng.random() ** 1.5 * len(everybody))]

    def _is_engaged(self, whose: str, starts_at: datetime, ends_at: datetime) -> bool:
        """True while the person is busy elsewhere. A kiln fires alone, so long stretches do not count."""
        return ends_at - starts_at < timedelta(hours=6) and any(
            since < ends_at and starts_at < until and until - since < timedelta(hours=6)
            for since, until in self._engaged[whose]
        )

    def _pick(self, habit: Habit, monday: date, rng: random.Random) -> datetime:
        """A start within the habit's hours, on the hour or half: rather in the evening, rather at the weekend."""
        day = rng.choices(range(7), weights=(9, 9, 10, 10, 11, 15, 12))[0]
        halves = range(habit.between[0] * 2, habit.between[1] * 2)
        half = rng.choices(halves, weights=[3 if half >= 34 else 2 for half in halves])[0]
        wall = time(half // 2, 30 * (half % 2))
        return self._instant(monday + timedelta(days=day), wall.isoformat("minutes"))

    def _lived(
        self,
        title: str,
        *,
        starts_at: datetime,
        ends_at: datetime,
        claimed: tuple[Claimed, ...],
        people: int,
        whose: str,
        fate: float,
        rng: random.Random,
    ) -> Entry:
        """The life of a visit, by `fate` (0 to 1): most come to pass, some are cancelled, declined or run out."""
        to_approve = any(claim.resource.rules_at(starts_at).approval == "always" for claim in claimed)
        is_soon = timedelta() < starts_at - self._now < timedelta(days=12)
        asked_at = self._before(starts_at, LEAD * rng.uniform(0.05, 1), rng)
        later = asked_at + (min(starts_at, self._now) - asked_at) * rng.uniform(0.1, 0.6)
        first = Step("booking.requested" if to_approve else "booking.confirmed", asked_at)
        steps, status, reason, expires_at = [first], "confirmed", "", None
        if fate < 0.06:
            status, reason = "cancelled", rng.choice(self._house.cancelled_because)
            steps.append(Step("booking.cancelled", later, {"reason": reason, "late": False}))
        elif to_approve and fate < 0.14:
            status, reason = "declined", rng.choice(self._house.declined_because)
            steps.append(Step("booking.declined", later, {"reason": reason}))
        elif to_approve and is_soon and fate < 0.5:
            status = "pending"
        elif to_approve:
            steps.append(Step("booking.confirmed", later))
        elif fate < 0.08:
            status, due = "expired", asked_at + HOLD_FOR
            steps = [Step("booking.held", asked_at, {"expires_at": due}), Step("booking.expired", due)]
        elif is_soon and fate < 0.12:
            status, expires_at = "hold", self._now + timedelta(hours=rng.uniform(20, 70))
            steps = [Step("booking.held", asked_at, {"expires_at": expires_at})]
        outcome = ""
        if status == "confirmed" and ends_at < self._now:
            outcome = "no_show" if fate > 0.95 else "attended"
        return Entry(
            title, starts_at, ends_at, claimed, people, status, tuple(steps), whose,
            outcome=outcome, reason=reason, expires_at=expires_at,
        )  # fmt: skip

    # --- Room --------------------------------------------------------------------

    def _keep(self, uses: Iterable[Use], starts_at: datetime, hours: float, people: int) -> tuple[Claimed, ...] | None:
        """Promise the things if they are all free; None when they are not."""
        ends_at = starts_at + timedelta(hours=hours)
        claimed = self._claimed(uses, starts_at, people)
        if not self._fits(claimed, starts_at, ends_at):
            return None
        self._promise(claimed, starts_at, ends_at)
        return claimed

    def _claimed(self, uses: Iterable[Use], starts_at: datetime, people: int) -> tuple[Claimed, ...]:
        claimed: list[Claimed] = []
        for use in uses:
            slug, units = use if isinstance(use, tuple) else (use, 1)
            thing = self._things[slug]
            claimed.append(Claimed(thing, units, people, is_shared(thing, thing.rules_at(starts_at)), leg=len(claimed)))
        return tuple(claimed)

    def _fits(self, claimed: Iterable[Claimed], starts_at: datetime, ends_at: datetime) -> bool:
        return not any(
            explain(
                claim.resource,
                self._claims[claim.resource.id],
                starts_at,
                ends_at,
                now=self._now,
                size=claim.size,
            )
            for claim in claimed
        )

    def _promise(self, claimed: Iterable[Claimed], starts_at: datetime, ends_at: datetime) -> None:
        for leg in leg_rows(new_id(), claimed, starts_at, ends_at):
            for thing_id in self._concerned[leg.resource_id]:
                # What a hall shares shows on its parts too, but is counted once.
                if not (leg.is_implied and leg.sharing == thing_id):
                    shared = leg.sharing == thing_id
                    claim = Claim(leg.blocks_from, leg.blocks_until, leg.units, leg.people, is_shared=shared)
                    self._claims[thing_id].append(claim)

    # --- Time --------------------------------------------------------------------

    def _instant(self, day: date, wall: str) -> datetime:
        return datetime.combine(day, time.fromisoformat(wall), tzinfo=self._zone).astimezone(UTC)

    def _before(self, starts_at: datetime, lead: timedelta, rng: random.Random) -> datetime:
        """An instant before both the start and now."""
        return min(starts_at - lead, self._now - timedelta(hours=rng.uniform(1, 72)))
