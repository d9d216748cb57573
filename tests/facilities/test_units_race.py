"""Fewer of a thing against bookings that were decided on while there were more, and against holds that are dead."""

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection

from infra24.bookings.errors import TimeRefused
from infra24.bookings.models import Booking
from infra24.facilities.errors import UnitsPromised
from infra24.facilities.services.checking import ResourceWish
from infra24.facilities.services.resources import change_resource
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Resource
from tests import make
from tests.facilities.test_closures_race import until_waiting
from tests.make import Cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    return make.cast()


@pytest.mark.parametrize(
    ("had", "wish", "reason"),
    [
        ({"units": 3}, {"units": 1}, "slot_taken"),
        ({"units": 3, "capacity": 8}, {"capacity": 1}, "over_capacity"),
    ],
)
def test_whoever_waits_while_there_become_fewer_is_decided_on_anew(
    cast: Cast, had: dict[str, int], wish: ResourceWish, reason: str
) -> None:
    """Of several alike any two may be lent at once; of the last one not, though both read that there are more."""
    camera = make.resource(cast.house, kind="equipment", **had)  # type: ignore[arg-type]
    outcomes: Counter[str] = Counter()

    def sold() -> None:
        with acting_for(cast.house.pk):
            change_resource(Resource.objects.get(pk=camera.pk), wish, by=cast.alice, source="staff")

    def lent() -> None:
        make.booking(cast.alice, camera)

    def told(job: Callable[[], None]) -> None:
        try:
            job()
            outcomes[job.__name__] += 1
        except TimeRefused as refusal:
            outcomes[",".join(each.code for each in refusal.reasons)] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=told, args=[job]) for job in (sold, lent, lent)]
    with acting_for(cast.house.pk):
        Resource.objects.select_for_update(no_key=True).get(pk=camera.pk)
        for number, thread in enumerate(threads, start=1):
            thread.start()
            until_waiting(number)
    for thread in threads:
        thread.join()

    assert outcomes == {"sold": 1, "lent": 1, reason: 1}
    with acting_for(cast.house.pk):
        assert Booking.objects.count() == 1


def test_a_hold_that_ran_out_keeps_nobody_from_having_fewer(cast: Cast) -> None:
    camera = make.resource(cast.house, kind="equipment", units=3)
    held = make.booking(cast.alice, camera, units=3, status="hold")

    with acting_for(cast.house.pk), pytest.raises(UnitsPromised) as refusal:
        change_resource(Resource.objects.get(pk=camera.pk), {"units": 2}, by=cast.alice, source="staff")
    make.run_out(cast.house, held.pk)
    with acting_for(cast.house.pk):
        changed = change_resource(Resource.objects.get(pk=camera.pk), {"units": 2}, by=cast.alice, source="staff")

        assert refusal.value.reasons
        assert changed.units == 2
        assert Booking.objects.get().status == "expired"
