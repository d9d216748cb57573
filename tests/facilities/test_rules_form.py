"""The form says what the document said: every value, there and back."""

from datetime import date
from typing import Any

import pytest
from django.utils.datastructures import MultiValueDict
from hypothesis import given, settings

from infra24.facilities.forms.rules_data import data_of
from infra24.facilities.forms.rules_hours import read_hours, write_hours
from infra24.facilities.forms.rules_sheet import RulesSheet, grown
from infra24.resources.policies import DAYS, Rules, effective
from tests.facilities.rules_documents import DOCUMENTS

DEFAULT = effective((), date(2026, 1, 1))
TODAY = date(2026, 3, 1)


def normal(rules: Rules) -> dict[str, Any]:
    """The same rules in one way of saying them: closed days named, dates in order, empty lists left out."""
    document = rules.model_dump(mode="json", by_alias=True, exclude_none=True)
    weeks = [document, *document.get("seasons", ())]
    for holder in weeks:
        if "weekly" in holder:
            holder["weekly"] = {day: holder["weekly"].get(day, []) for day in DAYS}
    approval = document.get("approval")
    if isinstance(approval, dict) and "outside" in approval:
        approval["outside"] = {day: approval["outside"].get(day, []) for day in DAYS}
    document["exceptions"] = sorted(document.get("exceptions", ()), key=lambda one: one["on"])
    return {name: value for name, value in document.items() if value != [] or name == "quotas"}


def sheet_of(rules: Rules) -> RulesSheet:
    return RulesSheet(data_of(rules, inherited=DEFAULT, valid_from=TODAY), inherited=DEFAULT)


@given(DOCUMENTS)
@settings(max_examples=50)
def test_a_document_comes_back_from_the_form_as_it_went_in(document: dict[str, Any]) -> None:
    _comes_back(document)


@pytest.mark.prove
@given(DOCUMENTS)
@settings(max_examples=2000, derandomize=False)
def test_two_thousand_documents_come_back_from_the_form_as_they_went_in(document: dict[str, Any]) -> None:
    _comes_back(document)


def _comes_back(document: dict[str, Any]) -> None:
    rules = Rules.model_validate(document)
    sheet = sheet_of(rules)

    read = sheet.read()

    assert read is not None, (sheet.form.errors, sheet.faults)
    assert normal(read) == normal(rules)


def test_a_sheet_of_nothing_inherits_everything() -> None:
    read = sheet_of(Rules()).read()

    assert read == Rules()


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("", []),
        ("09:00-13:00, 14:00-22:00", [["09:00", "13:00"], ["14:00", "22:00"]]),
        ("9-17", [["09:00", "17:00"]]),
        ("9:30 – 17.00; 18h30 to 20", [["09:30", "17:00"], ["18:30", "20:00"]]),
        ("9am-5:30pm", [["09:00", "17:30"]]),
        ("12am-12pm", [["00:00", "12:00"]]),
        ("18:00-02:00", [["18:00", "26:00"]]),
        ("18:00-26:00", [["18:00", "26:00"]]),
        ("00:00-24:00", [["00:00", "24:00"]]),
        ("20:00-00:00", [["20:00", "24:00"]]),
        ("09:00-09:00", [["09:00", "33:00"]]),
        ("nine to five", None),
        ("09:00", None),
        ("25:00-26:00", None),
        ("09:60-10:00", None),
        ("13pm-14pm", None),
        ("9-50", None),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, spans: list[list[str]] | None) -> None:
    assert read_hours(text) == spans


def test_hours_past_midnight_are_written_as_the_clock_shows_them() -> None:
    assert write_hours([["18:00", "26:00"], ["00:00", "24:00"]]) == "18:00-02:00, 00:00-24:00"


def typed(**values: str) -> RulesSheet:
    data = data_of(Rules(), inherited=DEFAULT, valid_from=TODAY)
    for name, value in values.items():
        data[name.replace("__", "-")] = value
    return RulesSheet(data, inherited=DEFAULT)


def test_every_fault_stands_beside_its_input_at_once() -> None:
    sheet = typed(
        hours="own",
        mon="nonsense",
        tue="09:00-12:00, 11:00-13:00",
        shortest_minutes_0="3",
        shortest_minutes_1="hours",
        longest_minutes_0="2",
        longest_minutes_1="hours",
        buffer_after_minutes_0="20",
        buffer_after_minutes_1="days",
        approval="when",
        seasons__TOTAL_FORMS="2",
        seasons__1__name="Summer",
        seasons__1__first_0="06",
        seasons__1__first_1="1",
        seasons__1__last_0="08",
        seasons__1__last_1="31",
        seasons__1__wed="10-12, 11-13",
        exceptions__TOTAL_FORMS="2",
        exceptions__0__on="2026-12-24",
        exceptions__1__on="2026-12-24",
        quotas="own",
        quotas__TOTAL_FORMS="1",
        quotas__0__most="0",
        quotas__0__kind="count",
        quotas__0__per="week",
    )

    assert sheet.read() is None
    errors = sheet.form.errors
    assert set(errors) == {"mon", "tue", "longest_minutes", "buffer_after_minutes", "approval"}
    assert "overlaps" in errors["tue"][0]
    assert errors["buffer_after_minutes"] == ["At most 1440."]
    assert "overlaps" in sheet.seasons.forms[1].errors["wed"][0], "blank rows before it do not count"
    assert sheet.faults["exceptions"] == ["Dec. 24, 2026 has two exceptions. Keep one of them."]
    assert sheet.quotas.forms[0].errors["most"] == ["At least 1."]


def test_blank_rows_and_rows_to_remove_are_left_out() -> None:
    sheet = typed(
        exceptions__TOTAL_FORMS="3",
        exceptions__0__on="2026-12-24",
        exceptions__0__DELETE="on",
        exceptions__2__on="2026-12-25",
    )

    read = sheet.read()

    assert read is not None
    assert [one.on for one in read.exceptions or ()] == [date(2026, 12, 25)]


def test_a_row_more_keeps_what_was_typed() -> None:
    data = MultiValueDict({"mon": ["9-12"], "seasons-TOTAL_FORMS": ["1"], "seasons-INITIAL_FORMS": ["0"]})

    more = grown(data, "seasons")

    assert (more["mon"], more["seasons-TOTAL_FORMS"]) == ("9-12", "2")
    assert data["seasons-TOTAL_FORMS"] == "1"
