"""Addresses for calendars are made, shown and taken away on pages; nobody else reads them."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infra24.calendars.models import CalendarFeed, FeedKind
from infra24.orgs.keys import mailed_secret
from infra24.orgs.models import Key
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.calendars.published_story import HERE, furnish, made, path_of


@pytest.fixture
def cast(db: None) -> make.Cast:
    return make.cast()


def test_people_make_renew_and_take_away_addresses_on_a_page(cast: make.Cast) -> None:
    bob, page = make.client(cast.bob), "/o/oolite/my/calendar/addresses"
    assert "No calendar reads your bookings yet" in bob.get(page).content.decode()

    html = bob.post(page, {"name": "Phone", "remind_minutes": "30"}, follow=True).content.decode()

    with acting_for(cast.house.pk):
        feed = CalendarFeed.objects.get()
    first = path_of(feed)
    assert (first in html, "webcal://" in html, "reminds 30 minutes before" in html) == (True, True, True)
    assert bob.post(f"/o/oolite/calendar-feeds/{feed.pk}/renew").status_code == 302
    assert path_of(feed) in bob.get(page).content.decode()
    assert make.client(cast.alice).post(f"/o/oolite/calendar-feeds/{feed.pk}/end").status_code == 404
    assert bob.post(f"/o/oolite/calendar-feeds/{feed.pk}/end").status_code == 302
    assert first not in bob.get(page).content.decode()
    assert bob.post(page, {"remind_minutes": "7"}).status_code == 422


def test_staff_share_the_house_and_only_the_maker_reads_the_address(cast: make.Cast) -> None:
    kiln, _vault = furnish(cast)
    eve, dana = make.member(cast.house, role=Role.STAFF), make.member(cast.house, role=Role.MANAGER)
    alice, page = make.client(cast.alice), "/o/oolite/admin/settings/calendars"
    form = {"resource": str(kiln.pk), "detail": "full", "name": "Screen"}

    html = alice.post(page, form, follow=True).content.decode()

    with acting_for(cast.house.pk):
        feed = CalendarFeed.objects.get()
    assert path_of(feed) in html
    others = make.client(eve).get(page).content.decode()
    assert ("Screen" in others, path_of(feed) in others, "Only whoever made it" in others) == (True, False, True)
    refused = make.client(eve).post(f"/o/oolite/calendar-feeds/{feed.pk}/renew", follow=True).content.decode()
    assert "Only whoever made a calendar address can renew it." in refused
    assert f'value="{kiln.pk}" selected' in alice.get(f"{page}?resource={kiln.pk}").content.decode()
    assert "Managers can switch it on." in others
    switched = make.client(dana).post(f"{page}/programme", follow=True).content.decode()
    assert "/o/oolite/programme.ics" in switched
    assert make.client(eve).post(f"{page}/programme").status_code == 403


def test_an_answer_with_an_address_is_kept_nowhere(cast: make.Cast) -> None:
    bob = make.client(cast.bob)
    sent: dict[str, Any] = {"content_type": "application/json", "headers": {**HERE, "Idempotency-Key": "once"}}

    answer = bob.post("/api/calendar-feeds", make.json({"kind": "person"}), **sent)

    assert (answer.status_code, answer["Cache-Control"]) == (201, "no-store")
    assert bob.get("/api/calendar-feeds", headers=HERE)["Cache-Control"] == "no-store"
    with acting_for(cast.house.pk):
        key = Key.objects.get(kind="feed")
        assert mailed_secret(key.pk) in answer.json()["address"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT body FROM orgs_rememberedanswer")
            assert [bytes(row[0]) for row in cursor.fetchall()] == [b""]
    assert key.scopes == ["bookings:read"]


def test_lists_take_the_same_queries_however_long(cast: make.Cast) -> None:
    alice, counted = make.client(cast.alice), []
    for number in (1, 3):
        for _ in range(number):
            made(cast.alice, FeedKind.ORGANISATION)
        with CaptureQueriesContext(connection) as queries:
            alice.get("/api/calendar-feeds", headers=HERE)
        counted.append(len(queries))
    assert counted[0] == counted[1]
