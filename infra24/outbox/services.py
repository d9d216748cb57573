"""Writes about deliveries: timers, and what staff do with deliveries and destinations."""

from datetime import datetime
from uuid import UUID, uuid5

from django.db import connection

from infra24.core.ids import new_id
from infra24.outbox.models import Destination

# One statement on the path of every hold. The clock's id follows from the organisation's,
# so that it need not be looked up and two first timers at once cannot miss each other's.
_SET_TIMER = """
    WITH clock AS (
        INSERT INTO outbox_destination (id, org_id, kind, name, state, paused_because)
        VALUES (%(clock)s, %(org_id)s, 'clock', '', 'active', '')
        ON CONFLICT DO NOTHING
    )
    INSERT INTO outbox_delivery
        (id, org_id, fact_id, destination_id, handler, subject_id, number, is_timer, status, due_at, attempts, failures,
         outcome, note, created_at)
    SELECT %(id)s, %(org_id)s, fact.id, %(clock)s, %(handler)s, %(subject_id)s, fact.number, true, 'pending',
           %(due_at)s, 0, 0, '', '', now()
      FROM facts_fact fact
     WHERE fact.org_id = %(org_id)s AND fact.id = %(fact_id)s
    RETURNING id
"""

_CANCEL_TIMERS = """
    UPDATE outbox_delivery
       SET status = 'cancelled', settled_at = now(), lease = NULL, leased_until = NULL
     WHERE org_id = %(org_id)s AND destination_id = %(clock)s AND subject_id = %(subject_id)s
       AND is_timer AND status = 'pending'
"""


def set_timer(*, org_id: UUID, fact_id: UUID, handler: str, subject_id: UUID, due_at: datetime) -> UUID:
    """Have `handler` run once `due_at` has come; return the timer's id.

    Written in the caller's transaction, as is the fact that made it necessary.
    `handler` is a name among the timers of `config.subscriptions`. The timer
    may fire late and, after a crash, twice: the handler looks at the state it
    finds. An unknown fact raises LookupError.
    """
    timer_id = new_id()
    with connection.cursor() as cursor:
        cursor.execute(
            _SET_TIMER,
            {
                "id": timer_id,
                "org_id": org_id,
                "clock": built_in(org_id, Destination.Kind.CLOCK),
                "fact_id": fact_id,
                "handler": handler,
                "subject_id": subject_id,
                "due_at": due_at,
            },
        )
        if cursor.fetchone() is None:
            raise LookupError(f"There is no fact {fact_id} to set a timer for.")
    return timer_id


def cancel_timers(*, org_id: UUID, subject_id: UUID) -> int:
    """Cancel all timers of one subject that have not fired, in the caller's transaction; return how many.

    A timer whose handler runs at this moment is cancelled too: what it does is
    serialised by the subject's lock, and it finds the subject as it now is.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _CANCEL_TIMERS,
            {"org_id": org_id, "clock": built_in(org_id, Destination.Kind.CLOCK), "subject_id": subject_id},
        )
        return int(cursor.rowcount)


def built_in(org_id: UUID, kind: Destination.Kind) -> UUID:
    """The id of a destination every organisation has one of: the clock and the mail."""
    return uuid5(org_id, kind.value)
