"""One writer a person and connection, also while a worker waits for the network.

An advisory lock would need a session of its own, which a transaction pooler
does not give, or a transaction held open while the network is waited for. So
the turn is a column: the delivery that writes, for as long as its lease lives.
A worker that was halted for longer than that may go on writing without a turn,
so it looks again before it makes anything.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from infra24.core.ids import new_id
from infra24.crm.models import CrmConnection, CrmLink
from infra24.orgs.tenancy import acting_for
from infra24.outbox.failures import OwnFault
from infra24.outbox.reactions import Job

PATIENCE_SECONDS = 20.0
STEP_SECONDS = 0.25

_IS_OURS = """
    EXISTS (SELECT FROM outbox_delivery own
             WHERE own.id = %(delivery)s AND own.lease = %(lease)s AND own.leased_until > clock_timestamp())
"""

_TAKE = f"""
    UPDATE crm_crmlink link SET turn = %(delivery)s
     WHERE link.connection_id = %(connection)s AND link.person_id = %(person)s AND {_IS_OURS}
       AND (link.turn IS NULL OR link.turn = %(delivery)s
            OR NOT EXISTS (SELECT FROM outbox_delivery d
                            WHERE d.id = link.turn AND d.lease IS NOT NULL AND d.leased_until > clock_timestamp()))
    RETURNING link.id
"""  # noqa: S608 - all of it our own text

_HAS = f"SELECT {_IS_OURS} AND EXISTS (SELECT FROM crm_crmlink WHERE id = %(link)s AND turn = %(delivery)s)"  # noqa: S608

_END = f"UPDATE crm_crmlink SET turn = NULL WHERE id = %(link)s AND turn = %(delivery)s AND {_IS_OURS}"  # noqa: S608
"""The turn of a successor is left alone: it is the same delivery under another lease."""


@contextmanager
def turn(job: Job, crm: CrmConnection, person_id: UUID) -> Iterator[CrmLink]:
    """The person's link, for this delivery alone. Raises OwnFault when somebody else keeps it too long."""
    patient_until = time.monotonic() + PATIENCE_SECONDS
    with acting_for(job.org_id):
        CrmLink.objects.bulk_create(
            [CrmLink(pk=new_id(), org_id=job.org_id, connection=crm, person_id=person_id)], ignore_conflicts=True
        )
    while (link := _take(job, crm, person_id)) is None:
        if time.monotonic() > patient_until:
            raise OwnFault(_("Something else is being written about the same person."))
        time.sleep(STEP_SECONDS)
    try:
        yield link
    finally:
        with acting_for(job.org_id), connection.cursor() as cursor:
            cursor.execute(_END, {"delivery": job.delivery_id, "lease": job.lease, "link": link.pk})


def require_turn(job: Job, link: CrmLink) -> None:
    """Look whether the turn is still this try's. Raises OwnFault when the worker was halted for too long."""
    with acting_for(job.org_id), connection.cursor() as cursor:
        cursor.execute(_HAS, {"delivery": job.delivery_id, "lease": job.lease, "link": link.pk})
        if not cursor.fetchone()[0]:
            raise OwnFault(_("This took too long, and another worker has taken it over."))


def _take(job: Job, crm: CrmConnection, person_id: UUID) -> CrmLink | None:
    with acting_for(job.org_id):
        with connection.cursor() as cursor:
            given = {"delivery": job.delivery_id, "lease": job.lease, "connection": crm.pk, "person": person_id}
            cursor.execute(_TAKE, given)
            row = cursor.fetchone()
        return CrmLink.objects.get(pk=row[0]) if row else None
