"""Rules that contradict themselves are refused with the path of the field and what to do."""

from typing import Any

import pytest
from pydantic import ValidationError

from infra24.core.problems import faults_by_path
from infra24.resources.policies import DAYS, LONGEST_DOCUMENT, Rules, all_spans, off_grid_faults

NINE_TO_FIVE = ["09:00", "17:00"]
WEEK = {day: [NINE_TO_FIVE] for day in DAYS}


def season(first: str, last: str, name: str = "winter", **weekly: object) -> dict[str, Any]:
    return {"name": name, "from": first, "until": last, "weekly": weekly}


def exception(on: str, *hours: Any, **more: Any) -> dict[str, Any]:
    return {"on": on, "hours": list(hours), **more}


BAD: list[tuple[dict[str, Any], str, str]] = [
    # Times and spans.
    ({"weekly": {"mon": [["9:00", "12:00"]]}}, "weekly.mon.0.0", "Write the time as HH:MM, from 00:00 to 23:59."),
    ({"weekly": {"mon": [["24:00", "26:00"]]}}, "weekly.mon.0.0", "Write the time as HH:MM, from 00:00 to 23:59."),
    ({"weekly": {"mon": [["09:00", "48:05"]]}}, "weekly.mon.0.1",
     "Write the time as HH:MM, counted on past midnight: 26:00 is 02:00 of the next day."),
    ({"weekly": {"mon": [["09:00", "12:60"]]}}, "weekly.mon.0.1",
     "Write the time as HH:MM, counted on past midnight: 26:00 is 02:00 of the next day."),
    ({"weekly": {"mon": [["09:00"]]}}, "weekly.mon.0.1", "This is required."),
    ({"weekly": {"mon": [["20:00", "02:00"]]}}, "weekly.mon.0",
     "20:00 to 02:00 ends before it starts. Write a later end, or 26:00 for the next day."),
    ({"weekly": {"mon": [["09:00", "09:00"]]}}, "weekly.mon.0",
     "09:00 to 09:00 ends before it starts. Write a later end, or 33:00 for the next day."),
    ({"weekly": {"mon": [["09:00", "33:05"]]}}, "weekly.mon.0", "09:00 to 33:05 is longer than a day."),
    ({"weekly": {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}}, "weekly.mon",
     "11:00 to 13:00 overlaps 09:00 to 12:00. List spans in order and apart."),
    ({"weekly": {"mon": [["14:00", "15:00"], ["09:00", "12:00"]]}}, "weekly.mon",
     "09:00 to 12:00 overlaps 14:00 to 15:00. List spans in order and apart."),
    ({"weekly": {"mon": [["20:00", "26:00"]], "tue": [["01:00", "04:00"]]}}, "weekly",
     "mon 20:00 to 26:00 runs into tue 01:00. End it earlier."),
    ({"weekly": {"sun": [["20:00", "33:05"]], "mon": [NINE_TO_FIVE]}}, "weekly",
     "sun 20:00 to 33:05 runs into mon 09:00. End it earlier."),
    ({"weekly": {"moon": []}}, "weekly.moon.[key]",
     "Input should be 'mon', 'tue', 'wed', 'thu', 'fri', 'sat' or 'sun'"),
    # Exceptions.
    ({"exceptions": [exception("2026-02-30")]}, "exceptions.0.on",
     "Input should be a valid date or datetime, day value is outside expected range"),
    ({"exceptions": [exception("2026-03-02", until="2026-03-01")]}, "exceptions.0",
     "until must lie within a year after on. Choose a later last day, or leave it out."),
    ({"exceptions": [exception("2026-03-02", until="2027-03-04")]}, "exceptions.0",
     "until must lie within a year after on. Choose a later last day, or leave it out."),
    ({"exceptions": [exception("2026-03-02", ["20:00", "44:05"], until="2026-03-03")]}, "exceptions.0.hours.0",
     "20:00 to 44:05 is longer than a day."),
    ({"exceptions": [exception("2026-03-02", ["02:00", "04:00"], ["20:00", "27:00"], until="2026-03-03")]},
     "exceptions.0", "20:00 to 27:00 runs into the next day's hours. End it earlier."),
    ({"exceptions": [exception("2026-03-01", until="2026-03-04"), exception("2026-03-04")]}, "exceptions",
     "March 4, 2026 has two exceptions. Keep one of them."),
    ({"exceptions": [exception("2026-03-01", note="x" * 121)]}, "exceptions.0.note", "At most 120 characters."),
    # Seasons.
    ({"seasons": [season("31-12", "01-05")]}, "seasons.0.from", "Write a day of the year as MM-DD, such as 11-01."),
    ({"seasons": [season("11-31", "01-05")]}, "seasons.0.from",
     "Write a day of the year as MM-DD, such as 11-01."),
    ({"seasons": [season("02-30", "03-01")]}, "seasons.0.from", "Write a day of the year as MM-DD, such as 11-01."),
    ({"seasons": [season("11-01", "03-31"), season("03-31", "10-31", "summer")]}, "seasons",
     "On 03-31 both winter and summer hold. Let one end before the other begins."),
    ({"seasons": [season("05-01", "05-01", name="")]}, "seasons.0.name", "At least 1 characters."),
    ({"seasons": [season("05-01", "05-02", mon=[["18:00", "26:00"]], tue=[["01:00", "02:00"]])]},
     "seasons.0.weekly", "mon 18:00 to 26:00 runs into tue 01:00. End it earlier."),
    # Numbers.
    ({"slot_minutes": 0}, "slot_minutes", "At least 5."),
    ({"slot_minutes": "often"}, "slot_minutes",
     "Input should be a valid integer, unable to parse string as an integer"),
    ({"shortest_minutes": 60, "longest_minutes": 30}, "", "shortest_minutes is more than longest_minutes. Swap them."),
    ({"longest_minutes": 44641}, "longest_minutes", "At most 44640."),
    ({"buffer_before_minutes": 1441}, "buffer_before_minutes", "At most 1440."),
    ({"buffer_after_minutes": 1441}, "buffer_after_minutes", "At most 1440."),
    ({"notice_minutes": -1}, "notice_minutes", "At least 0."),
    ({"horizon_days": 1831}, "horizon_days", "At most 1830."),
    # Quotas.
    ({"quotas": [{"per": "week", "count": -1}]}, "quotas.0.count", "At least 1."),
    ({"quotas": [{"per": "week", "hours": -1}]}, "quotas.0.hours", "At least 0.25."),
    ({"quotas": [{"per": "week", "hours": 1.1}]}, "quotas.0.hours", "Input should be a multiple of 0.25"),
    ({"quotas": [{"per": "week", "count": 2, "hours": 4}]}, "quotas.0",
     "Say count or hours, one of them. For both, list two quotas."),
    ({"quotas": [{"per": "week"}]}, "quotas.0", "Say count or hours, one of them. For both, list two quotas."),
    ({"quotas": [{"per": "year", "count": 2}]}, "quotas.0.per", "Input should be 'day', 'week' or 'month'"),
    # Approval: the fault of the form that was meant, not of both.
    ({"approval": "sometimes"}, "approval.Word", "Input should be 'never' or 'always'"),
    ({"approval": 5}, "approval.Word", "Input should be 'never' or 'always'"),
    ({"approval": {}}, "approval.ApprovalWhen", 'Say roles or outside, or write "always".'),
    ({"approval": {"roles": ["member", "staff"]}}, "approval.ApprovalWhen.roles.1",
     "Input should be 'instructor' or 'member'"),
    ({"approval": {"outside": {"mon": [["9", "10:00"]]}}}, "approval.ApprovalWhen.outside.mon.0.0",
     "Write the time as HH:MM, from 00:00 to 23:59."),
    # What there is not.
    ({"colour": "red"}, "colour", "There is no such field."),
    ({"weekly": WEEK, "quotas": [{"per": "day", "count": 1, "most": 2}]}, "quotas.0.most", "There is no such field."),
    ({"schema": 2}, "schema", "Input should be 1"),
    ({"use": "both"}, "use", "Input should be 'exclusive' or 'shared'"),
    # Long lists.
    ({"weekly": {"mon": [NINE_TO_FIVE] * 13}}, "weekly.mon", "At most 12 items."),
    ({"exceptions": [exception("2026-01-01")] * 401}, "exceptions", "At most 400 items."),
    ({"seasons": [season("01-01", "01-02")] * 13}, "seasons", "At most 12 items."),
    ({"quotas": [{"per": "day", "count": 1}] * 13}, "quotas", "At most 12 items."),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "path", "sentence"), BAD)
def test_bad_rules_are_refused_at_their_place_with_what_to_do(rules: dict[str, Any], path: str, sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Rules.model_validate(rules)

    faults = faults_by_path([{**fault, "loc": ("", *fault["loc"])} for fault in refused.value.errors()])
    assert faults == {path: sentence}


@pytest.mark.parametrize(
    "rules",
    [
        {},
        {"weekly": {}},
        {"weekly": {"sun": [["20:00", "33:00"]], "mon": [["09:00", "10:00"], ["20:00", "24:00"]]}},
        {"weekly": {"mon": [["09:00", "12:00"], ["12:00", "33:00"]]}},
        {"weekly": {"mon": [["23:59", "47:59"]]}},
        {"exceptions": [exception("9999-12-31", until="9999-12-31")]},
        {"exceptions": [exception("2026-03-02", ["20:00", "44:00"], until="2026-03-03")]},
        {"seasons": [season("11-01", "02-29"), season("03-01", "10-31", "summer")]},
        {"quotas": [{"per": "day", "count": 1}, {"per": "day", "hours": 0.25}]},
        {"approval": {"roles": ["member"], "outside": WEEK}},
    ],
)
def test_rules_at_their_limits_are_taken_and_stay_what_they_are(rules: dict[str, Any]) -> None:
    taken = Rules.model_validate(rules)

    assert Rules.model_validate_json(taken.model_dump_json(by_alias=True)) == taken


def test_a_grid_that_does_not_divide_the_hours_is_named_by_every_span() -> None:
    rules = Rules.model_validate(
        {
            "weekly": {"mon": [["09:00", "12:00"], ["13:00", "17:30"]]},
            "seasons": [season("11-01", "02-15", tue=[["20:00", "26:15"]])],
            "exceptions": [exception("2026-12-24", ["10:00", "11:00"], ["12:00", "12:50"])],
        }
    )

    assert off_grid_faults(all_spans(rules), 60) == {
        "weekly.mon.1": "13:00 to 17:30 is not a whole number of 1 hour steps. Change the hours or the grid.",
        "seasons.0.weekly.tue.0": "20:00 to 26:15 is not a whole number of 1 hour steps. Change the hours or the grid.",
        "exceptions.0.hours.1": "12:00 to 12:50 is not a whole number of 1 hour steps. Change the hours or the grid.",
    }
    assert off_grid_faults(all_spans(rules), 5) == {}


def test_the_most_of_everything_fits_into_a_document() -> None:
    hours = [[f"{hour:02d}:00", f"{hour + 1:02d}:00"] for hour in range(0, 24, 2)]
    rules = Rules.model_validate(
        {
            "weekly": dict.fromkeys(DAYS, hours),
            "seasons": [
                {**season(f"{month:02d}-01", f"{month:02d}-02"), "weekly": dict.fromkeys(DAYS, hours)}
                for month in range(1, 13)
            ],
            "exceptions": [exception(f"{1900 + year}-01-01", NINE_TO_FIVE, note="Holiday") for year in range(400)],
        }
    )

    assert len(rules.model_dump_json(by_alias=True)) < LONGEST_DOCUMENT
