"""The request desk: what waits, oldest first, with what stands against it; decided there, by page and by API."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infra24.bookings import desk
from infra24.bookings.models import Booking, Source
from infra24.bookings.services import confirm_booking
from infra24.orgs.models import Member
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Resource
from tests import make
from tests.make import NOON, Cast
from tests.orgs.probe import bearer
from tests.recorded import audited

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RULES = {"schema": 1, "approval": "always", "pending_blocks": False}
PAGE = "/o/oolite/admin/requests"


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = make.cast()
    with acting_for(made.house.pk):
        yield made


@pytest.fixture
def kiln(cast: Cast) -> Resource:
    return make.resource(cast.house, name="Kiln", rules={**make.open_week("00:00", "24:00"), **RULES})


def page(cast: Cast) -> list[tuple[str, list[str], list[str]]]:
    """What the desk shows: title, why it cannot be had any more, who would lose by it."""
    found = desk.requests_page(cast.alice, limit=10).items
    return [
        (one.booking.title, [reason.code for reason in one.against], [rival.title for rival in one.rivals])
        for one in found
    ]


def sent(booking: Booking, decision: str, **more: Any) -> dict[str, Any]:
    return {"booking": booking.pk, "version": booking.version, "decision": decision, **more}


def state(booking: Booking) -> tuple[str, str]:
    booking.refresh_from_db()
    return booking.status, booking.reason


def test_what_was_asked_first_comes_first_with_what_stands_against_it_and_who_would_lose(
    cast: Cast, kiln: Resource
) -> None:
    late = make.booking(cast.bob, kiln, starts_at=NOON + DAY, title="Late", hours=2)
    make.booking(cast.bob, kiln, starts_at=NOON + DAY + HOUR, title="Overlaps")
    make.booking(cast.bob, kiln, starts_at=NOON, title="Soon")
    make.booking(cast.bob, kiln, starts_at=NOON, title="Same time")
    confirmed = make.booking(cast.bob, kiln, starts_at=NOON, title="Quick")
    confirm_booking(confirmed, by=cast.alice, source=Source.STAFF)

    assert page(cast) == [
        ("Late", [], ["Overlaps"]),
        ("Overlaps", [], ["Late"]),
        ("Soon", ["slot_taken"], []),
        ("Same time", ["slot_taken"], []),
    ]
    assert desk.request_count(cast.alice) == 4
    assert late.status == "pending"


def test_what_has_passed_waits_no_more_but_is_counted(cast: Cast, kiln: Resource) -> None:
    passed = make.booking(cast.bob, kiln)
    Booking.objects.filter(pk=passed.pk).update(starts_at=NOON - 9 * DAY, ends_at=NOON - 9 * DAY + HOUR)

    assert (page(cast), desk.request_count(cast.alice), desk.passed_count(cast.alice)) == ([], 0, 1)
    shown = make.client(cast.alice).get(PAGE).content.decode()
    assert "Nobody is waiting for an answer" in shown
    assert "1 request passed before anybody decided." in shown


def test_the_desk_takes_the_same_queries_for_two_and_for_six(cast: Cast, kiln: Resource) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            page(cast)
        return len(asked)

    for day in range(1):
        make.booking(cast.bob, kiln, starts_at=NOON + day * DAY)
        make.booking(cast.bob, kiln, starts_at=NOON + day * DAY)
    few = queries()
    for day in range(1, 3):
        make.booking(cast.bob, kiln, starts_at=NOON + day * DAY)
        make.booking(cast.bob, kiln, starts_at=NOON + day * DAY)

    assert queries() == few <= 12


def test_staff_decide_on_the_page_and_stay_there(cast: Cast, kiln: Resource) -> None:
    one, other = make.booking(cast.bob, kiln), make.booking(cast.bob, kiln, starts_at=NOON + DAY)
    alice = make.client(cast.alice)

    confirmed = alice.post(PAGE, sent(one, "confirm"))
    declined = alice.post(PAGE, sent(other, "decline", reason="The kiln is cold."))

    assert [(answer.status_code, answer["Location"]) for answer in (confirmed, declined)] == [(302, PAGE)] * 2
    assert (state(one), state(other)) == (("confirmed", ""), ("declined", "The kiln is cold."))


def test_rivals_are_declined_with_it_when_that_is_ticked(cast: Cast, kiln: Resource) -> None:
    one, rival = make.booking(cast.bob, kiln), make.booking(cast.bob, kiln)
    alice = make.client(cast.alice)

    unsaid = alice.post(PAGE, sent(one, "confirm", decline_rivals="1"))
    assert unsaid.status_code == 422
    assert "Say why: whoever asked will read it." in unsaid.content.decode()
    assert (state(one), state(rival)) == (("pending", ""), ("pending", ""))

    alice.post(PAGE, sent(one, "confirm", decline_rivals="1", reason="One firing a day."))
    assert (state(one), state(rival)) == (("confirmed", ""), ("declined", "One firing a day."))


def test_a_refusal_is_shown_beside_the_request_with_what_was_typed(cast: Cast, kiln: Resource) -> None:
    asked = make.booking(cast.bob, kiln)
    before = audited()

    answer = make.client(cast.alice).post(PAGE, {**sent(asked, "decline", reason="Too hot."), "version": 99})

    html = answer.content.decode()
    assert answer.status_code == 412
    assert 'value="Too hot."' in html
    assert "Somebody changed this since you loaded it." in html
    assert (state(asked), audited()) == (("pending", ""), before)


def test_what_somebody_else_has_decided_meanwhile_is_said_above_the_list(cast: Cast, kiln: Resource) -> None:
    asked = make.booking(cast.bob, kiln)
    confirm_booking(asked, by=cast.alice, source=Source.STAFF)
    asked.refresh_from_db()

    answer = make.client(cast.alice).post(PAGE, sent(asked, "decline", reason="Late."))

    assert answer.status_code == 409
    assert "A booking in this state cannot take that step." in answer.content.decode()


def test_what_makes_no_sense_is_refused(cast: Cast) -> None:
    assert make.client(cast.alice).post(PAGE, {"booking": "x", "decision": "burn"}).status_code == 422


def test_the_way_there_says_how_many_wait(cast: Cast, kiln: Resource) -> None:
    make.booking(cast.bob, kiln)
    counted = '<span class="count">1<span class="visually-hidden"> waiting</span></span>'

    def header(member: Member, path: str) -> str:
        return make.client(member).get(path).content.decode().partition("</header>")[0]

    assert counted in header(cast.alice, "/o/oolite/admin/people")
    assert counted not in header(cast.bob, "/o/oolite/my")


def test_the_api_tells_staff_what_waits(cast: Cast, kiln: Resource) -> None:
    one, rival = make.booking(cast.bob, kiln, title="One"), make.booking(cast.bob, kiln, title="Rival")
    client = make.client()
    headers = bearer(make.token(cast.alice))

    first = client.get("/api/requests?limit=1", headers=headers).json()
    rest = client.get(f"/api/requests?cursor={first['next']}", headers=headers).json()

    (item,) = first["items"]
    assert (item["booking"]["id"], item["taken"]) == (str(one.pk), [])
    assert [each["id"] for each in item["rivals"]] == [str(rival.pk)]
    assert [each["booking"]["title"] for each in rest["items"]] == ["Rival"]
    assert client.get("/api/requests", headers=bearer(make.token(cast.bob))).status_code == 403
