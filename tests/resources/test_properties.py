"""What holds of the engine whatever is asked."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra24.core.errors import Reason
from infra24.resources.policies import (
    DAYS,
    Bookable,
    RuleRow,
    Rules,
    Season,
    Size,
    Span,
    access_reasons,
    explain,
    free,
    merged,
    slots,
    used_up,
    without,
)
from tests.resources.drawing import MINUTE, Case, cases, moments
from tests.resources.model import STEP, steps

WEEK = timedelta(days=7)
QUIET = [(zone, date(2026, 6, 10)) for zone in ("UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe")]
some = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def free_in(case: Case) -> list[Span]:
    return free(case.resource, case.claims, case.since, case.until, size=case.size, now=case.bound)


def slots_in(case: Case) -> list[Span]:
    return list(slots(case.resource, case.claims, case.since, case.until, case.length, size=case.size, now=case.bound))


def reasons_against(case: Case, window: Span) -> list[Reason]:
    return explain(case.resource, case.claims, *window, now=case.now, size=case.size, asker=case.asker)


@some
@given(case=cases())
def test_what_is_free_and_what_is_not_are_the_whole_window(case: Case) -> None:
    spans, window = free_in(case), [(case.since, case.until)]

    rest = without(window, merged(spans))

    assert merged([*spans, *rest]) == window
    assert sum((ends - begins for begins, ends in [*spans, *rest]), timedelta()) == case.until - case.since


@some
@given(case=cases())
def test_every_start_that_is_not_offered_has_a_reason_and_no_other(case: Case) -> None:
    offered = slots_in(case)

    for start in steps(case.since, case.until - case.length + STEP):
        window = (start, start + case.length)
        of_others = {*_codes(access_reasons(case.resource, case.asker, start))}
        if not case.asker.is_staff and used_up(case.resource, case.asker, *window):
            of_others.add("quota_used")
        assert (window in offered) == (_codes(reasons_against(case, window)) == of_others)


@some
@given(data=st.data())
def test_fewer_claims_free_more_and_no_claims_free_all_that_is_open(data: st.DataObject) -> None:
    case = data.draw(cases())
    fewer = replace(case, claims=case.claims[::2])

    assert without(merged(free_in(case)), merged(free_in(fewer))) == []
    assert without(merged(free_in(fewer)), merged(free_in(replace(case, claims=[])))) == []


REVEALS = {
    "closed": {"off_grid"},  # nobody asks for the grid of closed hours
    "not_bookable": {"not_allowed", "qualification_needed"},
    "too_soon": {"too_far"},  # by asking earlier
}


@some
@given(data=st.data())
def test_removing_what_a_reason_names_removes_it_and_in_the_end_the_start_is_free(data: st.DataObject) -> None:
    case = data.draw(cases())
    since = data.draw(moments(case.since, case.until - STEP))
    window = (since, min(since + data.draw(st.sampled_from([5, 60, 240])) * MINUTE, case.until))
    reasons = reasons_against(case, window)

    while reasons:
        reason = reasons[0]
        case = cured(case, reason, window)
        left = reasons_against(case, window)
        assert reason not in left
        assert _codes(left) <= _codes(reasons) | REVEALS.get(reason.code, set())
        assert reason.code == "closure" or reason.code not in _codes(left)
        reasons = left

    assert any(begins <= window[0] < ends for begins, ends in free_in(case))


WIDEST: dict[str, dict[str, Any]] = {
    "off_grid": {"slot_minutes": 5},
    "too_short": {"shortest_minutes": 5},
    "too_long": {"longest_minutes": 44640},
    "too_far": {"horizon_days": 1830},
    "quota_used": {"quotas": ()},
}


def cured(case: Case, reason: Reason, window: Span) -> Case:
    """The same with the cause of one reason removed, and nothing else."""
    room, changed = case.resource, dict[str, Any]()
    match reason.code:
        case "closed":
            always = {day: [("00:00", "24:00")] for day in DAYS}
            changed["resource"] = saying(room, weekly=always, seasons=(), exceptions=())
        case "closure":
            left = tuple(one for one in room.closures if one.id != UUID(reason.source["closure_id"]))
            changed["resource"] = replace(room, closures=left)
        case "too_soon":
            changed |= {"resource": saying(room, notice_minutes=0), "now": min(case.now, window[0])}
        case "slot_taken":
            changed["claims"] = []
        case "units_taken" | "over_capacity":
            changed["claims"] = [one for one in case.claims if not one.is_shared]
            changed["size"] = Size(is_exclusive=case.size.is_exclusive)
        case "not_bookable" | "not_allowed":
            changed["resource"] = replace(room, bookable_by="member")
        case "qualification_needed":
            given = {**case.asker.holds, UUID(reason.source["qualification_id"]): None}
            changed["asker"] = replace(case.asker, holds=given)
        case _:
            changed["resource"] = saying(room, **WIDEST[reason.code])
    return replace(case, **changed)


def saying(resource: Bookable, **values: Any) -> Bookable:
    """The resource with these values said by every row, and by one that holds whenever no other does."""
    rows = (RuleRow(UUID(int=1), "organisation", date(2000, 1, 1), Rules()), *resource.rows)
    said = Rules.model_validate(values).model_dump(include=set(values))
    changed = (
        RuleRow(
            row.id, row.scope, row.valid_from, Rules.model_validate({**row.rules.model_dump(by_alias=True), **said})
        )
        for row in rows
    )
    return replace(resource, rows=tuple(changed))


@some
@given(data=st.data())
def test_a_week_later_is_the_same_where_no_clock_changes(data: st.DataObject) -> None:
    case = data.draw(cases(QUIET))
    later = a_week_later(case)
    starts = data.draw(st.lists(moments(case.since, case.until - STEP), min_size=3, max_size=3))

    assert free_in(later) == [_later(span) for span in free_in(case)]
    assert slots_in(later) == [_later(span) for span in slots_in(case)]
    for start in starts:
        window = (start, start + case.length)
        assert _codes(reasons_against(later, _later(window))) == _codes(reasons_against(case, window))


def a_week_later(case: Case) -> Case:
    """All of it moved by a week, within one month."""
    room, asker = case.resource, case.asker
    return replace(
        case,
        resource=replace(
            room,
            rows=tuple(RuleRow(row.id, row.scope, row.valid_from + WEEK, _rules_later(row.rules)) for row in room.rows),
            closures=tuple(
                replace(
                    one,
                    wall_from=one.wall_from + WEEK,
                    wall_until=one.wall_until + WEEK,
                    lifted_at=one.lifted_at and one.lifted_at + WEEK,
                )
                for one in room.closures
            ),
        ),
        claims=[
            replace(one, blocks_from=one.blocks_from + WEEK, blocks_until=one.blocks_until + WEEK)
            for one in case.claims
        ],
        asker=replace(
            asker,
            holds={need: last and last + WEEK for need, last in asker.holds.items()},
            uses=tuple(replace(use, starts_at=use.starts_at + WEEK, ends_at=use.ends_at + WEEK) for use in asker.uses),
        ),
        now=case.now + WEEK,
        since=case.since + WEEK,
        until=case.until + WEEK,
    )


def _rules_later(rules: Rules) -> Rules:
    exceptions = rules.exceptions and tuple(one.model_copy(update={"on": one.on + WEEK}) for one in rules.exceptions)
    seasons = rules.seasons and tuple(_season_later(season) for season in rules.seasons)
    return rules.model_copy(update={"exceptions": exceptions, "seasons": seasons})


def _season_later(season: Season) -> Season:
    first, last = (f"{date(2026, int(day[:2]), int(day[3:])) + WEEK:%m-%d}" for day in (season.first, season.last))
    return season.model_copy(update={"first": first, "last": last})


def _later(span: Span) -> Span:
    return span[0] + WEEK, span[1] + WEEK


def _codes(reasons: Iterator[Reason] | list[Reason]) -> set[str]:
    return {reason.code for reason in reasons}
