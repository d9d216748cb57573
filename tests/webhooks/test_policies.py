"""How long a failing endpoint is borne."""

from datetime import UTC, datetime, timedelta

import pytest

from infra24.facts.events import PUBLIC
from infra24.facts.templatetags.events import SUBJECTS, event_name
from infra24.webhooks.policies import DISABLE_AFTER, WARN_AFTER, Step, next_step_at, step_for

NOW = datetime(2026, 12, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("failing_for", "warned_ago", "step"),
    [
        (None, None, Step.NOTHING),
        (SECOND, None, Step.NOTHING),
        (WARN_AFTER - SECOND, None, Step.NOTHING),
        (WARN_AFTER, None, Step.WARN),
        (WARN_AFTER, WARN_AFTER + SECOND, Step.WARN),  # that was about another time
        (2 * WARN_AFTER, WARN_AFTER, Step.NOTHING),
        (DISABLE_AFTER - SECOND, WARN_AFTER, Step.NOTHING),
        (DISABLE_AFTER - SECOND, None, Step.WARN),
        (DISABLE_AFTER, WARN_AFTER, Step.DISABLE),
        (DISABLE_AFTER, None, Step.DISABLE),
    ],
)
def test_a_day_brings_a_warning_and_five_the_end(
    failing_for: timedelta | None, warned_ago: timedelta | None, step: Step
) -> None:
    since = None if failing_for is None else NOW - failing_for
    warned = None if warned_ago is None else NOW - warned_ago

    assert step_for(failing_since=since, warned_at=warned, now=NOW) is step


@pytest.mark.parametrize("warned_ago", [None, timedelta(0), WARN_AFTER])
@pytest.mark.parametrize("failing_for", [SECOND, WARN_AFTER - SECOND, 2 * WARN_AFTER, DISABLE_AFTER - SECOND])
def test_the_next_look_is_when_a_step_is_due_and_not_before(
    failing_for: timedelta, warned_ago: timedelta | None
) -> None:
    since, warned = NOW - failing_for, None if warned_ago is None else NOW - warned_ago
    due = next_step_at(failing_since=since, warned_at=warned)

    assert due is not None
    assert step_for(failing_since=since, warned_at=warned, now=due) is not Step.NOTHING
    assert step_for(failing_since=since, warned_at=warned, now=due - SECOND) is Step.NOTHING
    assert next_step_at(failing_since=None, warned_at=warned) is None


def test_every_event_has_words_and_a_subject_with_words() -> None:
    assert [kind for kind in PUBLIC if event_name(kind) == kind] == []
    assert {kind.subject_kind for kind in PUBLIC.values()} == set(SUBJECTS)
