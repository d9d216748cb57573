"""Members book by plain pages, and find, ask for and cancel their own."""

from datetime import timedelta

import pytest

from infra24.bookings.models import Status
from tests import make
from tests.bookings.forms_story import form, stored
from tests.make.bookings import NOON, booking

pytestmark = pytest.mark.django_db


def test_a_member_books_by_a_plain_form_and_finds_it_among_theirs() -> None:
    cast = make.cast()
    kiln = make.resource(cast.house, name="Kiln A")
    page = make.client(cast.bob)

    assert "Kiln A" in page.get("/o/oolite/book").content.decode()
    assert "When it is free" in page.get(f"/o/oolite/book/{kiln.pk}").content.decode()
    response = page.post(f"/o/oolite/book/{kiln.pk}", form(kiln))

    (made,) = stored(cast.house.pk)
    assert response.headers["Location"] == "/o/oolite/my"
    assert (made.status, made.source) == ("confirmed", "self")
    assert "Firing" in page.get("/o/oolite/my").content.decode()
    assert "Firing" not in make.client(cast.alice).get("/o/oolite/my").content.decode()


def test_what_is_offered_first_can_be_had_as_it_stands() -> None:
    cast = make.cast()
    rules = {**make.open_week("00:00", "24:00"), "slot_minutes": 60, "shortest_minutes": 240, "notice_minutes": 61}
    kiln = make.resource(cast.house, rules=rules)
    page = make.client(cast.bob)

    html = page.get(f"/o/oolite/book/{kiln.pk}").content.decode()
    offered = {name: html.partition(f'name="{name}" value="')[2].partition('"')[0] for name in ("date", "start", "end")}
    response = page.post(f"/o/oolite/book/{kiln.pk}", form(kiln, **offered))

    assert response.status_code == 302
    assert offered["start"].endswith(":00")
    (made,) = stored(cast.house.pk)
    assert made.ends_at - made.starts_at == timedelta(hours=4)


@pytest.mark.parametrize("hours", [1, 120])
def test_a_member_is_not_offered_to_cancel_what_has_begun(hours: int) -> None:
    cast = make.cast()
    kiln = make.resource(cast.house, rules=make.open_week("00:00", "24:00"))
    bob = make.person(cast.house, member=cast.bob)
    made = booking(cast.alice, kiln, starts_at=NOON - timedelta(days=4), hours=hours, person=bob)
    later = booking(cast.alice, kiln, starts_at=NOON + timedelta(days=4), person=bob)
    page = make.client(cast.bob)

    html = page.get("/o/oolite/my").content.decode()
    assert f"/my/{made.pk}/cancel" not in html
    assert f"/my/{made.pk}/transfer" not in html
    assert f"/my/{later.pk}/cancel" in html
    html = page.get(f"/o/oolite/my/{made.pk}/cancel").content.decode()
    assert "It has begun already. Ask staff if something is to change." in html
    assert 'type="submit">Cancel the booking' not in html
    assert (
        'type="submit">Cancel the booking'
        in make.client(cast.alice).get(f"/o/oolite/admin/bookings/{made.pk}/cancel").content.decode()
    )


def test_a_member_asks_for_what_needs_approval() -> None:
    cast = make.cast()
    kiln = make.resource(cast.house, rules={**make.open_week(), "approval": "always"})

    html = make.client(cast.bob).post(f"/o/oolite/book/{kiln.pk}", form(kiln), follow=True).content.decode()

    assert "Requested: Firing. Staff will answer." in html
    assert stored(cast.house.pk)[0].status == Status.PENDING


def test_a_member_takes_an_offered_time_instead() -> None:
    cast = make.cast()
    kiln = make.resource(cast.house)
    booking(cast.alice, kiln)
    page = make.client(cast.bob)
    refused = page.post(f"/o/oolite/book/{kiln.pk}", form(kiln)).content.decode()
    offer = refused.partition('name="take" value="')[2].partition('"')[0]

    page.post(f"/o/oolite/book/{kiln.pk}", form(kiln, take=offer))

    assert [made.starts_at for made in stored(cast.house.pk)] == [NOON, NOON + timedelta(hours=1)]


def test_members_pages_are_closed_to_strangers() -> None:
    cast = make.cast()
    kiln = make.resource(cast.house)

    for page in ("my", "book", f"book/{kiln.pk}"):
        assert make.client(cast.charlie).get(f"/o/oolite/{page}").status_code == 404
        assert make.client().get(f"/o/oolite/{page}").status_code == 302


def test_a_member_cancels_their_own_and_cannot_find_others() -> None:
    cast = make.cast()
    mine = booking(cast.bob, make.resource(cast.house))
    theirs = booking(cast.alice, make.resource(cast.house))
    page = make.client(cast.bob)

    assert page.get(f"/o/oolite/my/{theirs.pk}/cancel").status_code == 404
    assert page.post(f"/o/oolite/my/{mine.pk}/cancel", {"reason": "ill"}).headers["Location"] == "/o/oolite/my"
    assert [made.status for made in stored(cast.house.pk)] == [Status.CANCELLED, Status.CONFIRMED]
