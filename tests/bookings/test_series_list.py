"""The list of all series: what of each is to come, and what a list is narrowed to."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from infra24.bookings.ledger import Ahead, SeriesFilter, ahead_of, series_page
from infra24.bookings.models import Booking, Leg, Series
from infra24.orgs.models import Member
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.bookings.series_story import WEEK, end, made, walls, weekly
from tests.make import NOON, Cast

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/o/oolite/admin/series"


@pytest.fixture
def cast() -> Cast:
    return make.cast()


def listed(viewer: Member, **wanted: Any) -> dict[str, Ahead]:
    """By title, the newest first."""
    now = timezone.now()
    with acting_for(viewer.org_id):
        found = series_page(viewer, SeriesFilter(**wanted), now=now, limit=50, cursor="").items
        return {series.title: ahead for series, ahead in zip(found, ahead_of(found, now=now), strict=True)}


def partly(cast: Cast) -> Series:
    """Four weeks, of which the second could not be had and the third was left out."""
    room = make.resource(cast.house, rules={**make.open_week(), "horizon_days": 300})
    make.booking(cast.alice, room, starts_at=NOON + WEEK)
    series = made(cast.alice, weekly(room, title="Clay"), on_conflict="skip")
    end(series, cast.alice, scope="this", wall_on=walls(series)[2])
    return series


def in_the_past(cast: Cast, series: Series) -> None:
    back = timedelta(weeks=30)
    with acting_for(cast.house.pk):
        series.occurrences.update(wall_on=F("wall_on") - back)
        booked = Booking.objects.filter(occurrences__series=series)
        Leg.objects.filter(booking__in=booked).delete()
        booked.update(starts_at=F("starts_at") - back, ends_at=F("ends_at") - back)


def test_it_says_what_of_each_is_to_come(cast: Cast) -> None:
    partly(cast)

    assert listed(cast.alice) == {"Clay": Ahead(booked=2, skipped=1, next_at=NOON)}


def test_what_is_over_or_ended_is_told_from_what_goes_on(cast: Cast) -> None:
    room = make.resource(cast.house)
    partly(cast)
    end(made(cast.alice, weekly(room, title="Ended")), cast.alice)
    in_the_past(cast, made(cast.alice, weekly(room, title="Over")))

    assert list(listed(cast.alice, is_running=True)) == ["Clay"]
    assert listed(cast.alice, is_running=False) == {"Over": Ahead(), "Ended": Ahead()}
    assert list(listed(cast.alice)) == ["Over", "Ended", "Clay"]


def test_it_is_searched_by_title_and_by_person(cast: Cast) -> None:
    nadege = make.person(cast.house, name="Nadège Saint-Cyr")
    room = make.resource(cast.house)
    made(cast.alice, weekly(room, title="Open studio"))
    made(cast.alice, weekly(make.resource(cast.house), title="Board", person=nadege))

    assert list(listed(cast.alice, words="STUDIO")) == ["Open studio"]
    assert list(listed(cast.alice, words="nadege")) == ["Board"]
    assert list(listed(cast.alice, person_id=nadege.pk)) == ["Board"]


def test_members_see_their_own_and_strangers_nothing(cast: Cast) -> None:
    room = make.resource(cast.house)
    made(cast.alice, weekly(room, title="Open studio"))
    made(cast.bob, weekly(make.resource(cast.house), title="Bob's"))

    assert list(listed(cast.bob)) == ["Bob's"]
    assert listed(cast.charlie) == {}


def test_the_list_takes_the_same_queries_for_one_and_for_three(cast: Cast) -> None:
    def counted() -> int:
        with (
            CaptureQueriesContext(
                connection,
            ) as queries,
            acting_for(cast.house.pk),
        ):
            series_page(cast.alice, SeriesFilter(is_running=True), now=timezone.now(), limit=50, cursor="")
        return len(queries)

    made(cast.alice, weekly(make.resource(cast.house)))
    of_one = counted()
    for _ in range(2):
        made(cast.alice, weekly(make.resource(cast.house)))

    assert counted() == of_one


def test_the_page_shows_rhythm_next_date_and_counts(cast: Cast) -> None:
    client = make.client(cast.alice)
    assert "Nothing repeats now" in client.get(LIST).content.decode()
    series = partly(cast)

    page = client.get(LIST).content.decode()

    assert f'<a href="{LIST}/{series.pk}">Clay</a>' in page
    assert "Every " in page
    assert "2 booked" in page
    assert "1 skipped" in page
    assert "Goes on" in page
    assert "No series matches" in client.get(f"{LIST}?q=board").content.decode()
    assert "No series matches" in client.get(f"{LIST}?state=ended").content.decode()
    assert "Clay" in client.get(f"{LIST}?state=all").content.decode()
    assert make.client(cast.bob).get(LIST).status_code == 403


def test_the_list_is_linked_and_marked_below_bookings(cast: Cast) -> None:
    series = made(cast.alice, weekly(make.resource(cast.house)))
    client = make.client(cast.alice)

    assert f'<a class="button" href="{LIST}">Series</a>' in client.get("/o/oolite/admin/bookings").content.decode()
    for path in (LIST, f"{LIST}/{series.pk}", f"{LIST}/{series.pk}/edit"):
        assert '<a href="/o/oolite/admin/bookings" aria-current="true">' in client.get(path).content.decode(), path


def test_the_form_of_a_whole_series_has_all_dates_chosen_and_of_one_date_the_following(cast: Cast) -> None:
    series = made(cast.alice, weekly(make.resource(cast.house)))
    client, edit = make.client(cast.alice), f"{LIST}/{series.pk}/edit"

    assert re.search(r'name="scope" value="all"[^>]* checked', client.get(edit).content.decode())
    one = client.get(f"{edit}?from={walls(series)[1].isoformat()}").content.decode()
    assert re.search(r'name="scope" value="following"[^>]* checked', one)
