"""When a calendar makes its owner busy."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from infra24.calendars.policies.events import Occurrence

Span = tuple[datetime, datetime]
MOST_SPANS = 5_000


def busy_spans(occurrences: Iterable[Occurrence], *, own_uids: str, longest: timedelta) -> list[Span]:
    """Stretches in which somebody is busy, in order; those that touch are one, and none is longer than `longest`.

    What is cancelled or takes no time leaves them free. So does what ends in
    `own_uids`: bookings of ours that their calendar got from our mails are known already, and could never be moved
    if they stood in their own way.
    """
    spans = sorted(
        (one.starts_at, one.ends_at)
        for one in occurrences
        if not one.is_cancelled and not one.is_free and not _is_ours(one.uid, own_uids)
    )
    merged: list[Span] = []
    for begins, ends in spans:
        if merged and begins <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], ends))
        else:
            merged.append((begins, ends))
    return [piece for span in merged for piece in _pieces(span, longest)][:MOST_SPANS]


def _is_ours(uid: str, own_uids: str) -> bool:
    return uid.startswith("booking-") and uid.endswith(own_uids)


def _pieces(span: Span, longest: timedelta) -> Iterator[Span]:
    begins, ends = span
    while ends - begins > longest:
        yield begins, begins + longest
        begins += longest
    yield begins, ends
