"""What PostgreSQL refuses on the waitlist, even without the services."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from infra24.core.constraints import constraint_of
from infra24.core.ids import new_id
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.make import NOON
from tests.waitlist.story import HOUR, House

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> House:
    """Bob is being offered the kiln, Cleo waits."""
    house = House()
    house.bobs, house.cleos = house.wait(house.bob), house.wait(house.member("Cleo"))  # type: ignore[attr-defined]
    house.cancel()
    house.run()
    return house


def refused(house: House, sql: str, *values: Any) -> str:
    """The constraint's name; empty when PostgreSQL takes it."""
    try:
        with acting_for(house.org.pk), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
    except IntegrityError as error:
        return constraint_of(error)
    return ""


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("status = 'lost'", "entry_status_known"),
        ("resource_id = NULL", "entry_says_what"),
        ("kind = 'space'", "entry_says_what"),
        ("features = '[\"projector\"]'", "entry_says_what"),
        ("resource_id = NULL, kind = 'ship'", "entry_says_what"),
        ("length = interval '0'", "entry_length_possible"),
        ("length = interval '32 days', until = since + interval '40 days'", "entry_length_possible"),
        ("until = since + interval '59 minutes'", "entry_window_long_enough"),
        ("until = since + interval '63 days'", "entry_window_not_too_long"),
        ("days = '{}'", "entry_days_of_the_week"),
        ("days = '{1,7}'", "entry_days_of_the_week"),
        ("opens_minute = 1440, closes_minute = 1500", "entry_hours_of_a_day"),
        ("opens_minute = 600, closes_minute = 600", "entry_hours_of_a_day"),
        ("closes_minute = 2881", "entry_hours_of_a_day"),
        ("units = 0", "entry_size_positive"),
        ("party_size = 0", "entry_size_positive"),
        ("joined_at = joined_at - interval '1 second'", "entry_place_kept"),
    ],
)
def test_an_entry_is_sane_and_keeps_its_place(house: House, change: str, constraint: str) -> None:
    cleos: Any = house.cleos  # type: ignore[attr-defined]
    assert refused(house, f"UPDATE waitlist_entry SET {change} WHERE id = %s", cleos.pk) == constraint


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("outcome = 'lost', ended_at = now()", "offer_outcome_known"),
        ("outcome = 'taken'", "offer_ends_with_outcome"),
        ("ended_at = now()", "offer_ends_with_outcome"),
        ("ends_at = starts_at", "offer_ends_after_start"),
        ("expires_at = offered_at", "offer_expires_before_start"),
        ("expires_at = starts_at + interval '1 second'", "offer_expires_before_start"),
    ],
)
def test_an_offer_is_sane(house: House, change: str, constraint: str) -> None:
    assert refused(house, f"UPDATE waitlist_offer SET {change}") == constraint


COPY = """
    INSERT INTO waitlist_offer
        (id, org_id, entry_id, booking_id, resource_id, starts_at, ends_at, offered_at, expires_at, outcome, ended_at)
    SELECT %s, org_id, coalesce(%s, entry_id), coalesce(%s, booking_id), resource_id, starts_at, ends_at, offered_at,
           expires_at, outcome, ended_at
      FROM waitlist_offer
"""


def test_an_entry_has_one_open_offer(house: House) -> None:
    other = make.booking(house.alice, house.kiln, starts_at=NOON + HOUR, status="hold")

    assert refused(house, COPY, new_id(), None, other.pk) == "offer_one_open"


def test_a_hold_is_offered_once(house: House) -> None:
    cleos: Any = house.cleos  # type: ignore[attr-defined]

    assert refused(house, COPY, new_id(), cleos.pk, None) == "offer_once_a_hold"


def test_an_end_stays_an_end(house: House) -> None:
    bobs: Any = house.bobs  # type: ignore[attr-defined]
    house.accept(bobs, house.bob)

    again = "UPDATE waitlist_entry SET status = 'waiting' WHERE id = %s"
    assert refused(house, again, bobs.pk) == "entry_end_final"
    assert refused(house, "UPDATE waitlist_offer SET outcome = 'passed'") == "offer_outcome_final"


def test_every_change_raises_the_version(house: House) -> None:
    cleos: Any = house.cleos  # type: ignore[attr-defined]

    assert refused(house, "UPDATE waitlist_entry SET title = 'X', version = 1 WHERE id = %s", cleos.pk) == ""
    assert house.entry(cleos).version == 2


@pytest.mark.parametrize("minutes", [29, 2881])
def test_how_long_an_offer_lasts_is_within_reason(house: House, minutes: int) -> None:
    sql = "INSERT INTO waitlist_terms (id, org_id, offer_minutes, version) VALUES (%s, %s, %s, 1)"

    assert refused(house, sql, new_id(), house.org.pk, minutes) == "terms_offer_reasonable"


def test_an_organisation_says_it_once(house: House) -> None:
    sql = "INSERT INTO waitlist_terms (id, org_id, offer_minutes, version) VALUES (%s, %s, %s, 1)"

    assert refused(house, sql, new_id(), house.org.pk, 60) == ""
    assert refused(house, sql, new_id(), house.org.pk, 90) == "terms_said_once"


@pytest.mark.parametrize(("table", "column"), [("waitlist_entry", "resource_id"), ("waitlist_offer", "booking_id")])
def test_nothing_points_out_of_the_organisation(house: House, table: str, column: str) -> None:
    elsewhere = make.resource(house.cast.elsewhere)
    foreign = make.booking(house.cast.charlie, elsewhere, starts_at=NOON + timedelta(days=1))
    target = elsewhere.pk if column == "resource_id" else foreign.pk

    assert refused(house, f"UPDATE {table} SET {column} = %s", target) == f"{table}_{column}_in_org"
