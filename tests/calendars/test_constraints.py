"""What PostgreSQL refuses, whoever asks."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from infra24.calendars.models import ImportRow
from infra24.calendars.services.importing import start_import
from infra24.core.ids import new_id
from infra24.orgs.tenancy import acting_for
from infra24.people.models import BusyFeed
from tests import make
from tests.calendars.test_importing import NOON, bring, firing, read, wish


@pytest.fixture
def row(db: None) -> Iterator[ImportRow]:
    cast = make.cast()
    with acting_for(cast.house.pk):
        bring(cast, read(firing("a", NOON)), wish(make.resource(cast.house, name="Kiln")))
        yield ImportRow.objects.get()


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({}, "importrow_once"),
        ({"uid": "b"}, "importrow_booking_once"),
        ({"uid": "b", "booking_id": None}, "importrow_booked_has_booking"),
        ({"uid": "b", "booking_id": None, "state": "lost"}, "importrow_state_known"),
        ({"uid": "b", "booking_id": None, "state": "conflict", "step": "lose"}, "importrow_step_known"),
        ({"uid": "b", "booking_id": None, "state": "dismissed"}, "importrow_dismissed_says_why"),
    ],
)
def test_rows_of_imports_stay_what_they_are(row: ImportRow, change: dict[str, Any], name: str) -> None:
    row.pk = new_id()
    for field, value in change.items():
        setattr(row, field, value)

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["resource", "booking", "person", "run"])
def test_a_row_cannot_point_into_another_organisation(field: str) -> None:
    cast = make.cast()
    with acting_for(cast.elsewhere.pk):
        foreign: Any = {
            "resource": make.resource(cast.elsewhere),
            "person": make.person(cast.elsewhere),
            "run": bring_elsewhere(cast),
        }
        foreign["booking"] = make.booking(cast.charlie, foreign["resource"])
    with acting_for(cast.house.pk):
        bring(cast, read(firing("a", NOON)), wish(make.resource(cast.house, name="Kiln")))
        with pytest.raises(IntegrityError, match=f"{field}_id_in_org"), transaction.atomic():
            ImportRow.objects.update(**{field: foreign[field]})


def bring_elsewhere(cast: make.Cast) -> Any:
    room = make.resource(cast.elsewhere, name="Oven")
    return start_import(read(firing("a", NOON)), wish(room), by=cast.charlie, source="staff")


@pytest.mark.django_db
def test_a_calendar_is_connected_once_whoever_writes_it() -> None:
    cast = make.cast()
    with acting_for(cast.house.pk):
        ana = make.person(cast.house)
        BusyFeed.objects.create(org_id=cast.house.pk, person=ana, name="a", host="x", fingerprint="f")
        with pytest.raises(IntegrityError, match="busyfeed_once"), transaction.atomic():
            BusyFeed.objects.create(org_id=cast.house.pk, person=ana, name="b", host="x", fingerprint="f")
        with pytest.raises(IntegrityError, match="busyfeed_state_known"), transaction.atomic():
            BusyFeed.objects.create(org_id=cast.house.pk, person=ana, name="b", host="x", fingerprint="g", state="lost")
