"""The page on which members look for something to book. It works without script; the address keeps the search."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from infra24.orgs.models import Member
from tests import make
from tests.bookings.test_search import MORNING, feature, tell
from tests.make import Cast

pytestmark = pytest.mark.django_db(transaction=True)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ON = {"start": f"{MORNING:%Y-%m-%d}", "end": f"{MORNING:%Y-%m-%d}"}


@pytest.fixture
def cast() -> Cast:
    return make.cast()


def page(viewer: Member, query: dict[str, Any] | None = None, *, status: int = 200) -> str:
    answer = make.client(viewer).get(f"/o/oolite/book?{urlencode(query or {}, doseq=True)}")
    assert answer.status_code == status
    return answer.content.decode()


def test_without_a_search_everything_is_there_by_kind(cast: Cast) -> None:
    room, kiln = make.resource(cast.house, name="Hall"), make.resource(cast.house, name="Kiln", kind="equipment")

    html = page(cast.bob)

    assert html.index("Space</h2>") < html.index(f"/book/{room.pk}") < html.index(f"/book/{kiln.pk}")
    assert "Why not the others" not in html


def test_a_search_finds_times_that_the_form_of_the_resource_takes(cast: Cast) -> None:
    hall = make.resource(cast.house, name="Hall", capacity=40)
    make.resource(cast.house, name="Nook", capacity=2)

    html = page(cast.bob, {"people": 12, "length": 180, "from": "18:00", "until": "21:00", **ON})

    link = f"/o/oolite/book/{hall.pk}?date={MORNING:%Y-%m-%d}&amp;start=18%3A00&amp;end=21%3A00&amp;people=12#book"
    assert link in html
    assert "Why not the others" in html
    assert "Nook has room for 2." in html
    assert 'value="12"' in html
    form = make.client(cast.bob).get(link.replace("&amp;", "&")).content.decode()
    for value in (f"{MORNING:%Y-%m-%d}", "18:00", "21:00", "12"):
        assert f'value="{value}"' in form


def test_a_time_over_midnight_brings_its_last_day(cast: Cast) -> None:
    make.resource(cast.house, rules=make.open_week("00:00", "24:00"))

    html = page(cast.bob, {"length": 240, "from": "22:00", "until": "02:00", "start": ON["start"]})

    assert f"start=22%3A00&amp;end=02%3A00&amp;end_date={MORNING + DAY:%Y-%m-%d}" in html


def test_features_are_asked_for_as_the_house_speaks_of_them(cast: Cast) -> None:
    feature(cast.house, "projector", "flag")
    feature(cast.house, "heat", "number", unit="°C")
    feature(cast.house, "floor", "choice", choices=("Ground", "First"))
    low, high = make.resource(cast.house, name="Low"), make.resource(cast.house, name="High")
    tell(low, features={"projector": True, "heat": 1100, "floor": "Ground"})
    tell(high, features={"projector": True, "heat": 1300, "floor": "First"})

    assert "Heat (°C), at least" in page(cast.bob)
    html = page(cast.bob, {"feature": ["projector"], "feature-heat": 1200, "feature-floor": "First"})

    assert f"/book/{high.pk}?date=" in html
    assert f"/book/{low.pk}?date=" not in html
    assert "Of Low, “Heat” is 1100 °C." in html


def test_when_nothing_is_free_the_page_says_what_would_help(cast: Cast) -> None:
    room = make.resource(cast.house, name="Hall")
    make.booking(cast.alice, room, starts_at=MORNING, hours=12)

    html = page(cast.bob, {"length": 60, **ON})

    assert "Nothing is free then" in html
    assert "Hall is already booked then." in html
    assert '<details class="fold" open>' in html


def test_staff_see_the_same_page(cast: Cast) -> None:
    room = make.resource(cast.house)

    assert f"/book/{room.pk}?date=" in page(cast.alice, {"length": 60})


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"people": 0}, "greater than or equal to 1"),
        ({"kind": "castle"}, "castle is not one of the available choices"),
        ({"start": "2026-12-02", "end": "2026-12-01"}, "This is before the first day."),
        ({"length": 240, "from": "18:00", "until": "20:00"}, "Widen them, or ask for a shorter time."),
        ({"end": "2099-12-31"}, "Ask for a shorter one."),
    ],
)
def test_nonsense_is_told_beside_the_form(cast: Cast, query: dict[str, Any], said: str) -> None:
    make.resource(cast.house)

    assert said in page(cast.bob, query, status=422)


def test_a_search_that_names_nothing_there_is_says_so(cast: Cast) -> None:
    make.resource(cast.house)

    assert "There is nothing of that kind" in page(cast.bob, {"kind": "person"})


def test_strangers_do_not_search(cast: Cast) -> None:
    make.resource(cast.house)

    assert make.client(cast.charlie).get("/o/oolite/book?length=60").status_code == 404
    assert make.client().get("/o/oolite/book?length=60").status_code == 302
