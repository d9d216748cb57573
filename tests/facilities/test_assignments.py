"""Who works where: what each use case leaves behind, and that a refusal leaves nothing."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from infra24.core.constraints import constraint_of
from infra24.core.errors import Stale
from infra24.facilities.errors import (
    AlreadyInStudio,
    AssignmentNotFound,
    LeavesBeforeMovingIn,
    NotAStudio,
    StudioArchived,
)
from infra24.facilities.queries.assignments import assignment_for, holding_on, studios_on, visible_assignments
from infra24.facilities.services.assignments import AssignmentDays, assign_studio, change_assignment
from infra24.orgs.tenancy import acting_for
from infra24.people.errors import PersonNotFound
from infra24.people.models import Person
from infra24.resources.errors import ResourceNotFound
from infra24.resources.models import Resource, StudioAssignment
from tests import make
from tests.make import Cast
from tests.recorded import audited, recorded_facts

pytestmark = pytest.mark.django_db
MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)
DAY = timedelta(days=1)


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = make.cast()
    with acting_for(made.house.pk):
        yield made


def test_several_people_share_a_studio(cast: Cast) -> None:
    room = make.resource(cast.house)
    people = [make.person(cast.house) for _ in range(2)]

    made = [
        assign_studio(
            each.pk, resource_id=room.pk, starts_on=MAY, note=" By the window ", by=cast.alice, source="staff"
        )
        for each in people
    ]

    assert [(each.person, each.resource, each.starts_on, each.ends_on, each.note) for each in made] == [
        (person, room, MAY, None, "By the window") for person in people
    ]
    assert (recorded_facts(), audited()) == (["assignment.made"] * 2, ["assignment.make"] * 2)


def test_nobody_has_a_studio_twice_at_a_time(cast: Cast) -> None:
    room, dora = make.resource(cast.house), make.person(cast.house)
    had = make.assignment(dora, room, starts_on=MAY, ends_on=JUNE)

    for starts_on, ends_on in [(JUNE, None), (JUNE, JULY), (MAY - DAY, MAY), (MAY + DAY, MAY + 2 * DAY)]:
        with pytest.raises(AlreadyInStudio):
            assign_studio(
                dora.pk, resource_id=room.pk, starts_on=starts_on, ends_on=ends_on, by=cast.alice, source="staff"
            )
    assert (list(StudioAssignment.objects.all()), recorded_facts()) == ([had], [])

    assign_studio(dora.pk, resource_id=room.pk, starts_on=JUNE + DAY, by=cast.alice, source="staff")
    assign_studio(dora.pk, resource_id=make.resource(cast.house).pk, starts_on=MAY, by=cast.alice, source="staff")


def test_postgresql_refuses_it_to_somebody_with_raw_sql(cast: Cast) -> None:
    room, dora = make.resource(cast.house), make.person(cast.house)
    make.assignment(dora, room, starts_on=MAY)

    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        make.assignment(dora, room, starts_on=JULY)

    assert constraint_of(refusal.value) == "studioassignment_once"


def test_what_cannot_be_assigned_leaves_no_trace(cast: Cast) -> None:
    room, dora, erased = make.resource(cast.house), make.person(cast.house), make.person(cast.house)
    Person.objects.filter(pk=erased.pk).update(erased_at=datetime.now(UTC))
    put_away = make.resource(cast.house)
    Resource.objects.filter(pk=put_away.pk).update(archived_at=datetime.now(UTC))
    kiln, abroad = make.resource(cast.house, kind="equipment"), make.resource(cast.elsewhere)

    days: Any
    for person, space, days, refusal in [
        (erased.pk, room.pk, {}, PersonNotFound),
        (make.person(cast.elsewhere).pk, room.pk, {}, PersonNotFound),
        (dora.pk, abroad.pk, {}, ResourceNotFound),
        (dora.pk, kiln.pk, {}, NotAStudio),
        (dora.pk, put_away.pk, {}, StudioArchived),
        (dora.pk, room.pk, {"starts_on": JUNE, "ends_on": MAY}, LeavesBeforeMovingIn),
    ]:
        with pytest.raises(refusal):
            assign_studio(person, resource_id=space, by=cast.alice, source="staff", **days)

    assert (StudioAssignment.objects.count(), recorded_facts(), audited()) == (0, [], [])


def test_days_are_changed_once_seen(cast: Cast) -> None:
    had = make.assignment(make.person(cast.house), make.resource(cast.house), starts_on=MAY)

    ended = change_assignment(had, AssignmentDays(MAY, JUNE, "Moves"), by=cast.alice, source="staff", version=1)
    again = change_assignment(had, AssignmentDays(MAY, JUNE, "Moves"), by=cast.alice, source="staff")
    with pytest.raises(Stale):
        change_assignment(had, AssignmentDays(MAY, JULY), by=cast.alice, source="staff", version=1)
    with pytest.raises(LeavesBeforeMovingIn):
        change_assignment(had, AssignmentDays(JULY, JUNE), by=cast.alice, source="staff")

    assert (ended.ends_on, ended.note, ended.version, again.version) == (JUNE, "Moves", 2, 2)
    assert (recorded_facts(), audited()) == (["assignment.changed"], ["assignment.change"])


def test_a_change_cannot_reach_into_another_of_the_same_person(cast: Cast) -> None:
    room, dora = make.resource(cast.house), make.person(cast.house)
    first = make.assignment(dora, room, starts_on=MAY, ends_on=JUNE)
    make.assignment(dora, room, starts_on=JULY)

    with pytest.raises(AlreadyInStudio):
        change_assignment(first, AssignmentDays(MAY, None), by=cast.alice, source="staff")

    first.refresh_from_db()
    assert (first.ends_on, recorded_facts()) == (JUNE, [])


def test_the_studios_of_a_day_at_the_same_price_for_one_and_for_many(cast: Cast) -> None:
    room = make.resource(cast.house, name="North")
    past, present, future = (make.person(cast.house, name=name) for name in ("Past", "Present", "Future"))
    make.assignment(past, room, starts_on=MAY, ends_on=JUNE - DAY)
    make.assignment(present, room, starts_on=MAY, ends_on=JUNE)
    make.assignment(future, room, starts_on=JUNE + DAY)
    make.assignment(make.person(cast.house), make.resource(cast.house), ends_on=date(2020, 2, 1))

    with CaptureQueriesContext(connection) as queries:
        (studio,) = studios_on(cast.alice, JUNE)
        named = [[each.person.name for each in ones] for ones in (studio.past, studio.present, studio.future)]

    assert (studio.resource, named, len(queries)) == (room, [["Past"], ["Present"], ["Future"]], 1)
    assert [each.person for each in visible_assignments(cast.alice).filter(holding_on(JUNE))] == [present]


def test_members_and_strangers_find_nothing(cast: Cast) -> None:
    had = make.assignment(make.person(cast.house, member=cast.bob), make.resource(cast.house))

    for viewer in (cast.bob, cast.charlie):
        with acting_for(viewer.org_id):
            assert list(visible_assignments(viewer)) == []
            with pytest.raises(AssignmentNotFound):
                assignment_for(viewer, had.pk)
