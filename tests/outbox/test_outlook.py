"""What becomes of a delivery next, by table."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from infra24.outbox.models import Attempt, Destination
from infra24.outbox.outlook import KEPT_DISCARDED, Outlook, cure_of, may_retry, next_step

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SOON = NOW + timedelta(minutes=10)
WAITING = Outlook("pending", NOW, None, False, False, False, False, None)


@pytest.mark.parametrize(
    ("delivery", "said"),
    [
        (WAITING, "It is tried within moments."),
        (replace(WAITING, due_at=NOW + timedelta(seconds=59)), "It is tried within moments."),
        (replace(WAITING, due_at=SOON), "It is tried again in 10 minutes."),
        (replace(WAITING, due_at=SOON, is_under_way=True), "It is being tried right now."),
        (replace(WAITING, due_at=SOON, is_paused=True), "It waits until the destination is resumed."),
        (replace(WAITING, due_at=SOON, is_timer=True), "It was set for later, and comes in 10 minutes."),
        (
            replace(WAITING, is_behind=True),
            "It waits for an earlier one about the same subject, so that both arrive in their order.",
        ),
        (replace(WAITING, rests_until=SOON), "It waits while the destination rests, for 10 minutes."),
        (replace(WAITING, rests_until=NOW), "It is tried within moments."),
        (
            replace(WAITING, status="dead"),
            "Nothing more happens by itself: somebody mends what is wrong and tries it again, or gives it up.",
        ),
        (
            replace(WAITING, status="discarded", settled_at=NOW - timedelta(days=1)),
            "It was given up. It can still be tried again for 29 days.",
        ),
        (replace(WAITING, status="discarded", settled_at=NOW - KEPT_DISCARDED), "Nothing: it is settled."),
        (replace(WAITING, status="delivered", settled_at=NOW), "Nothing: it is settled."),
        (replace(WAITING, status="cancelled", settled_at=NOW), "Nothing: it is settled."),
        (
            replace(WAITING, status="superseded", settled_at=NOW),
            "Nothing: a later one about the same subject tells all there is to tell.",
        ),
    ],
)
def test_a_delivery_says_what_happens_next_and_when(delivery: Outlook, said: str) -> None:
    assert str(next_step(delivery, now=NOW)) == said


@pytest.mark.parametrize(
    ("status", "settled_at", "takes_twice", "may"),
    [
        ("pending", None, False, True),
        ("dead", NOW, False, True),
        ("discarded", NOW - KEPT_DISCARDED + timedelta(seconds=1), False, True),
        ("discarded", NOW - KEPT_DISCARDED, False, False),
        ("delivered", NOW, False, False),
        ("delivered", NOW, True, True),
        ("cancelled", NOW, True, False),
        ("superseded", NOW, True, False),
    ],
)
def test_what_can_be_tried_again(status: str, settled_at: datetime | None, *, takes_twice: bool, may: bool) -> None:
    assert may_retry(status, settled_at, takes_twice=takes_twice, now=NOW) is may


@pytest.mark.parametrize("kind", Destination.Kind.values)
@pytest.mark.parametrize("outcome", ["", *Attempt.Outcome.values])
def test_every_failure_has_a_cure(kind: str, outcome: str) -> None:
    assert cure_of(kind, outcome).endswith(".")


def test_a_mail_that_was_refused_asks_for_another_address() -> None:
    assert str(cure_of("mail", "rejected")) == "Correct the person's e-mail address, then try again."
