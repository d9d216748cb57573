"""Giving, renewing and taking back: what is left behind, and that a refusal leaves nothing."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from infra24.core.days import months_after, wall_of
from infra24.facilities.errors import (
    AlreadyGranted,
    AlreadyRevoked,
    GrantedLater,
    GrantNotFound,
    LapsesBeforeGranted,
    QualificationArchived,
    QualificationNotFound,
)
from infra24.facilities.queries.qualifications import being, grant_for, visible_grants
from infra24.facilities.services.grants import give_qualification, revoke_grant
from infra24.orgs.tenancy import acting_for
from infra24.people.errors import PersonNotFound
from infra24.people.models import Person
from infra24.resources.models import Grant, Qualification
from tests import make
from tests.make import Cast
from tests.recorded import audited, recorded_facts

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = make.cast()
    with acting_for(made.house.pk):
        yield made


def today(cast: Cast) -> date:
    return wall_of(datetime.now(UTC), cast.house.time_zone).date()


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 11, 26), 12, date(2027, 11, 26)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 8, 31), 13, date(2027, 9, 30)),
        (date(2026, 5, 4), 0, date(2026, 5, 4)),
    ],
)
def test_months_end_on_the_same_day_or_the_month_s_last(day: date, months: int, expected: date) -> None:
    assert months_after(day, months) == expected


def test_what_is_given_today_lasts_as_long_as_the_qualification_says(cast: Cast) -> None:
    kiln, dora = make.qualification(cast.house, valid_months=6), make.person(cast.house)

    made = give_qualification(kiln.pk, person_id=dora.pk, by=cast.alice, source="staff", note=" Shown by Ana ")

    given = grant_for(cast.alice, made.pk)
    assert (given.granted_on, given.lapses_on) == (today(cast), months_after(today(cast), 6))
    assert (given.person, given.granted_by, given.note, given.revoked_at) == (dora, cast.alice, "Shown by Ana", None)
    assert (recorded_facts(), audited()) == (["grant.given"], ["grant.give"])


def test_the_last_day_may_be_said(cast: Cast) -> None:
    kiln = make.qualification(cast.house, valid_months=6)
    days: dict[str, Any] = {"granted_on": date(2026, 1, 31), "lapses_on": date(2026, 3, 1)}

    made = give_qualification(kiln.pk, person_id=make.person(cast.house).pk, by=cast.alice, source="staff", **days)

    assert (made.granted_on, made.lapses_on) == (date(2026, 1, 31), date(2026, 3, 1))
    assert [str(made.state_on(date(2026, 3, day))) for day in (1, 2)] == ["valid", "lapsed"]


@pytest.mark.parametrize("lapses_on", [None, date(2021, 1, 1)])
def test_nobody_is_given_it_twice_though_it_lapsed(cast: Cast, lapses_on: date | None) -> None:
    kiln, dora = make.qualification(cast.house), make.person(cast.house)
    had = make.grant(kiln, dora, lapses_on=lapses_on)

    with pytest.raises(AlreadyGranted):
        give_qualification(kiln.pk, person_id=dora.pk, by=cast.alice, source="staff")

    assert list(Grant.objects.all()) == [had]
    assert (recorded_facts(), audited()) == ([], [])


def test_renewing_keeps_the_old_row_and_writes_a_new_one(cast: Cast) -> None:
    kiln, dora = make.qualification(cast.house, valid_months=12), make.person(cast.house)
    had = make.grant(kiln, dora, lapses_on=date(2021, 1, 1))

    made = give_qualification(kiln.pk, person_id=dora.pk, renew=True, by=cast.alice, source="staff")

    had.refresh_from_db()
    assert (had.lapses_on, had.revoked_at is None, made.revoked_at) == (date(2021, 1, 1), False, None)
    assert [str(each.state_on(today(cast))) for each in (had, made)] == ["revoked", "valid"]
    assert recorded_facts() == ["grant.revoked", "grant.given"]


def test_a_renewal_that_is_refused_takes_nothing_back(cast: Cast) -> None:
    kiln, dora = make.qualification(cast.house), make.person(cast.house)
    had = make.grant(kiln, dora)

    with pytest.raises(LapsesBeforeGranted):
        give_qualification(
            kiln.pk, person_id=dora.pk, renew=True, lapses_on=date(2021, 1, 1), by=cast.alice, source="staff"
        )

    had.refresh_from_db()
    assert (had.revoked_at, recorded_facts()) == (None, [])


def test_what_cannot_be_given_leaves_no_trace(cast: Cast) -> None:
    kiln, dora = make.qualification(cast.house), make.person(cast.house)
    erased, abroad = make.person(cast.house), make.person(cast.elsewhere)
    Person.objects.filter(pk=erased.pk).update(erased_at=datetime.now(UTC))
    put_away = make.qualification(cast.house)
    Qualification.objects.filter(pk=put_away.pk).update(archived_at=datetime.now(UTC))
    tomorrow = today(cast) + timedelta(days=1)

    days: Any
    for qualification, person, days, refusal in [
        (kiln.pk, erased.pk, {}, PersonNotFound),
        (kiln.pk, abroad.pk, {}, PersonNotFound),
        (dora.pk, dora.pk, {}, QualificationNotFound),
        (put_away.pk, dora.pk, {}, QualificationArchived),
        (kiln.pk, dora.pk, {"granted_on": tomorrow}, GrantedLater),
    ]:
        with pytest.raises(refusal):
            give_qualification(qualification, person_id=person, by=cast.alice, source="staff", **days)

    assert (Grant.objects.count(), recorded_facts(), audited()) == (0, [], [])


def test_taking_back_keeps_the_row_and_happens_once(cast: Cast) -> None:
    had = make.grant(make.qualification(cast.house), make.person(cast.house))

    revoke_grant(had, by=cast.alice, source="staff")
    with pytest.raises(AlreadyRevoked):
        revoke_grant(had, by=cast.alice, source="staff")

    assert [str(each.state_on(today(cast))) for each in Grant.objects.all()] == ["revoked"]
    assert (recorded_facts(), audited()) == (["grant.revoked"], ["grant.revoke"])


def test_members_see_their_own_and_others_nothing(cast: Cast) -> None:
    kiln = make.qualification(cast.house)
    theirs = make.grant(kiln, make.person(cast.house))
    own = make.grant(kiln, make.person(cast.house, member=cast.bob))

    assert set(visible_grants(cast.alice)) == {theirs, own}
    assert list(visible_grants(cast.bob)) == [own]
    with pytest.raises(GrantNotFound):
        grant_for(cast.bob, theirs.pk)
    with acting_for(cast.elsewhere.pk):
        assert list(visible_grants(cast.charlie)) == []


def test_what_was_given_before_the_account_existed_is_the_member_s(cast: Cast) -> None:
    """Known by the e-mail address, as at the first booking; not when two people have it."""
    given = make.grant(make.qualification(cast.house), make.person(cast.house, email=cast.bob.user.email))

    assert list(visible_grants(cast.bob)) == [given]
    make.person(cast.house, email=cast.bob.user.email)
    assert list(visible_grants(cast.bob)) == []


def test_the_state_in_the_database_is_the_state_of_the_row(cast: Cast) -> None:
    kiln, day = make.qualification(cast.house), date(2026, 5, 4)
    for lapses_on in (None, date(2026, 5, 3), day, date(2026, 5, 5)):
        make.grant(kiln, make.person(cast.house), lapses_on=lapses_on)
    taken = make.grant(kiln, make.person(cast.house))
    Grant.objects.filter(pk=taken.pk).update(revoked_at=datetime.now(UTC))

    for state in ("valid", "lapsed", "revoked"):
        found = set(Grant.objects.filter(being(state, today=day)))
        assert found == {each for each in Grant.objects.all() if each.state_on(day) == state}
