"""Which of several that would do each gets. No Django, no clock, no database."""

from collections.abc import Hashable, Sequence
from typing import TypeVar

Option = TypeVar("Option", bound=Hashable)


def first_choice(wishes: Sequence[Sequence[Option]]) -> list[Option] | None:
    """One option for each, none of them twice; None when that cannot be.

    The first asked goes first: each gets the earliest of its options that leaves
    something to all after it.
    """
    given: list[Option] = []
    had_by: dict[Option, int] = {}
    if not all(_settle(wishes, place, had_by, set()) for place in range(len(wishes))):
        return None
    for place, options in enumerate(wishes):
        for option in options:
            tried = _given_to(wishes, place, option, had_by, given)
            if tried is not None:
                had_by = tried
                given.append(option)
                break
    return given


def _settle(wishes: Sequence[Sequence[Option]], place: int, had_by: dict[Option, int], asked: set[Option]) -> bool:
    """Find something for one, moving others on where they have another choice (Kuhn's matching)."""
    for option in wishes[place]:
        if option in asked:
            continue
        asked.add(option)
        owner = had_by.get(option)
        if owner is None or _settle(wishes, owner, had_by, asked):
            had_by[option] = place
            return True
    return False


def _given_to(
    wishes: Sequence[Sequence[Option]],
    place: int,
    option: Option,
    had_by: dict[Option, int],
    given: Sequence[Option],
) -> dict[Option, int] | None:
    """Who has what when one gets an option and those before keep what they were given; None when that cannot be."""
    owner = had_by.get(option)
    if owner == place:
        return had_by
    if option in given:
        return None
    # What it had so far is free for whoever has to make room.
    others = {each: by for each, by in had_by.items() if by != place}
    others[option] = place
    if owner is None or _settle(wishes, owner, others, {*given, option}):
        return others
    return None
