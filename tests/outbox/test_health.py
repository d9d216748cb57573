"""How a destination does, by table."""

from datetime import UTC, datetime, timedelta

import pytest

from infra24.outbox.health import Colour, Standing, findings, roughly

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
GREEN, AMBER, RED = Colour.GREEN, Colour.AMBER, Colour.RED


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


@pytest.mark.parametrize(
    ("standing", "colour", "happened", "act"),
    [
        (Standing(), GREEN, "All is well.", "Nothing to do."),
        (
            Standing(worked_at=ago(seconds=59), waiting=3),
            GREEN,
            "All is well; the last delivery was a moment ago.",
            "Nothing to do.",
        ),
        (
            Standing(worked_at=ago(minutes=2)),
            GREEN,
            "All is well; the last delivery was 2 minutes ago.",
            "Nothing to do.",
        ),
        (
            Standing(is_paused=True, paused_because="The key is refused.", waiting=14, failing_since=ago(hours=1)),
            RED,
            "We have paused it ourselves: The key is refused. Waiting: 14.",
            "An admin must mend the connection, then resume it.",
        ),
        (
            Standing(is_paused=True, paused_by="Alice", paused_because="Stock-taking", waiting=2),
            AMBER,
            "Alice has paused it: Stock-taking. Waiting: 2.",
            "Resume it when what waits may go out. Nothing is lost until then.",
        ),
        (
            Standing(
                failing_since=ago(minutes=38), failures_in_row=4, waiting=14, rests_until=NOW + timedelta(minutes=8)
            ),
            AMBER,
            "It has not worked for 38 minutes; tries that failed in a row: 4. Waiting: 14.",
            "Nothing to do: we try again in 8 minutes.",
        ),
        (
            Standing(failing_since=ago(minutes=38), failures_in_row=4, waiting=14, rests_until=NOW),
            AMBER,
            "It has not worked for 38 minutes; tries that failed in a row: 4. Waiting: 14.",
            "Nothing to do: we try again by ourselves.",
        ),
        (
            Standing(failing_since=ago(hours=24), failures_in_row=9, waiting=14),
            RED,
            "It has not worked for 1 day; tries that failed in a row: 9. Waiting: 14.",
            "An admin should find out what is wrong there. We go on trying, and nothing is lost until then.",
        ),
        (
            Standing(rests_until=NOW + timedelta(hours=3, minutes=20), waiting=1, worked_at=ago(minutes=1)),
            AMBER,
            "It asked us to slow down. Waiting: 1.",
            "Nothing to do: it goes on in 3 hours.",
        ),
        (
            Standing(dead=3, worked_at=NOW),
            RED,
            "Failed for good: 3.",
            "Staff must look at what failed, mend it, and try again.",
        ),
        (
            Standing(waiting=9, oldest_due_at=ago(minutes=20), worked_at=ago(minutes=1)),
            AMBER,
            "Waiting: 9, the oldest for 20 minutes.",
            "Nothing to do: it works, and catches up.",
        ),
        (
            Standing(waiting=9, oldest_due_at=ago(minutes=59)),
            AMBER,
            "Waiting: 9, the oldest for 59 minutes.",
            "Nothing to do yet: it should go on within the hour.",
        ),
        (
            Standing(waiting=9, oldest_due_at=ago(minutes=60), worked_at=ago(hours=2)),
            RED,
            "Waiting: 9, the oldest for 1 hour.",
            "Tell whoever runs Infra24: the worker seems to have stopped.",
        ),
        (Standing(waiting=9, oldest_due_at=ago(seconds=299)), GREEN, "All is well.", "Nothing to do."),
    ],
)
def test_a_destination_says_how_it_does_and_who_must_act(
    standing: Standing, colour: Colour, happened: str, act: str
) -> None:
    (finding,) = findings(standing, now=NOW)

    assert (finding.colour, str(finding.happened), str(finding.act)) == (colour, happened, act)


def test_what_asks_most_is_said_first() -> None:
    found = findings(Standing(failing_since=NOW - timedelta(minutes=2), failures_in_row=1, dead=1), now=NOW)

    assert [finding.colour for finding in found] == [RED, AMBER]
    assert found[0].happened == "Failed for good: 1."


@pytest.mark.parametrize(
    ("exact", "said"),
    [
        (timedelta(seconds=5), timedelta(minutes=1)),
        (timedelta(minutes=119, seconds=59), timedelta(minutes=119)),
        (timedelta(hours=2, minutes=10), timedelta(hours=2)),
        (timedelta(hours=47, minutes=59), timedelta(hours=47)),
        (timedelta(days=2, hours=23), timedelta(days=2)),
    ],
)
def test_lengths_are_said_roughly(exact: timedelta, said: timedelta) -> None:
    assert roughly(exact) == said
