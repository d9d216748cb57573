"""The vocabulary of qualifications: what each use case leaves behind, and that a refusal leaves nothing."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infra24.core.errors import Stale
from infra24.facilities.errors import QualificationInUse, QualificationNameTaken, QualificationNotFound
from infra24.facilities.queries.qualifications import (
    holders_page,
    qualification_for,
    visible_qualifications,
    with_figures,
)
from infra24.facilities.services.qualifications import (
    QualificationWords,
    change_qualification,
    create_qualification,
    words_of,
)
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Qualification, Resource
from tests import make
from tests.make import Cast
from tests.recorded import audited, recorded_facts

pytestmark = pytest.mark.django_db
TODAY = date(2026, 5, 4)


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = make.cast(alice=Role.MANAGER)
    with acting_for(made.house.pk):
        yield made


def test_a_new_qualification_is_there_and_said(cast: Cast) -> None:
    made = create_qualification(
        QualificationWords(" Kiln induction ", "An evening.", 12), by=cast.alice, source="staff"
    )

    stored = qualification_for(cast.bob, made.pk)
    assert (stored.name, stored.sort_key, stored.description, stored.valid_months, stored.version) == (
        "Kiln induction",
        "kiln induction",
        "An evening.",
        12,
        1,
    )
    assert (recorded_facts(), audited()) == (["qualification.added"], ["qualification.add"])


def test_a_name_is_taken_whatever_its_case_and_though_archived(cast: Cast) -> None:
    kiln = make.qualification(cast.house, name="Kiln")
    Qualification.objects.filter(pk=kiln.pk).update(archived_at=datetime.now(UTC))

    with pytest.raises(QualificationNameTaken):
        create_qualification(QualificationWords("KILN"), by=cast.alice, source="staff")

    assert list(Qualification.objects.all()) == [kiln]
    assert (recorded_facts(), audited()) == ([], [])


def test_changing_says_what_changed_and_raises_the_version(cast: Cast) -> None:
    kiln = make.qualification(cast.house, name="Kiln", valid_months=6)

    changed = change_qualification(kiln, QualificationWords("Kiln", "New.", None), by=cast.alice, source="staff")

    assert (changed.description, changed.valid_months, changed.version) == ("New.", None, 2)
    assert (recorded_facts(), audited()) == (["qualification.changed"], ["qualification.change"])


def test_saying_the_same_again_leaves_no_trace(cast: Cast) -> None:
    kiln = make.qualification(cast.house)

    assert change_qualification(kiln, words_of(kiln), by=cast.alice, source="staff").version == 1
    assert (recorded_facts(), audited()) == ([], [])


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(cast: Cast) -> None:
    kiln = make.qualification(cast.house, name="Kiln")
    change_qualification(kiln, QualificationWords("Big kiln"), by=cast.alice, source="staff")

    with pytest.raises(Stale):
        change_qualification(kiln, QualificationWords("Small kiln"), by=cast.alice, source="staff", version=1)

    assert Qualification.objects.get().name == "Big kiln"


def test_archiving_is_refused_while_something_live_asks_for_it_and_says_what(cast: Cast) -> None:
    room = make.resource(cast.house, name="Kiln room")
    kiln = make.qualification(cast.house, room, make.resource(cast.house, name="Annexe"))

    with pytest.raises(QualificationInUse, match="Annexe, Kiln room"):
        change_qualification(kiln, words_of(kiln), archived=True, by=cast.alice, source="staff")
    assert (Qualification.objects.get().archived_at, recorded_facts()) == (None, [])

    Resource.objects.update(archived_at=datetime.now(UTC))
    change_qualification(kiln, words_of(kiln), archived=True, by=cast.alice, source="staff")

    assert list(visible_qualifications(cast.bob)) == []
    assert list(visible_qualifications(cast.bob, archived=True)) == [kiln]
    change_qualification(kiln, words_of(kiln), archived=False, by=cast.alice, source="staff")
    assert recorded_facts() == ["qualification.archived", "qualification.restored"]


def test_another_house_finds_nothing(cast: Cast) -> None:
    kiln = make.qualification(cast.house)

    with acting_for(cast.elsewhere.pk):
        with pytest.raises(QualificationNotFound):
            qualification_for(cast.charlie, kiln.pk)
        assert list(visible_qualifications(cast.charlie)) == []


def test_the_list_counts_people_and_names_what_asks_at_the_same_price_for_one_and_for_many(cast: Cast) -> None:
    def figures() -> tuple[int, list[tuple[str, int, int, list[str]]]]:
        with CaptureQueriesContext(connection) as queries:
            rows = list(with_figures(visible_qualifications(cast.alice), today=TODAY))
            told = [
                (row.name, row.valid, row.lapsed, [need.resource.name for need in row.needs])  # type: ignore[attr-defined]
                for row in rows
            ]
        return len(queries), told

    kiln = make.qualification(cast.house, make.resource(cast.house, name="Kiln A"), name="Kiln")
    make.grant(kiln, make.person(cast.house), lapses_on=date(2026, 5, 3))
    make.grant(kiln, make.person(cast.house), lapses_on=TODAY)
    make.grant(kiln, make.person(cast.house))
    price, told = figures()
    assert (price, told) == (2, [("Kiln", 2, 1, ["Kiln A"])])

    for _ in range(3):
        make.grant(make.qualification(cast.house, make.resource(cast.house)), make.person(cast.house))
    assert figures()[0] == price


def test_holders_come_by_name_in_pages_at_the_same_price(cast: Cast) -> None:
    kiln = make.qualification(cast.house)
    for name in ("Zoe", "Ana", "Émile"):
        make.grant(kiln, make.person(cast.house, name=name))
    lapsed = make.person(cast.house, name="Mia")
    make.grant(kiln, lapsed, lapses_on=date(2026, 5, 3))

    with CaptureQueriesContext(connection) as queries:
        first = holders_page(cast.alice, kiln, state="valid", today=TODAY, limit=2)
    rest = holders_page(cast.alice, kiln, state="valid", today=TODAY, limit=2, cursor=first.next or "")

    assert len(queries) == 2
    assert [holder.person.name for holder in (*first.items, *rest.items)] == ["Ana", "Émile", "Zoe"]
    assert rest.next is None
    states = {
        state: [holder.person.name for holder in holders_page(
            cast.alice, kiln, state=state, today=TODAY, limit=9).items]
        for state in ("lapsed", "revoked", "all", "given")
    }  # fmt: skip
    everybody = ["Ana", "Émile", "Mia", "Zoe"]
    assert states == {"lapsed": ["Mia"], "revoked": [], "all": everybody, "given": everybody}
