"""Facts become deliveries: one for each destination that reacts."""

import logging
import traceback
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import override

from infra24.facts.models import Fact
from infra24.orgs.models import Organisation
from infra24.orgs.tenancy import acting_for
from infra24.outbox.clock import Clock, database_clock
from infra24.outbox.models import Delivery, Destination
from infra24.outbox.reactions import Reactions
from infra24.outbox.services import built_in

log = logging.getLogger(__name__)

BUILT_IN = (Destination.Kind.CLOCK, Destination.Kind.MAIL)
"""Kinds of which every organisation has one, made when it is first needed."""

# A delivery that a worker holds is left to it, also when that worker is dead: whoever takes it up finds out.
_SUPERSEDE = """
    UPDATE outbox_delivery older
       SET status = 'superseded', settled_at = %(now)s, note = %(note)s
      FROM outbox_delivery newer
     WHERE newer.org_id = %(org_id)s AND newer.id = ANY(%(newer)s)
       AND older.destination_id = newer.destination_id AND older.subject_id = newer.subject_id
       AND older.handler = newer.handler AND older.number < newer.number
       AND older.org_id = %(org_id)s AND older.status = 'pending' AND older.lease IS NULL AND NOT older.is_timer
"""


def hand_out(reactions: Reactions, *, n: int = 200, clock: Clock = database_clock) -> int:
    """Turn up to `n` pending facts into deliveries, one for each destination that reacts; return how many facts.

    A fact's pending row goes in the transaction that makes its deliveries, so a
    fact is handed out exactly once however many workers are killed on the way.
    Organisations do not suffer for each other: what fails for one is logged, and tried again when its lease runs out.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT org_id, fact_id FROM claim_facts(%s)", [n])
        rows = cursor.fetchall()
    by_organisation: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for org_id, fact_id in rows:
        by_organisation[org_id].append(fact_id)
    for org_id, fact_ids in by_organisation.items():
        try:
            with acting_for(org_id):
                _hand_out(org_id, fact_ids, reactions, now=clock())
        except Exception as error:
            if not connection.is_usable():  # nobody's fault, and everybody's
                raise
            place = "".join(traceback.format_tb(error.__traceback__))
            log.error("%s while handing out facts of organisation %s\n%s", type(error).__name__, org_id, place)
    return len(rows)


def _hand_out(org_id: UUID, fact_ids: list[UUID], reactions: Reactions, *, now: datetime) -> None:
    with connection.cursor() as cursor:
        # What another worker has handed out meanwhile is gone from here.
        cursor.execute("DELETE FROM facts_factpending WHERE fact_id = ANY(%s) RETURNING fact_id", [fact_ids])
        mine = [row[0] for row in cursor.fetchall()]
    found = Fact.objects.filter(org_id=org_id, pk__in=mine).order_by("pk")
    facts = [fact for fact in found if fact.type in reactions.subscriptions]
    if not facts:
        return
    wanted = {kind for fact in facts for kind in reactions.subscriptions[fact.type]}
    Destination.objects.bulk_create(
        [Destination(pk=built_in(org_id, kind), org_id=org_id, kind=kind) for kind in BUILT_IN if kind in wanted],
        ignore_conflicts=True,
    )
    destinations: defaultdict[str, list[Destination]] = defaultdict(list)
    for destination in Destination.objects.filter(org_id=org_id, kind__in=wanted):
        destinations[destination.kind].append(destination)
    made = Delivery.objects.bulk_create(
        [
            Delivery(
                org_id=org_id,
                fact=fact,
                destination=destination,
                handler=handler,
                subject_id=fact.subject_id,
                number=fact.number,
                due_at=now,
            )
            for fact in facts
            for kind, handler in reactions.subscriptions[fact.type].items()
            for destination in destinations[kind]
            if destination.fact_types is None or fact.type in destination.fact_types
        ],
        ignore_conflicts=True,
    )
    _supersede(org_id, [one for one in made if one.handler in reactions.state_carrying], now=now)


def _supersede(org_id: UUID, newer: Sequence[Delivery], *, now: datetime) -> None:
    """What still waits to tell of an older state need not go out: the newer delivery tells how things stand."""
    if not newer:
        return
    with connection.cursor() as cursor:
        ids = [delivery.pk for delivery in newer]
        cursor.execute(_SUPERSEDE, {"org_id": org_id, "newer": ids, "now": now, "note": overtaken(org_id)})


def overtaken(org_id: UUID) -> str:
    """The note of a delivery that a newer one made needless, in the organisation's language."""
    with override(Organisation.objects.values_list("locale", flat=True).get(pk=org_id)):
        return _("A newer delivery tells how things stand.")
