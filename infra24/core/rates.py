"""Rate limits counted in PostgreSQL: one unlogged table, one statement a request."""

import math

from infra24.core.errors import TooMany
from infra24.core.statements import Statement

_TAKE = Statement("""
    INSERT INTO core_ratebucket AS bucket (key, full_at)
    VALUES (%(key)s, clock_timestamp() + %(cost)s::float * interval '1 second')
    ON CONFLICT (key) DO UPDATE
       SET full_at = greatest(bucket.full_at, clock_timestamp()) + %(cost)s::float * interval '1 second'
     WHERE bucket.full_at <= clock_timestamp() + %(slack)s::float * interval '1 second'
    RETURNING 1
""")


def take(key: str, *, per_minute: int, burst: int) -> None:
    """Count one request of `key` against its allowance.

    Generic cell rate algorithm: `per_minute` in the long run, up to `burst` at
    once. Must run outside the request's transaction, so that a refused request
    still counts and an allowed one does not hold the row.

    Raises TooMany with `retry_after` in seconds.
    """
    cost = 60 / per_minute
    if _TAKE.row(key=key, cost=cost, slack=cost * (burst - 1)) is None:
        raise TooMany(retry_after=max(1, math.ceil(cost)))
