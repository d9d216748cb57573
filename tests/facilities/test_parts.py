"""Halls and halves: when the tree changes, what is booked of the whole blocks the new parts, or nothing changes."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from infra24.bookings.errors import TimeRefused
from infra24.bookings.models import Leg
from infra24.facilities.errors import CircularParts, PartsClash, PartsOfOneKind, WholeHasUnits
from infra24.facilities.rehearsal import rehearse_parts
from infra24.facilities.services.parts import put_into
from infra24.orgs.models import Member
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Resource
from tests import make
from tests.make import NOON, Cast

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def cast() -> Cast:
    return make.cast()


def put(resource: Resource, whole: Resource | None, by: Member) -> None:
    with acting_for(by.org_id):
        put_into(Resource.objects.get(pk=resource.pk), whole, by=by, now=datetime.now(UTC))


def implied(resource: Resource) -> list[str]:
    """Titles of the bookings that block a part by its whole."""
    with acting_for(resource.org_id):
        legs = Leg.objects.filter(resource=resource, is_implied=True).order_by("starts_at", "booking__title")
        return [leg.booking.title for leg in legs.select_related("booking")]


def test_what_is_booked_of_the_whole_blocks_a_new_part(cast: Cast) -> None:
    hall, half = make.resource(cast.house, name="Hall"), make.resource(cast.house, name="East")
    make.booking(cast.alice, hall, title="Opening")

    put(half, hall, cast.alice)

    assert implied(half) == ["Opening"]
    with pytest.raises(TimeRefused):
        make.booking(cast.alice, half)
    make.booking(cast.alice, half, starts_at=NOON + 2 * HOUR)
    with pytest.raises(TimeRefused):
        make.booking(cast.alice, hall, starts_at=NOON + 2 * HOUR)


def test_a_part_taken_out_is_free_again(cast: Cast) -> None:
    hall = make.resource(cast.house, name="Hall")
    half = make.resource(cast.house, name="East", part_of=hall)
    make.booking(cast.alice, hall)

    put(half, None, cast.alice)

    assert implied(half) == []
    make.booking(cast.alice, half)


def test_whoever_has_read_a_part_before_it_became_one_reads_it_again(cast: Cast) -> None:
    """What closes the hall closes its new half, and whoever was about to book the half has to hear of it."""
    hall, half = make.resource(cast.house, name="Hall"), make.resource(cast.house, name="East")
    corner = make.resource(cast.house, name="Corner", part_of=half)

    def shapes() -> list[int]:
        with acting_for(cast.house.pk):
            return [Resource.objects.get(pk=each.pk).shape for each in (hall, half, corner)]

    before = shapes()
    put(half, hall, cast.alice)

    assert all(now > was for now, was in zip(shapes(), before, strict=True))


def test_to_any_depth_leaves_alone_are_blocked(cast: Cast) -> None:
    house_, hall = make.resource(cast.house, name="House"), make.resource(cast.house, name="Hall")
    half, corner = make.resource(cast.house, name="East"), make.resource(cast.house, name="Corner")
    put(hall, house_, cast.alice)
    make.booking(cast.alice, house_, title="Gala")
    make.booking(cast.alice, hall, starts_at=NOON + 2 * HOUR, title="Opening")
    assert implied(hall) == ["Gala"]

    put(half, hall, cast.alice)
    assert (implied(hall), implied(half)) == ([], ["Gala", "Opening"])

    put(corner, half, cast.alice)
    assert (implied(half), implied(corner)) == ([], ["Gala", "Opening"])

    put(half, None, cast.alice)
    assert (implied(hall), implied(half), implied(corner)) == (["Gala"], [], [])


def test_clashes_are_named_and_nothing_changes(cast: Cast) -> None:
    hall, half = make.resource(cast.house, name="Hall"), make.resource(cast.house, name="East")
    make.booking(cast.alice, hall, title="Opening")
    make.booking(cast.alice, half, title="Class")

    with pytest.raises(PartsClash) as refused:
        put(half, hall, cast.alice)

    assert [reason.detail for reason in refused.value.reasons] == [
        "Hall is booked for “Opening” while “Class” has East."
    ]
    with acting_for(cast.house.pk):
        assert Resource.objects.get(pk=half.pk).part_of is None
        assert Leg.objects.filter(is_implied=True).count() == 0
        rehearsed = rehearse_parts(cast.alice, half, hall, now=datetime.now(UTC))
    assert [struck.booking.title for struck in rehearsed.breaks] == ["Opening"]


def test_what_is_over_stands_in_nobodys_way(cast: Cast) -> None:
    hall, half = make.resource(cast.house, name="Hall"), make.resource(cast.house, name="East")
    past = datetime.now(UTC).replace(hour=17, minute=0, second=0, microsecond=0) - timedelta(days=7)
    make.booking(cast.alice, hall, starts_at=past)
    make.booking(cast.alice, half, starts_at=past)

    put(half, hall, cast.alice)

    assert implied(half) == []


def test_nothing_is_part_of_itself_or_of_another_kind_or_of_several(cast: Cast) -> None:
    hall, half = make.resource(cast.house, name="Hall"), make.resource(cast.house, name="East")
    put(half, hall, cast.alice)

    with pytest.raises(CircularParts):
        put(hall, half, cast.alice)
    with pytest.raises(CircularParts):
        put(hall, hall, cast.alice)
    with pytest.raises(PartsOfOneKind):
        put(make.resource(cast.house, kind="equipment"), hall, cast.alice)
    with pytest.raises(WholeHasUnits):
        put(hall, make.resource(cast.house, units=3), cast.alice)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_again", range(3))
def test_a_change_of_parts_against_bookings(cast: Cast, _again: int) -> None:
    """Whoever comes second is refused: never do a booking of the hall and one of its new half both stand."""
    hall, half = make.resource(cast.house), make.resource(cast.house)
    outcomes: Counter[str] = Counter()
    barrier = threading.Barrier(5)

    def tried(name: str, job: Callable[[], object]) -> None:
        barrier.wait()
        try:
            job()
            outcomes[name] += 1
        except (TimeRefused, PartsClash):
            outcomes["refused"] += 1
        finally:
            connection.close()

    jobs: list[tuple[str, Callable[[], object]]] = [
        ("put", lambda: put(half, hall, cast.alice)),
        *[("hall", lambda: make.booking(cast.alice, hall))] * 2,
        *[("half", lambda: make.booking(cast.alice, half))] * 2,
    ]
    threads = [threading.Thread(target=tried, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(outcomes.values()) == len(jobs), outcomes
    with acting_for(cast.house.pk):
        whole, part = (Leg.objects.filter(resource=each, is_implied=False).count() for each in (hall, half))
        assert whole <= 1
        assert part <= 1
        if Resource.objects.get(pk=half.pk).part_of_id == hall.pk:
            assert whole + part <= 1, outcomes
            assert Leg.objects.filter(resource=half, is_implied=True).count() == whole
