"""Bookings of several things, or of a choice, on pages; and what is offered instead taken with one button."""

import re
from datetime import timedelta
from uuid import UUID

import pytest

from infra24.bookings.models import Booking, Leg, Source
from infra24.bookings.services import BookingWish, LegWish, create_booking
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Resource
from tests import make
from tests.bookings.forms_story import form, shown, stored
from tests.make import Cast
from tests.make.bookings import NOON, booking

pytestmark = pytest.mark.django_db


def test_several_things_are_booked_with_one_form() -> None:
    cast = make.cast()
    room, kiln, press, other_press = (
        make.resource(cast.house, name=each) for each in ("Room", "Kiln", "A press", "B press")
    )
    booking(cast.alice, room)
    page = make.client(cast.alice)

    several = form(room, title="Open day", instead=[press.pk, other_press.pk], also=[kiln.pk])
    answer = page.post("/o/oolite/admin/bookings/new", several)

    assert answer.status_code == 302, answer.content.decode()
    made = [one for one in stored(cast.house.pk) if one.title == "Open day"]
    assert legs_of(cast, made[0]) == [press.pk, kiln.pk]


def test_what_is_needed_besides_can_be_unticked_and_keeps_its_units() -> None:
    cast = make.cast()
    room, kiln = make.resource(cast.house), make.resource(cast.house)
    cameras = make.resource(cast.house, kind="equipment", units=6)
    wish = BookingWish(
        "Shoot", NOON, NOON + timedelta(hours=1), (LegWish(room.pk), LegWish(cameras.pk, 3), LegWish(kiln.pk))
    )
    with acting_for(cast.house.pk):
        made = create_booking(wish, by=cast.alice, source=Source.STAFF)
    page = make.client(cast.alice)

    fields = shown(page, made)
    assert fields["also"] == [str(cameras.pk), str(kiln.pk)]
    page.post(f"/o/oolite/admin/bookings/{made.pk}/edit", {**fields, "also": [str(cameras.pk)]})

    assert legs_of(cast, made) == [room.pk, cameras.pk]
    with acting_for(cast.house.pk):
        assert Leg.objects.get(booking_id=made.pk, resource_id=cameras.pk).units == 3


def test_what_is_archived_by_now_stays_with_a_booking_that_is_edited() -> None:
    cast = make.cast()
    room, kiln = make.resource(cast.house), make.resource(cast.house)
    made = booking(cast.alice, room, kiln)
    with acting_for(cast.house.pk):
        Resource.objects.filter(pk=kiln.pk).update(archived_at=NOON)
    page = make.client(cast.alice)

    page.post(f"/o/oolite/admin/bookings/{made.pk}/edit", {**shown(page, made), "title": "Glaze"})

    assert legs_of(cast, made) == [room.pk, kiln.pk]


def test_something_similar_is_taken_with_one_button() -> None:
    cast = make.cast()
    room, other = make.resource(cast.house, name="Room"), make.resource(cast.house, name="Other room")
    booking(cast.alice, room)
    page, fields = make.client(cast.alice), form(room, title="Mine")

    refusal = page.post("/o/oolite/admin/bookings/new", fields)
    (similar,) = [one for one in refusal.context["alternatives"] if one.place]
    assert (refusal.status_code, similar.place) == (409, "Other room")
    (take,) = re.findall(f'value="([^"]+/{other.pk}/{room.pk})"', refusal.content.decode())
    answer = page.post("/o/oolite/admin/bookings/new", {**fields, "take": take})

    assert answer.status_code == 302
    (mine,) = [one for one in stored(cast.house.pk) if one.title == "Mine"]
    assert (legs_of(cast, mine), mine.starts_at) == ([other.pk], NOON)


def legs_of(cast: Cast, booking: Booking) -> list[UUID]:
    with acting_for(cast.house.pk):
        legs = Leg.objects.filter(booking_id=booking.pk, is_implied=False)
        return list(legs.order_by("id").values_list("resource_id", flat=True))
