"""Every fact has a type for each value, a schema that its example fits, and keeps private what people typed."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import jsonschema_rs
import msgspec
import pytest

from infra24.core.codec import encode
from infra24.facts.catalogue import CATALOGUE, FactType
from infra24.facts.events import PUBLIC, body_of, event_schema, example, recorded_schema
from infra24.facts.models import Fact
from infra24.facts.services import record
from infra24.facts.values import Kind, choice, count, counts, day, flag, ident, instant, names, text, wall_time
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.isolation.world import build

NOW = datetime(2026, 12, 1, 15, tzinfo=UTC)


@pytest.mark.parametrize("kind", PUBLIC.values(), ids=lambda kind: kind.name)
def test_every_example_fits_its_schema_and_nothing_else_does(kind: FactType) -> None:
    schema = jsonschema_rs.validator_for(event_schema(kind), validate_formats=True)

    assert schema.is_valid(example(kind))
    for broken in ({}, {**example(kind), "type": "other.thing"}, {**example(kind), "timestamp": "yesterday"}):
        assert not schema.is_valid(broken)


def test_a_type_is_a_subject_and_what_happened() -> None:
    for name, kind in CATALOGUE.items():
        subject, _, what = name.partition(".")
        assert (kind.subject_kind, bool(what), name.replace("_", "").replace(".", "").isalpha()) == (
            subject,
            True,
            True,
        )
        assert kind.meaning.endswith(".")


def test_texts_and_snapshots_are_private_and_what_leaves_the_house_names_nobody() -> None:
    values = [value for kind in CATALOGUE.values() for value in kind.data.values()]

    assert [value for value in values if value.is_public and value.kind in {Kind.TEXT, Kind.SNAPSHOT}] == []
    body = body_of(
        CATALOGUE["booking.cancelled"],
        org_id=uuid4(),
        subject_id=uuid4(),
        number=3,
        version=1,
        data={"reason": "Bob is ill.", "late": True},
        recorded_at=NOW,
    )
    assert body["data"]["values"] == {"late": True}
    assert b"Bob" not in encode(body)


@pytest.mark.parametrize(
    ("value", "good", "bad"),
    [
        (ident("x"), [uuid4(), str(uuid4())], [None, 3, NOW]),
        (ident("x", may_be_null=True), [None], [3]),
        (instant("x"), [NOW, "2026-12-01T15:00:00Z"], [3, None]),
        (day("x"), [date(2026, 12, 1)], [3]),
        (wall_time("x"), [datetime(2026, 12, 1, 10)], [3]),  # noqa: DTZ001 - a clock on a wall
        (count("x"), [0, 3], ["3", 1.5, None]),
        (flag("x"), [True], [1, "yes", None]),
        (choice("x", "a", ""), ["a", ""], ["b", None]),
        (text("x"), ["", "x"], [3, None]),
        (names("x"), [["a"], ("a",)], [{"a": 1}, 3]),
        (counts("x"), [{"a": 1}], [["a"], 3]),
    ],
)
def test_values_of_another_type_do_not_fit(value: Any, good: list[Any], bad: list[Any]) -> None:
    assert [each for each in good if not value.fits(each)] == []
    assert [each for each in bad if value.fits(each)] == []


@pytest.mark.django_db
def test_a_value_of_another_type_is_a_bug_and_leaves_no_trace() -> None:
    house = make.organisation()

    with acting_for(house.pk):
        with pytest.raises(TypeError, match="late is no yes or no"):
            record(house.pk, "booking.cancelled", now=NOW, source="test", booking_id=uuid4(), reason="", late="no")
        assert Fact.objects.count() == 0


@pytest.mark.django_db
def test_what_the_services_record_fits_the_schemas() -> None:
    """Every fact in a furnished house: made, changed, repeated, waited for, cancelled."""
    world = build()

    with acting_for(world.house.pk):
        facts = list(Fact.objects.all())
    assert len({fact.type for fact in facts}) >= 12
    for fact in facts:
        kind = CATALOGUE[fact.type]
        jsonschema_rs.validator_for(recorded_schema(kind), validate_formats=True).validate(fact.data)
        sent = body_of(
            kind,
            org_id=fact.org_id,
            subject_id=fact.subject_id,
            number=fact.number,
            version=fact.version,
            data=fact.data,
            recorded_at=fact.recorded_at,
        )
        jsonschema_rs.validator_for(event_schema(kind), validate_formats=True).validate(
            msgspec.json.decode(encode(sent))
        )
