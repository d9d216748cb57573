"""What changed since somebody last looked: one indexed query, which the calendar asks again and again.

A cursor is the snapshot PostgreSQL had of who is done and who is still writing. A fact is news when that snapshot had
not seen its transaction: a transaction that began earlier and committed later is not passed over, as it would be by a
cursor over ids or instants, and nothing is told twice while somebody else takes long.
"""

import re
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from infra24.core.statements import Statement
from infra24.orgs.models import Member

MOST_FACTS: Final = 2_000
"""More news than that is not gone through: reading everything again is cheaper by then."""
MOST_WRITING = 50
"""Transactions under way that a cursor names; with more of them some news are told twice."""

OPENING: Final = ("closure", "rule")
RESOURCES: Final = ("resource", "feature")
PEOPLE: Final = ("person",)

# Two comparisons find the few that can be news by index; of these the snapshot says which are. Facts that came with a
# restored database may bear numbers that are still to be given out here, and are no news.
_NEWS = Statement("""
    WITH news AS MATERIALIZED (
        SELECT f.subject_kind, f.subject_id
          FROM facts_fact f
         WHERE f.org_id = %(org)s AND f.xid >= %(oldest)s::xid8
           AND f.xid < pg_snapshot_xmax(pg_current_snapshot()) AND f.subject_kind = ANY(%(kinds)s)
           AND NOT pg_visible_in_snapshot(f.xid, %(seen)s::pg_snapshot)
         LIMIT %(limit)s
    )
    SELECT pg_current_snapshot()::text, (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint,
           (SELECT count(*) FROM news),
           (SELECT array_agg(DISTINCT subject_kind) FROM news),
           (SELECT array_agg(DISTINCT subject_id) FROM news WHERE subject_kind = 'booking')
""")
_PRESENT = Statement("""
    SELECT pg_current_snapshot()::text, (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint
""")
_CURSOR = re.compile(r"(\d{1,18})\.(\d{1,19})\.(\d{1,19})\.((?:\d{1,19}(?:_\d{1,19})*)?)", re.ASCII)


@dataclass(frozen=True)
class Changes:
    """What is new since a cursor, and the cursor to ask with next."""

    cursor: str
    booking_ids: list[UUID] = field(default_factory=list)
    """Each once; made, changed or ended."""
    is_opening_new: bool = False
    """Whether closures or rules changed: when things are open, and how they can be had."""
    are_resources_new: bool = False
    are_people_new: bool = False
    is_all_new: bool = False
    """Nobody can say what is new, or it is too much: what was read before is to be read again."""


def changes_since(viewer: Member, cursor: str | None) -> Changes:
    """What others may see differently now than at `cursor`; for staff. None: nothing but the present cursor.

    A cursor that is none of ours, or of another run of the database server (it may have been restored, or its
    successor may never have heard of the last changes), says that everything is new. With nothing new the cursor
    stays the same.
    """
    seen = _parsed(cursor) if cursor is not None else None
    if cursor is None or seen is None:
        ((snapshot, run),) = _PRESENT.rows()
        now = _Seen.of(run, snapshot)
        return Changes(now.as_cursor()) if cursor is None else _everything(now)
    ((snapshot, run, count, kinds, booking_ids),) = _NEWS.rows(
        org=viewer.org_id,
        oldest=str(seen.oldest),
        seen=seen.as_snapshot(),
        kinds=["booking", *OPENING, *RESOURCES, *PEOPLE],
        limit=MOST_FACTS + 1,
    )
    now = _Seen.of(run, snapshot)
    if seen.run != now.run or seen.next > now.next or count > MOST_FACTS:
        return _everything(now)
    if not count:
        return Changes(seen.as_cursor())
    return Changes(
        now.as_cursor(),
        booking_ids or [],
        is_opening_new=not set(OPENING).isdisjoint(kinds),
        are_resources_new=not set(RESOURCES).isdisjoint(kinds),
        are_people_new=not set(PEOPLE).isdisjoint(kinds),
    )


def _everything(now: "_Seen") -> Changes:
    return Changes(now.as_cursor(), is_opening_new=True, are_resources_new=True, are_people_new=True, is_all_new=True)


@dataclass(frozen=True)
class _Seen:
    """A snapshot: transactions before `oldest` were over; those from `next` on, and those `writing`, were not."""

    run: int
    """When the database server started, in microseconds: numbers of another run of it may mean other transactions."""
    oldest: int
    next: int
    writing: tuple[int, ...] = ()

    @staticmethod
    def of(run: int, snapshot: str) -> "_Seen":
        oldest, following, writing = snapshot.split(":")
        return _Seen(run, int(oldest), int(following), tuple(int(each) for each in writing.split(",") if each))

    def as_snapshot(self) -> str:
        return f"{self.oldest}:{self.next}:{','.join(map(str, self.writing))}"

    def as_cursor(self) -> str:
        """Text for an address. Of too many that write none are named, and all since the oldest counts as unseen."""
        if len(self.writing) > MOST_WRITING:
            return f"{self.run}.{self.oldest}.{self.oldest}."
        return f"{self.run}.{self.oldest}.{self.next}.{'_'.join(map(str, self.writing))}"


def _parsed(cursor: str) -> _Seen | None:
    """None for what PostgreSQL would not take as a snapshot, or we would never have given."""
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        return None
    run, oldest, following = (int(match[part]) for part in (1, 2, 3))
    writing = tuple(int(each) for each in match[4].split("_") if each)
    ascending = list(writing) == sorted(set(writing))
    # Of each 2^32 numbers PostgreSQL leaves out the first three.
    is_number = all(each < 2**63 and each % 2**32 > 2 for each in (oldest, following))
    if not is_number or oldest > following or not ascending or any(not oldest <= each < following for each in writing):
        return None
    return _Seen(run, oldest, following, writing)
