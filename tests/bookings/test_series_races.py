"""Series against single bookings, and edits against each other."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest

from infra24.bookings.models import Booking, Leg, Occurrence, Series
from infra24.facts.models import Fact
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.bookings.series_story import made, walls, weekly
from tests.database import TestDatabase
from tests.make import NOON, Cast
from tests.running import postgres_log

pytestmark = pytest.mark.django_db(transaction=True)
HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)


@pytest.fixture
def cast() -> Cast:
    return make.cast()


def at(weeks: int = 0, hours: float = 0, **more: Any) -> dict[str, Any]:
    begins = NOON + weeks * WEEK + timedelta(hours=hours)
    return {"title": "Rush", "starts_at": begins.isoformat(), "ends_at": (begins + HOUR).isoformat(), **more}


def rush(site: str, token: str, calls: list[tuple[str, str, dict[str, Any]]]) -> list[httpx.Response]:
    """Send all at once, each from a client of its own."""

    def send(call: tuple[str, str, dict[str, Any]]) -> httpx.Response:
        method, path, body = call
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.request(method, f"{site}{path}", json=body, headers=headers, timeout=120)

    with ThreadPoolExecutor(len(calls)) as clients:
        return list(clients.map(send, calls))


def overlaps() -> int:
    """Pairs of blocking legs of one resource that meet."""
    legs = list(Leg.objects.filter(is_blocking=True).order_by("resource_id", "starts_at"))
    return sum(one.resource_id == other.resource_id and one.ends_at > other.starts_at for one, other in pairwise(legs))


def test_series_and_single_bookings_share_a_room_without_meeting(site: str, cast: Cast, database: TestDatabase) -> None:
    room = make.resource(cast.house)
    log_before = postgres_log(database)
    series = [
        ("POST", "/api/series", at(resource_id=str(room.pk), rule="FREQ=WEEKLY;COUNT=10", on_conflict=how))
        for how in ("skip", "refuse") * 4
    ]
    singles = [
        ("POST", "/api/bookings", at(week, hours, resource_id=str(room.pk))) for week in range(10) for hours in (0, 0.5)
    ]

    answers = rush(site, make.token(cast.alice), [*series, *singles])

    assert set(Counter(answer.status_code for answer in answers)) <= {201, 409}
    with acting_for(cast.house.pk):
        assert overlaps() == 0
        # Whatever was made is whole: every date of every series is booked or says why not.
        assert Occurrence.objects.count() == 10 * Series.objects.count()
        assert not Occurrence.objects.filter(state="skipped", reasons=[]).exists()
        assert Booking.objects.count() == Leg.objects.count()
        assert Fact.objects.filter(type="booking.confirmed").count() == Booking.objects.count()
    assert "deadlock" not in postgres_log(database)[len(log_before) :]


def test_edits_of_one_series_and_of_its_bookings_at_once_leave_it_whole(
    site: str, cast: Cast, database: TestDatabase
) -> None:
    room, other = make.resource(cast.house), make.resource(cast.house)
    series = made(cast.alice, weekly(room, rule="FREQ=WEEKLY;COUNT=8"))
    rival = made(cast.alice, weekly(other, starts_at=NOON + 3 * HOUR, rule="FREQ=WEEKLY;COUNT=8"))
    log_before = postgres_log(database)
    with acting_for(cast.house.pk):
        ids = list(Booking.objects.order_by("starts_at").values_list("pk", flat=True))
    legs = [{"resource_id": str(room.pk)}]
    calls: list[tuple[str, str, dict[str, Any]]] = []
    for hours in (1, 2):
        body = {"scope": "all", "on_conflict": "skip", "starts_at": (NOON + hours * HOUR).isoformat()}
        calls.append(("PATCH", f"/api/series/{series.pk}", body))
        calls.append(("PATCH", f"/api/series/{rival.pk}", {**body, "legs": legs}))
    calls += [("PATCH", f"/api/bookings/{key}", {"title": f"Single {place}"}) for place, key in enumerate(ids[:8])]
    cancel = {"scope": "this", "from": walls(series)[5].isoformat()}
    calls.append(("POST", f"/api/series/{series.pk}/cancel", cancel))

    answers = rush(site, make.token(cast.alice), calls)

    assert set(Counter(answer.status_code for answer in answers)) <= {200, 404, 409, 412}
    with acting_for(cast.house.pk):
        assert overlaps() == 0
        for row in Occurrence.objects.filter(state="booked").select_related("booking"):
            assert row.booking is not None
            assert row.booking.legs.filter(is_implied=False).count() == 1
    assert "deadlock" not in postgres_log(database)[len(log_before) :]
