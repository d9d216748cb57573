"""What one line of the table of invariants says."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.functional import Promise

OVERDUE = timedelta(minutes=15)
"""A timer due for longer waits for nobody: a worker takes up what a dead one left within a minute."""

LIVE = "('hold', 'pending', 'confirmed')"
ENDED = "('declined', 'cancelled', 'expired')"

# Which resource is a part of which, near and far, and which of them have no parts. Begins a WITH RECURSIVE.
PARTS = """below AS (
        SELECT r.org_id, r.part_of_id AS whole, r.id AS part FROM resources_resource r WHERE r.part_of_id IS NOT NULL
        UNION
        SELECT below.org_id, below.whole, r.id
          FROM below JOIN resources_resource r ON r.org_id = below.org_id AND r.part_of_id = below.part
    ), leaves AS MATERIALIZED (
        SELECT below.whole, below.part AS leaf FROM below
         WHERE NOT EXISTS (SELECT FROM resources_resource p WHERE p.org_id = below.org_id AND p.part_of_id = below.part)
    )"""


@dataclass(frozen=True)
class Invariant:
    """Something that is always so, and the statement that finds where it is not.

    `sql` yields, for each broken row of `table`: its organisation, its id, and
    the booking to look at or null; with `judge`, more columns that it decides
    by. It may use %(now)s, the instant of the snapshot, and %(overdue)s.
    """

    name: str
    table: str
    sentence: str | Promise
    """What is wrong where it is broken, in words of the front desk."""
    sql: str
    judge: Callable[[tuple[Any, ...], datetime], bool] | None = None
    """True when a row that `sql` yields, at that instant, is broken; for what PostgreSQL cannot tell."""
