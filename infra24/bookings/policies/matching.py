"""Which date of a changed series is which of the old ones. No Django, no clock, no database."""

from collections.abc import Callable, Hashable, Iterable
from datetime import datetime, timedelta
from typing import Any

Pair = tuple[datetime | None, datetime | None]
"""An old date and a new one; None where there is no such."""


def matched(old: Iterable[datetime], new: Iterable[datetime], delta: timedelta) -> list[Pair]:
    """Each old and each new date once, paired where one becomes the other; by the new date, old ones alone last.

    A date becomes the one `delta` later; what is left over stays where it is,
    and otherwise moves within its day, then within its week.
    """
    left_old, left_new = sorted(old), sorted(new)
    becomes: dict[datetime, datetime] = {}
    keys: list[tuple[Callable[[datetime], Hashable], Callable[[datetime], Hashable]]] = [
        (lambda wall: wall + delta, _itself),
        (_itself, _itself),
        (lambda wall: (wall + delta).date(), lambda wall: wall.date()),
        (lambda wall: (wall + delta).isocalendar()[:2], lambda wall: wall.isocalendar()[:2]),
    ]
    for key_of_old, key_of_new in keys:
        waiting: dict[Hashable, list[datetime]] = {}
        for wall in left_new:
            waiting.setdefault(key_of_new(wall), []).append(wall)
        becomes |= {waiting[key].pop(0): wall for wall in left_old if waiting.get(key := key_of_old(wall))}
        left_old = [wall for wall in left_old if wall not in set(becomes.values())]
        left_new = [wall for wall in left_new if wall not in becomes]
    pairs: list[Pair] = [(becomes.get(wall), wall) for wall in sorted([*becomes, *left_new])]
    return [*pairs, *((wall, None) for wall in left_old)]


def _itself(wall: Any) -> Hashable:
    key: Hashable = wall
    return key
