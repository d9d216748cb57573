"""What a change would break, and what of the last season it would have refused: asked before it is saved."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infra24.bookings.models import Booking
from infra24.core.ids import new_id
from infra24.facilities.rehearsal import Rehearsal, rehearse_closure, rehearse_rules
from infra24.facilities.scopes import RuleScope
from infra24.facilities.services.rules import read_rules
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import AvailabilityRule
from infra24.resources.policies import Closure
from tests import make
from tests.make import NOON, Cast

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LAST_MONTH = NOON - 35 * DAY


@pytest.fixture
def cast() -> Cast:
    return make.cast()


def rehearse(cast: Cast, document: dict[str, Any], *, scope: RuleScope | None = None) -> Rehearsal:
    now = datetime.now(UTC)
    with acting_for(cast.house.pk):
        return rehearse_rules(
            cast.alice, read_rules(document), scope=scope or RuleScope(), valid_from=now.date(), now=now
        )


def told(rehearsal: Rehearsal) -> tuple[list[tuple[str, list[str]]], list[tuple[str, list[str]]]]:
    breaks, refused = (
        [(struck.booking.title, [reason.code for reason in struck.reasons]) for struck in side]
        for side in (rehearsal.breaks, rehearsal.would_have_refused)
    )
    return breaks, refused


def test_what_lies_outside_new_hours_is_named_on_both_sides_of_today(cast: Cast) -> None:
    room = make.resource(cast.house)
    make.booking(cast.alice, room, title="Late", starts_at=NOON + 5 * HOUR)
    make.booking(cast.alice, room, title="Noon")
    make.booking(cast.alice, room, title="Late last month", starts_at=LAST_MONTH + 5 * HOUR)

    rehearsal = rehearse(cast, make.open_week("09:00", "15:00"))

    assert told(rehearsal) == ([("Late", ["closed"])], [("Late last month", ["closed"])])
    assert (rehearsal.examined_ahead, rehearsal.examined_past, rehearsal.is_whole) == (2, 1, True)
    with acting_for(cast.house.pk):
        assert AvailabilityRule.objects.count() == 1


def test_only_the_scope_is_asked_about(cast: Cast) -> None:
    room, kiln = make.resource(cast.house), make.resource(cast.house, kind="equipment")
    make.booking(cast.alice, room, title="Room")
    make.booking(cast.alice, kiln, title="Kiln")

    assert told(rehearse(cast, make.closed_week(), scope=RuleScope(kind="equipment")))[0] == [("Kiln", ["closed"])]
    assert told(rehearse(cast, make.closed_week(), scope=RuleScope(resource=room)))[0] == [("Room", ["closed"])]


def test_a_longer_pack_down_strikes_neighbours(cast: Cast) -> None:
    room = make.resource(cast.house)
    make.booking(cast.alice, room, title="First")
    make.booking(cast.alice, room, title="Second", starts_at=NOON + HOUR)
    make.booking(cast.alice, room, title="Far", starts_at=NOON + 4 * HOUR)

    breaks, _ = told(rehearse(cast, {"buffer_after_minutes": 30}))

    assert breaks == [("First", ["slot_taken"])]


def test_members_of_last_season_would_have_been_bound_by_notice_and_quotas(cast: Cast) -> None:
    room = make.resource(cast.house)
    bob = make.person(cast.house, member=cast.bob)
    for hours in (0, 2):
        made = make.booking(cast.alice, room, starts_at=LAST_MONTH + hours * HOUR, person=bob, title=f"Bob {hours}")
        with acting_for(cast.house.pk):
            created = LAST_MONTH - 2 * HOUR + hours * timedelta(minutes=1)
            Booking.objects.filter(pk=made.pk).update(source="self", created_at=created)
    by_staff = make.booking(cast.alice, room, starts_at=LAST_MONTH + 4 * HOUR, person=bob, title="Staff")
    with acting_for(cast.house.pk):
        Booking.objects.filter(pk=by_staff.pk).update(created_at=LAST_MONTH - 3 * HOUR)

    assert told(rehearse(cast, {"notice_minutes": 180}))[1] == [("Bob 0", ["too_soon"])]
    assert told(rehearse(cast, {"quotas": [{"per": "day", "count": 2}]}))[1] == [("Bob 2", ["quota_used"])]


def test_a_closure_is_asked_about_as_if_a_year_earlier(cast: Cast) -> None:
    hall = make.resource(cast.house, name="Hall")
    half = make.resource(cast.house, name="Half", part_of=hall)
    other = make.resource(cast.house, name="Other")
    ahead = NOON + 7 * DAY
    make.booking(cast.alice, hall, title="Hall", starts_at=ahead)
    make.booking(cast.alice, other, title="Other", starts_at=ahead)
    try:
        last_year = ahead.replace(year=ahead.year - 1)
    except ValueError:
        last_year = ahead - 365 * DAY
    make.booking(cast.alice, half, title="Half last year", starts_at=last_year)
    day = ahead.replace(tzinfo=None, hour=0)
    closure = Closure(new_id(), "Floor", day, day + 2 * DAY)

    with acting_for(cast.house.pk):
        rehearsal = rehearse_closure(cast.alice, closure, scope=RuleScope(resource=half), now=datetime.now(UTC))

    assert told(rehearsal) == ([("Hall", ["closure"])], [("Half last year", ["closure"])])


def test_it_costs_as_many_queries_for_thirty_as_for_one(cast: Cast) -> None:
    def queries() -> int:
        with acting_for(cast.house.pk), CaptureQueriesContext(connection) as sent:
            now = datetime.now(UTC)
            rehearse_rules(
                cast.alice, read_rules(make.closed_week()), scope=RuleScope(), valid_from=now.date(), now=now
            )
        return len(sent)

    make.booking(cast.alice, make.resource(cast.house))
    one = queries()
    for _ in range(8):
        make.booking(cast.alice, make.resource(cast.house))

    assert queries() == one
