"""The engine says what the clock on the wall says: against a model that looks at every five minutes by itself."""

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra24.resources.policies import Span, explain, free, slots
from tests.resources.drawing import MINUTE, Case, cases, moments
from tests.resources.model import STEP, steps

LARGE = (HealthCheck.too_slow, HealthCheck.data_too_large)


def agree(case: Case, windows: list[Span]) -> None:
    """What `free`, `slots` and `explain` answer is what the model sees."""
    resource, claims, model = case.resource, case.claims, case.model
    spans = free(resource, claims, case.since, case.until, size=case.size, now=case.bound)
    offered = list(slots(resource, claims, case.since, case.until, case.length, size=case.size, now=case.bound))

    # A moment is free when nothing stands against a booking of just that moment, grid and lengths aside.
    assert [at for begins, ends in spans for at in steps(begins, ends)] == [
        at for at in steps(case.since, case.until) if not any(model.moment_codes(at, at + STEP))
    ]
    # And a booking may take any part of a stretch.
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    for begins, ends in spans:
        assert not any(model.moment_codes(begins, ends))
        assert not any(model.moment_codes(begins + (ends - begins) // (2 * STEP) * STEP, ends))
    # A slot is a start against which nothing stands but, perhaps, who asks.
    assert offered == [
        (at, at + case.length)
        for at in steps(case.since, case.until - case.length + STEP)
        if not any(model.time_codes(at, at + case.length))
    ]
    for window in windows:
        reasons = explain(resource, claims, *window, now=case.now, size=case.size, asker=case.asker)
        assert {reason.code for reason in reasons} == model.codes(*window), window


@st.composite
def windows_of(draw: st.DrawFn, case: Case) -> list[Span]:
    """Some that begin or end where something is free, or anywhere."""
    spans = free(case.resource, case.claims, case.since, case.until, size=case.size, now=case.bound)
    edges = [at for span in spans for at in span] or [case.since]
    starts = st.one_of(moments(case.since, case.until), st.sampled_from(edges))
    lengths = st.sampled_from([5, 15, 30, 60, 90, 240, 700])
    drawn = draw(st.lists(st.tuples(starts, lengths, st.booleans()), min_size=4, max_size=4))
    found = [(at - length * MINUTE, at) if before else (at, at + length * MINUTE) for at, length, before in drawn]
    cut = [(max(since, case.since), min(until, case.until)) for since, until in found]
    return [(since, until) for since, until in cut if since < until]


def _agree(data: st.DataObject) -> None:
    case = data.draw(cases())
    agree(case, data.draw(windows_of(case)))


@settings(max_examples=100, deadline=None, suppress_health_check=LARGE)
@given(data=st.data())
def test_the_engine_says_what_the_clock_says(data: st.DataObject) -> None:
    _agree(data)


@pytest.mark.prove
@settings(max_examples=10_000, derandomize=False, deadline=None, suppress_health_check=LARGE)
@given(data=st.data())
def test_the_engine_says_what_the_clock_says_ten_thousand_times(data: st.DataObject) -> None:
    _agree(data)
