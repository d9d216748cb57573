"""Who may wait for what, and what a change does to the place."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from infra24.bookings.errors import UnknownFeature, WishTooNarrow
from infra24.bookings.models import Source
from infra24.core.days import wall_of
from infra24.core.errors import Infra24Error, Stale
from infra24.facts.models import Fact
from infra24.orgs.models import AuditEntry
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Delivery
from infra24.people.errors import PersonNotFound
from infra24.resources.errors import ResourceNotFound, WindowTooLong
from infra24.resources.models import Resource
from infra24.resources.policies import FeatureWish
from infra24.waitlist import services
from infra24.waitlist.errors import (
    AlreadyWaiting,
    EntryNotFound,
    EntryOver,
    FreeAlready,
    LengthMissing,
    NeverFits,
    OfferOpen,
    TooManyEntries,
    WindowOver,
    WindowTooFar,
    WishUnclear,
)
from infra24.waitlist.models import Entry
from infra24.waitlist.queries import entry_for
from infra24.waitlist.services import EntryChange, WaitWish
from tests import make
from tests.make import NOON
from tests.waitlist.story import HOUR, House, wanted

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def house() -> House:
    return House()


def test_joining_writes_the_wish_down_with_its_place_and_its_end(house: House) -> None:
    entry = house.wait(house.bob, until=NOON + HOUR, people=2, days=frozenset(range(7)))

    stored = house.entry(entry)
    assert (stored.status, stored.person.user_id, stored.joined_by_id) == ("waiting", house.bob.user_id, house.bob.pk)
    assert (stored.resource_id, stored.kind, stored.features) == (house.kiln.pk, "", [])
    assert (stored.since, stored.until, stored.length, stored.party_size) == (NOON, NOON + HOUR, HOUR, 2)
    assert (stored.days, stored.opens_minute, stored.closes_minute) == ([0, 1, 2, 3, 4, 5, 6], 0, 1440)
    assert house.facts_of(entry) == ["waitlist.joined"]
    with acting_for(house.org.pk):
        timer = Delivery.objects.get(subject_id=entry.pk, is_timer=True)
        audit = AuditEntry.objects.get(subject_id=entry.pk)
    assert (timer.handler, timer.due_at) == ("waitlist.expire", NOON)
    assert (audit.action, audit.member_id, audit.source) == ("waitlist.joined", house.bob.pk, "self")


def test_what_is_free_is_not_waited_for_and_the_answer_says_when(house: House) -> None:
    with trace_of_nothing(house), pytest.raises(FreeAlready) as refusal:
        house.wait(house.bob, until=NOON + 4 * HOUR)

    times = [one.starts_at for one in refusal.value.alternatives]
    assert times == [(NOON + step * HOUR).isoformat() for step in (1, 2, 3)]


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        ({"until": NOON + 63 * DAY}, WindowTooLong),
        ({"until": NOON + HOUR / 2}, WishTooNarrow),
        ({"hours": 1, "until": NOON + 2 * HOUR, "clock": (0, 30)}, WishTooNarrow),
        ({"since": NOON - 30 * DAY, "until": NOON - 29 * DAY}, WindowOver),
        ({"since": NOON + 400 * DAY, "until": NOON + 401 * DAY}, WindowTooFar),
        ({"features": (FeatureWish("projector"),)}, WishUnclear),
        ({"kind": "equipment"}, WishUnclear),
    ],
)
def test_a_wish_that_is_wrong_in_itself_is_refused(
    house: House, wish: dict[str, Any], refusal: type[Infra24Error]
) -> None:
    with trace_of_nothing(house), pytest.raises(refusal):
        house.wait(house.bob, **wish)


def test_a_wish_for_nothing_or_without_a_length_or_for_unknown_features_is_refused(house: House) -> None:
    for wish, refusal in (
        (wanted(), WishUnclear),
        (wanted(kind="equipment", features=(FeatureWish("wings"),)), UnknownFeature),
        (WaitWish("Firing", wanted(house.kiln).sought.__class__(since=NOON), house.kiln.pk), LengthMissing),
    ):
        with trace_of_nothing(house), pytest.raises(refusal), acting_for(house.org.pk):
            services.join_waitlist(wish, by=house.bob, source=Source.SELF)


def test_waiting_for_what_cannot_be_had_whatever_the_time_is_refused_with_reasons(house: House) -> None:
    needed = make.qualification(house.org, house.kiln, name="Induction")
    small = make.resource(house.org, capacity=2, rules={"schema": 1, "longest_minutes": 120})
    make.booking(house.alice, small)

    refused: list[tuple[Resource, dict[str, Any], str]] = [
        (house.kiln, {}, "qualification_needed"),
        (small, {"people": 3}, "over_capacity"),
        (small, {"units": 2}, "units_taken"),
        (small, {"hours": 3, "until": NOON + 2 * DAY}, "too_long"),
    ]
    for resource, wish, code in refused:
        with trace_of_nothing(house), pytest.raises(NeverFits) as refusal:
            house.wait(house.bob, resource, **wish)
        assert [reason.code for reason in refusal.value.reasons] == [code]

    bob = make.person(house.org, member=house.bob)
    make.grant(needed, bob)
    assert house.wait(house.bob).status == "waiting"


def test_a_kind_of_which_there_is_nothing_is_not_waited_for(house: House) -> None:
    with trace_of_nothing(house), pytest.raises(NeverFits), acting_for(house.org.pk):
        services.join_waitlist(wanted(kind="other"), by=house.bob, source=Source.SELF)


def test_waiting_twice_for_the_same_is_refused(house: House) -> None:
    house.wait(house.bob)

    with trace_of_nothing(house), pytest.raises(AlreadyWaiting):
        house.wait(house.bob)


def test_a_window_that_has_begun_is_the_same_window_a_minute_later(house: House) -> None:
    begun = timezone.now() - timedelta(minutes=1)
    barn = make.resource(house.org, name="Barn")
    make.booking(house.alice, barn)
    wall = wall_of(NOON, "America/New_York")
    hour, days = (wall.hour * 60, wall.hour * 60 + 60), frozenset({wall.weekday()})
    house.wait(house.bob, barn, since=begun, until=NOON + HOUR, clock=hour, days=days)

    with trace_of_nothing(house), pytest.raises(AlreadyWaiting):
        house.wait(house.bob, barn, since=begun + timedelta(seconds=30), until=NOON + HOUR, clock=hour, days=days)


def test_what_of_a_window_is_past_already_is_no_matter(house: House) -> None:
    wall = wall_of(NOON, "America/New_York")
    hour, days = (wall.hour * 60, wall.hour * 60 + 60), frozenset({wall.weekday()})

    entry = house.wait(house.bob, since=NOON - 400 * DAY, until=NOON + HOUR, clock=hour, days=days)

    assert entry.since == entry.joined_at


def test_nobody_waits_for_more_than_twenty_things(house: House) -> None:
    make.booking(house.alice, house.kiln, starts_at=NOON + HOUR, hours=3)
    for step in range(20):
        house.wait(house.bob, until=NOON + HOUR + step * timedelta(minutes=5))

    with trace_of_nothing(house), pytest.raises(TooManyEntries):
        house.wait(house.bob, until=NOON + 3 * HOUR)


def test_members_wait_for_themselves_and_staff_for_anybody(house: House) -> None:
    dora = make.person(house.org, name="Dora")

    with trace_of_nothing(house), pytest.raises(PersonNotFound):
        house.wait(house.bob, person=dora)

    entry = house.wait(house.alice, person=dora)
    assert (entry.person_id, entry.joined_by_id) == (dora.pk, house.alice.pk)
    assert house.wait(house.alice).person.user_id == house.alice.user_id


def test_strangers_wait_for_nothing_of_the_house(house: House) -> None:
    entry = house.wait(house.bob)
    charlie = house.cast.charlie

    with acting_for(house.cast.elsewhere.pk):
        with pytest.raises(ResourceNotFound):
            services.join_waitlist(wanted(house.kiln), by=charlie, source=Source.SELF)
        with pytest.raises(EntryNotFound):
            entry_for(charlie, entry.pk, now=timezone.now())


def test_another_member_does_not_find_the_entry(house: House) -> None:
    entry = house.wait(house.bob)

    with acting_for(house.org.pk), pytest.raises(EntryNotFound):
        entry_for(house.member("Cleo"), entry.pk, now=timezone.now())


def test_changing_what_one_waits_for_keeps_the_place(house: House) -> None:
    other = make.booking(house.alice, house.kiln, starts_at=NOON + HOUR)
    first, second = house.wait(house.bob), house.wait(house.member("Cleo"), until=NOON + 2 * HOUR)

    with acting_for(house.org.pk):
        changed = services.change_entry(
            house.entry(first), EntryChange(until=NOON + 2 * HOUR, title="Two"), by=house.bob, source=Source.SELF
        )
    house.cancel(other)
    house.run()

    assert (changed.joined_at, changed.version, changed.title) == (first.joined_at, 2, "Two")
    assert house.statuses(first, second) == ["offered", "waiting"]
    with acting_for(house.org.pk):
        fact = Fact.objects.get(subject_id=first.pk, type="waitlist.changed")
        timers = Delivery.objects.filter(subject_id=first.pk, handler="waitlist.expire", due_at=NOON + HOUR)
        assert timers.exists()
    assert fact.data == {"fields": ["title", "until"]}


def test_a_wish_that_is_widened_to_free_time_is_offered_it_at_once(house: House) -> None:
    entry = house.wait(house.bob)

    with acting_for(house.org.pk):
        change = EntryChange(until=NOON + 2 * HOUR)
        services.change_entry(house.entry(entry), change, by=house.bob, source=Source.SELF)
    house.run()

    assert [(offer.starts_at, offer.outcome) for offer in house.offers()] == [(NOON + HOUR, "")]


def test_a_change_that_changes_nothing_leaves_no_trace(house: House) -> None:
    entry = house.wait(house.bob)

    with trace_of_nothing(house), acting_for(house.org.pk):
        services.change_entry(house.entry(entry), EntryChange(title="Firing"), by=house.bob, source=Source.SELF)


def test_what_has_ended_or_is_being_offered_is_not_changed(house: House) -> None:
    ended = house.wait(house.bob)
    house.withdraw(ended, house.bob)
    offered = house.wait(house.bob)
    house.cancel()
    house.run()

    for entry, refusal in ((ended, EntryOver), (offered, OfferOpen)):
        with trace_of_nothing(house), pytest.raises(refusal), acting_for(house.org.pk):
            services.change_entry(house.entry(entry), EntryChange(title="X"), by=house.bob, source=Source.SELF)


def test_a_change_by_an_old_version_is_stale(house: House) -> None:
    entry = house.wait(house.bob)

    with trace_of_nothing(house), pytest.raises(Stale), acting_for(house.org.pk):
        services.change_entry(
            house.entry(entry), EntryChange(title="X"), by=house.bob, source=Source.SELF, version=entry.version + 1
        )


class trace_of_nothing:  # noqa: N801 - reads as a phrase
    """What happens within leaves entries, facts and audit as they were."""

    def __init__(self, house: House) -> None:
        self.house = house

    def __enter__(self) -> None:
        self.before = self._traces()

    def __exit__(self, *_error: object) -> None:
        assert self._traces() == self.before

    def _traces(self) -> tuple[list[Any], int, int]:
        with acting_for(self.house.org.pk):
            entries = list(Entry.objects.order_by("pk").values_list("pk", "version", "status"))
            return entries, Fact.objects.count(), AuditEntry.objects.count()
