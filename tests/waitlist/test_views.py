"""Pages of the waitlist. They do what the API does, without script, and looking changes nothing."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infra24.core.days import day_span, wall_of
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Resource
from infra24.waitlist.models import Entry
from tests import make
from tests.make import NOON
from tests.waitlist.story import HOUR, House

pytestmark = pytest.mark.django_db
WALL = wall_of(NOON, "America/New_York")
DAY, CLOCK, LATER = WALL.date().isoformat(), f"{WALL:%H:%M}", f"{WALL + HOUR:%H:%M}"


@pytest.fixture
def house() -> House:
    return House()


def get(by: Member | None, path: str) -> Any:
    return make.client(by).get(f"/o/oolite/{path}")


def post(by: Member, path: str, fields: dict[str, Any] | None = None, *, follow: bool = False) -> Any:
    return make.client(by).post(f"/o/oolite/{path}", fields or {}, follow=follow)


def read(answer: Any) -> str:
    """What a person reads: words only."""
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def form(house: House, **more: Any) -> dict[str, Any]:
    times = {"start": DAY, "end": DAY, "from": CLOCK, "until": LATER, "length": "60"}
    return {"title": "Firing", "what": str(house.kiln.pk), "party_size": "1", "units": "1", **times, **more}


def test_the_page_of_a_resource_leads_to_the_waitlist_and_a_refused_booking_fills_the_form(house: House) -> None:
    booking = {
        "title": "My firing",
        "resource": house.kiln.pk,
        "date": DAY,
        "start": CLOCK,
        "end": LATER,
        "party_size": 3,
    }
    page = f"book/{house.kiln.pk}"
    assert f'/o/oolite/waitlist/join?what={house.kiln.pk}"' in get(house.bob, page).content.decode()

    refused = post(house.bob, page, booking)
    assert refused.status_code == 409
    (link,) = re.findall(r'href="/o/oolite/(waitlist/join[^"]+)"', refused.content.decode())

    shown = get(house.bob, html.unescape(link)).context["form"]
    values = {name: shown[name].value() for name in ("title", "what", "length", "start", "end", "party_size")}
    assert {name: str(value) for name, value in values.items()} == {
        "title": "My firing",
        "what": str(house.kiln.pk),
        "length": "60",
        "start": DAY,
        "end": DAY,
        "party_size": "3",
    }
    assert (f"{shown['from'].value():%H:%M}", f"{shown['until'].value():%H:%M}") == (CLOCK, LATER)


def test_a_search_that_finds_nothing_leads_to_the_waitlist_with_the_wish(house: House) -> None:
    make.feature(house.org, "reduction", "flag")
    make.feature(house.org, "max_temperature", "number", unit="°C", name="Highest temperature")
    with acting_for(house.org.pk):
        Resource.objects.filter(pk=house.kiln.pk).update(features={"reduction": True, "max_temperature": 1300})
    query = f"kind=equipment&length=60&start={DAY}&end={DAY}&from={CLOCK}&until={LATER}&feature=reduction&feature-max_temperature=1200"

    found = get(house.bob, f"book?{query}")
    (link,) = re.findall(r'href="/o/oolite/(waitlist/join[^"]+)"', found.content.decode())
    page = get(house.bob, html.unescape(link))
    shown = page.context["form"]
    assert (shown["what"].value(), shown["feature"].value()) == ("equipment", ["reduction", "max_temperature>=1200.0"])
    assert "Highest temperature ≥ 1200.0 °C" in read(page)

    post(house.bob, "waitlist/join", form(house, what="equipment", feature=["reduction", "max_temperature>=1200.0"]))
    with acting_for(house.org.pk):
        entry = Entry.objects.get()
    assert (entry.resource_id, entry.kind) == (None, "equipment")
    assert entry.features == ["reduction", "max_temperature>=1200.0"]


def test_joining_leads_to_the_entry_which_says_what_is_in_the_way(house: House) -> None:
    answer = post(house.bob, "waitlist/join", form(house), follow=True)

    words = read(answer)
    assert "On the waitlist: Firing." in answer.content.decode()
    assert "first in line" in words
    assert "Kiln is already booked then." in words
    with acting_for(house.org.pk):
        entry = Entry.objects.get()
    assert (entry.since, entry.until) == day_span(WALL.date(), "America/New_York")
    assert (entry.opens_minute, entry.closes_minute) == (WALL.hour * 60, WALL.hour * 60 + 60)


def test_what_is_free_is_offered_as_links_beside_the_form(house: House) -> None:
    answer = post(house.bob, "waitlist/join", form(house, until=f"{WALL + 2 * HOUR:%H:%M}"))

    assert answer.status_code == 409
    assert "That is free as it is. Book it instead of waiting." in read(answer)
    link = f"/o/oolite/book/{house.kiln.pk}?date={DAY}&amp;start={LATER}&amp;end={WALL + 2 * HOUR:%H:%M}#book"
    assert link in answer.content.decode()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"title": ""}, "This field is required."),
        ({"what": ""}, "This field is required."),
        ({"what": "ship"}, "Select a valid choice."),
        ({"end": "2000-01-01"}, "This is before the first day. Choose a later one."),
        ({"length": "7x"}, "Select a valid choice."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(house: House, more: dict[str, str], said: str) -> None:
    answer = post(house.bob, "waitlist/join", form(house, **more))

    assert answer.status_code == 422
    assert said in read(answer)


def test_staff_add_anybody_and_members_are_not_asked_for_whom(house: House) -> None:
    dora = make.person(house.org, name="Dora")
    assert "person" not in get(house.bob, "waitlist/join").context["form"].fields

    post(house.alice, "waitlist/join", form(house, person="Dora"))

    with acting_for(house.org.pk):
        assert Entry.objects.get().person_id == dora.pk
    assert "Nobody of that name." in read(post(house.alice, "waitlist/join", form(house, person="Nobody")))


def test_an_offer_shows_among_my_bookings_and_is_taken_on_its_page(house: House) -> None:
    entry = house.wait(house.bob)
    assert "What I wait for Firing Kiln, 1 hour" in read(get(house.bob, "my"))
    house.cancel()
    house.run()

    mine = read(get(house.bob, "my"))
    assert "Kept for you until" in mine
    page = get(house.bob, f"waitlist/{entry.pk}")
    assert "It is free" in read(page)
    version = house.entry(entry).version

    answer = post(house.bob, f"waitlist/{entry.pk}/accept", {"version": version}, follow=True)
    assert "Yours: Firing." in answer.content.decode()
    assert house.statuses(entry) == ["taken"]


def test_who_has_nothing_to_wait_for_sees_no_such_section(house: House) -> None:
    assert "What I wait for" not in read(get(house.bob, "my"))


def test_passing_on_asks_first_and_keeps_the_place(house: House) -> None:
    entry = house.wait(house.bob)
    house.cancel()
    house.run()
    assert "Let the next in line have it?" in read(get(house.bob, f"waitlist/{entry.pk}"))

    answer = post(house.bob, f"waitlist/{entry.pk}/pass", follow=True)

    assert "Passed on. The place is kept: Firing." in answer.content.decode()
    assert house.statuses(entry) == ["waiting"]
    refused = post(house.bob, f"waitlist/{entry.pk}/accept")
    assert refused.status_code == 409
    assert "Nothing is offered at the moment." in read(refused)


def test_an_offer_that_was_seen_is_answered_and_no_later_one(house: House) -> None:
    entry = house.wait(house.bob)
    house.cancel()
    house.run()

    answer = post(house.bob, f"waitlist/{entry.pk}/accept", {"version": 1})

    assert answer.status_code == 412
    assert house.statuses(entry) == ["offered"]


def test_changing_what_one_waits_for(house: House) -> None:
    entry = house.wait(house.bob, until=NOON + HOUR)
    page = f"waitlist/{entry.pk}/edit"
    shown = get(house.bob, page).context["form"]
    assert (shown["length"].value(), str(shown["start"].value()), str(shown["end"].value())) == ("60", DAY, DAY)

    answer = post(house.bob, page, form(house, title="Glaze", version=1, until="", **{"from": ""}))

    assert answer.status_code == 302
    changed = house.entry(entry)
    assert (changed.title, changed.since, changed.until, changed.version) == ("Glaze", NOON, NOON + HOUR, 2)
    stale = post(house.bob, page, form(house, title="Other", version=1))
    assert stale.status_code == 412


def test_leaving_asks_first(house: House) -> None:
    entry = house.wait(house.bob)
    assert "Leave the waitlist?" in read(get(house.bob, f"waitlist/{entry.pk}/withdraw"))
    assert house.statuses(entry) == ["waiting"]

    answer = post(house.bob, f"waitlist/{entry.pk}/withdraw", follow=True)

    assert "Off the waitlist: Firing." in answer.content.decode()
    assert house.statuses(entry) == ["withdrawn"]
    again = post(house.bob, f"waitlist/{entry.pk}/withdraw")
    assert again.status_code == 409
    assert "there is nothing left to do" in read(again)


def test_staff_see_the_order_and_withdraw_for_somebody_saying_why(house: House) -> None:
    assert "Nobody waits" in read(get(house.alice, "admin/waitlist"))
    first, second = house.wait(house.bob), house.wait(house.member("Cleo"))
    house.cancel()
    house.run()

    words = read(get(house.alice, "admin/waitlist"))
    assert words.index("Bob") < words.index("Cleo")
    assert "Offered first in line Kiln" in words
    assert "Waiting 1 before nothing yet" in words
    assert "An offer lasts 2 hours" in words

    post(house.alice, f"waitlist/{first.pk}/withdraw", {"reason": "Asked by phone."})
    house.run()
    assert house.statuses(first, second) == ["withdrawn", "offered"]
    listed = read(get(house.alice, "admin/waitlist?status=withdrawn"))
    assert ("Bob" in listed, "Cleo" in listed) == (True, False)
    assert "Asked by phone." in read(get(house.bob, f"waitlist/{first.pk}"))
    assert "Nobody matches" in read(get(house.alice, "admin/waitlist?status=taken"))


def test_managers_say_how_long_an_offer_lasts(house: House) -> None:
    dana = house.member("Dana", role=Role.MANAGER)
    page = "admin/waitlist/terms"
    assert get(house.alice, page).status_code == 403
    assert get(dana, page).context["form"]["offer_minutes"].value() == 120

    assert post(dana, page, {"offer_minutes": "10"}).status_code == 422
    assert post(dana, page, {"offer_minutes": "45", "version": "1"}).status_code == 302
    assert "An offer lasts 45 minutes" in read(get(dana, "admin/waitlist"))
    assert post(dana, page, {"offer_minutes": "60", "version": "1"}).status_code == 412


def test_strangers_and_other_members_find_nothing(house: House) -> None:
    entry = house.wait(house.bob)

    assert get(house.cast.charlie, f"waitlist/{entry.pk}").status_code == 404
    assert get(house.member("Cleo"), f"waitlist/{entry.pk}").status_code == 404
    assert get(None, f"waitlist/{entry.pk}").status_code == 302
    assert get(house.bob, "admin/waitlist").status_code == 403


def test_the_lists_take_as_many_queries_for_one_as_for_several(house: House) -> None:
    def queries(by: Member, path: str) -> int:
        client = make.client(by)
        with CaptureQueriesContext(connection) as context:
            assert client.get(f"/o/oolite/{path}").status_code == 200
        return len(context)

    make.booking(house.alice, house.kiln, starts_at=NOON + HOUR, hours=3)
    house.wait(house.bob)
    one = [queries(house.bob, "my"), queries(house.alice, "admin/waitlist")]
    for step in range(1, 4):
        house.wait(house.bob, until=NOON + HOUR + step * timedelta(minutes=10))

    assert [queries(house.bob, "my"), queries(house.alice, "admin/waitlist")] == one
