"""Looking at everything of every organisation, in one snapshot, as the owner."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from infra24.invariants.table import INFORMATION, INVARIANTS, OVERDUE, Invariant, references
from infra24.orgs.models import Organisation

MOST_SAMPLES, MOST_OF_A_KIND = 100, 25
"""Broken rows kept of each organisation, and of one invariant there; all are counted."""
AT_ONCE = 1000
"""Rows fetched at a time: what is broken may be everything, and memory stays what it is."""


@dataclass(frozen=True)
class Violation:
    """One broken row: what is broken of it, and where to find it. Nothing of what people wrote."""

    name: str
    table: str
    id: UUID
    booking_id: UUID | None


@dataclass
class Findings:
    """What was found in one organisation."""

    rows: int = 0
    """Rows looked at; each counts once, however many invariants look at it."""
    violations: Counter[str] = field(default_factory=Counter)
    """How many rows break which invariant."""
    information: Counter[str] = field(default_factory=Counter)
    samples: list[dict[str, Any]] = field(default_factory=list)
    """The first violations, as their fields."""


@dataclass
class Look:
    """What was found in all organisations, as of one instant."""

    at: datetime
    slugs: dict[UUID, str]
    """Every organisation there is."""
    found: defaultdict[UUID, Findings] = field(default_factory=lambda: defaultdict(Findings))
    """By organisation; also by ids that are none's, where rows carry such."""

    @property
    def rows(self) -> int:
        return sum(one.rows for one in self.found.values())

    @property
    def violations(self) -> int:
        return sum(one.violations.total() for one in self.found.values())

    def count_of(self, name: str) -> int:
        return sum(one.violations[name] + one.information[name] for one in self.found.values())


Report = Callable[[str, Violation], None]
"""Told of each violation as it is found, with the organisation's slug: `?` where there is no such organisation."""


def look(report: Report = lambda _slug, _violation: None) -> Look:
    """Look at everything. Needs a connection that sees every row; raises DatabaseError for one that does not.

    Reads only, in one snapshot, and holds no lock that a writer would wait for.
    """
    with _snapshot(), connection.wrap_database_errors:
        return look_through(report)


def look_through(report: Report) -> Look:
    """Look at everything as the caller's transaction sees it, as of its beginning."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        now = cursor.fetchone()[0]
    found = Look(now, dict(Organisation.objects.values_list("pk", "slug")))
    everything = [*INVARIANTS, *references()]
    for table in sorted({one.table for one in everything}):
        for org_id, rows in _stream(f"SELECT org_id, count(*) FROM {table} GROUP BY org_id", now):  # noqa: S608
            found.found[org_id].rows += rows
    for invariant in everything:
        for org_id, violation in _broken(invariant, now):
            _note(found.found[org_id], violation)
            report(found.slugs.get(org_id, "?"), violation)
    for one in INFORMATION:
        for org_id, _violation in _broken(one, now):
            found.found[org_id].information[one.name] += 1
    return found


@contextmanager
def _snapshot() -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # A role that row-level security binds is refused, instead of being shown a part.
        cursor.execute("SET LOCAL row_security = off")
        # Sorting a million legs, not answering a request.
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute("SET LOCAL jit = off")
        # All rows are wanted, not the first ones soon.
        cursor.execute("SET LOCAL cursor_tuple_fraction = 1")
        yield


def _broken(invariant: Invariant, now: datetime) -> Iterator[tuple[UUID, Violation]]:
    for row in _stream(invariant.sql, now):
        if invariant.judge is None or invariant.judge(row, now):
            org_id, row_id, booking_id = row[:3]
            yield org_id, Violation(invariant.name, invariant.table, row_id, booking_id)


def _stream(sql: str, now: datetime) -> Iterator[tuple[Any, ...]]:
    """The rows of a statement by a cursor of the server's, a thousand at a time."""
    with connection.connection.cursor("looking") as cursor:
        cursor.itersize = AT_ONCE
        cursor.execute(sql, {"now": now, "overdue": OVERDUE})
        yield from cursor


def _note(findings: Findings, violation: Violation) -> None:
    findings.violations[violation.name] += 1
    if len(findings.samples) < MOST_SAMPLES and findings.violations[violation.name] <= MOST_OF_A_KIND:
        findings.samples.append(asdict(violation))
