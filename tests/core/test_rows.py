"""Instances made from the rows of statements by hand."""

import pytest
from django.db import connection

from infra24.bookings.models import Booking, Leg
from infra24.core.ids import new_id
from infra24.core.rows import Columns, instances, loaded
from infra24.orgs.models import Member
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Resource
from tests import make

pytestmark = pytest.mark.django_db


def test_an_instance_is_as_the_orm_would_have_loaded_it() -> None:
    house = make.organisation()
    room = make.resource(house, name="Print Lab")
    columns = Columns(Resource, "r", besides=["features"])
    with acting_for(house.pk):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {columns.sql}, NULL FROM resources_resource r WHERE r.id = %s", [room.pk])
            row = cursor.fetchone()
        found, nothing = instances([*row, None], [columns, Columns(Member, "m")])
        by_the_orm = Resource.objects.defer("features").get(pk=room.pk)
        assert nothing is None
        assert found == by_the_orm
        assert {name: getattr(found, name) for name in columns.names} == {
            name: getattr(by_the_orm, name) for name in columns.names
        }
        assert (found._state.adding, found._state.db) == (False, by_the_orm._state.db)
        assert found.get_deferred_fields() == {"features"}
        assert not found.photo
        assert found.features == by_the_orm.features, "fetched when it is asked for"
        found.name = "Litho Lab"
        found.save(update_fields=["name"])
        assert Resource.objects.get(pk=room.pk).name == "Litho Lab"


def test_what_it_stands_for_is_given_with_it() -> None:
    leg, other = loaded(Leg, {"booking_id": None}, booking=None), loaded(Leg, {"units": 2})
    booking = loaded(Booking, {"id": new_id(), "person_id": None}, person=None)
    leg.booking = booking
    assert (booking.person, leg.booking_id) == (None, booking.pk)
    assert "booking" not in other._state.fields_cache
