"""What would become of every date, and saying no with all of it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NoReturn
from uuid import UUID

from infra24.bookings.errors import NoDateFree, SeriesRefused
from infra24.bookings.services.series.weighing import Verdict
from infra24.core.errors import Alternative, Reason

Fate = Literal["free", "refused", "kept", "left_out", "goes"]
"""`free`: it is had, or stays had, as asked. `refused`: it cannot. `kept`: it was changed by itself and stays so.
`left_out`: somebody did not want it, or ended it. `goes`: it is booked, and the series does not mean it any more."""


@dataclass(frozen=True)
class Line:
    """One date of a report."""

    wall_on: datetime
    starts_at: datetime
    ends_at: datetime
    fate: Fate
    booking_id: UUID | None = None
    """The booking there is already."""
    reasons: tuple[Reason, ...] = ()
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True)
class Report:
    """Every date of a series that is asked for, and whether it can be had."""

    lines: tuple[Line, ...]

    def counted(self, fate: Fate) -> int:
        return sum(line.fate == fate for line in self.lines)

    @property
    def refused(self) -> list[Line]:
        return [line for line in self.lines if line.fate == "refused"]


def line_of(verdict: Verdict, booking_id: UUID | None = None) -> Line:
    """What a verdict says, as a line."""
    slot = verdict.slot
    fate: Fate = "free" if verdict.is_free else "refused"
    return Line(slot.wall_on, slot.starts_at, slot.ends_at, fate, booking_id, verdict.reasons, verdict.alternatives)


def report_of(verdicts: Iterable[Verdict]) -> Report:
    return Report(tuple(line_of(verdict) for verdict in verdicts))


def refuse_series(report: Report, *, is_whole: bool = False) -> NoReturn:
    """Raise the refusal with the report; `is_whole` when not one date can be had."""
    kind = NoDateFree if is_whole else SeriesRefused
    refusal = kind(reasons=distinct(reason for line in report.refused for reason in line.reasons))
    refusal.report = report
    raise refusal


def reasons_in(verdicts: Iterable[Verdict]) -> list[Reason]:
    """Why dates cannot be had, of all of them."""
    return [reason for verdict in verdicts if not verdict.is_free for reason in verdict.reasons]


def distinct(reasons: Iterable[Reason]) -> Sequence[Reason]:
    """Of reasons alike on many dates the first of each code and resource, the most frequent before the others."""
    found = list(reasons)
    often = Counter((reason.code, reason.resource_id) for reason in found)
    firsts = {(reason.code, reason.resource_id): reason for reason in reversed(found)}
    return [firsts[key] for key, _times in often.most_common()]
