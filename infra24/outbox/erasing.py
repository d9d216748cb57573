"""What attempts recorded of somebody who is erased. They are written once, so this goes through a door of its own."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection


def blank_exchanges(subject_ids: Iterable[UUID]) -> int:
    """Empty what was asked and answered in attempts about these subjects; return how many attempts.

    In the caller's transaction and organisation. That something was asked, where, with what status and when, stays.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT blank_exchanges(%s::uuid[])", [list(subject_ids)])
        blanked: int = cursor.fetchone()[0]
        return blanked
