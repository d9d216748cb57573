"""Opening hours of a day as people write them: `09:00-13:00, 14:00-22:00`. Mirrored by frontend/week/hours.ts."""

import re
from collections.abc import Sequence
from typing import Final

from infra24.core.wording import clock_of

Spans = list[list[str]]
"""As documents have them: `[["09:00", "13:00"]]`, ends past midnight counted on."""
DAY_MINUTES: Final = 1440
_CLOCK = r"(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm|a\.m\.|p\.m\.)?"
_SPAN = re.compile(rf"{_CLOCK}\s*(?:-|–|—|to|a)\s*{_CLOCK}", re.IGNORECASE)


def read_hours(text: str) -> Spans | None:
    """The spans of a day; none for an empty text; None for a text that is not hours.

    `9-17`, `9am-5pm` and `18:00-02:00` are read too: an end at or before the start is on the next day.
    """
    pieces = [piece for piece in re.split(r"[,;\n]", text) if piece.strip()]
    spans = [_span(piece.strip()) for piece in pieces]
    return None if None in spans else [span for span in spans if span is not None]


def write_hours(spans: Sequence[Sequence[str]]) -> str:
    """Spans of a document as a person writes them; an end past midnight as the clock shows it."""
    return ", ".join(f"{opens}-{clock_of(_minutes(closes))}" for opens, closes in spans)


def _span(piece: str) -> list[str] | None:
    found = _SPAN.fullmatch(piece)
    if found is None:
        return None
    opens, closes = _minute(*found.group(1, 2, 3)), _minute(*found.group(4, 5, 6))
    if opens is None or closes is None or opens >= DAY_MINUTES:
        return None
    if closes <= opens:
        closes += DAY_MINUTES
    return [_wall(opens), _wall(closes)] if closes <= 2 * DAY_MINUTES else None


def _minute(hour: str, minute: str | None, half: str | None) -> int | None:
    """Minutes since midnight; hours to 48, since `26:00` is two in the morning."""
    hours, minutes = int(hour), int(minute or 0)
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half.lower().startswith("p") else 0)
    return hours * 60 + minutes if minutes < 60 and hours * 60 + minutes <= 2 * DAY_MINUTES else None


def _minutes(wall: str) -> int:
    return int(wall[:2]) * 60 + int(wall[3:])


def _wall(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
