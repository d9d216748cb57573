"""Facts become deliveries: one for each destination that reacts."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import override

from infra24.orgs.tenancy import acting_for
from infra24.outbox.clock import Clock, database_clock
from infra24.outbox.models import Destination
from infra24.outbox.reactions import Reactions
from infra24.outbox.services import built_in

log = logging.getLogger(__name__)

BUILT_IN = (Destination.Kind.CLOCK, Destination.Kind.MAIL)
"""Kinds of which every organisation has one, made when it is first needed. Also known to `sql/handing_out.sql`."""


@dataclass(frozen=True)
class HandedOut:
    """What came of one round."""

    facts: int = 0
    kinds: frozenset[Destination.Kind] = frozenset()
    """Of the destinations that have something to do now."""


def hand_out(reactions: Reactions, *, n: int = 200, clock: Clock = database_clock) -> HandedOut:
    """Turn up to `n` pending facts into deliveries, one for each destination that reacts.

    One statement for all organisations, in one transaction: a fact is handed
    out exactly once however many workers are killed on the way. Organisations
    do not suffer for each other: what fails for one is logged, and tried again
    after half a minute. See `sql/handing_out.sql`.
    """
    found, lacking = _hand_out(reactions, n, clock)
    if lacking:  # once in the life of an organisation
        _make_built_in(lacking)
        more, _still = _hand_out(reactions, n, clock)
        found = HandedOut(found.facts + more.facts, found.kinds | more.kinds)
    return found


def _hand_out(reactions: Reactions, n: int, clock: Clock) -> tuple[HandedOut, Sequence[UUID]]:
    now = clock()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT handed_out, kinds, lacking, troubled FROM hand_out_facts(%s, %s, %s, %s, %s)",
            [n, reactions.as_json, list(reactions.state_carrying), _notes(), now],
        )
        facts, kinds, lacking, troubled = cursor.fetchone()
    for org_id in troubled:
        log.error("facts of organisation %s could not be handed out; PostgreSQL's log says why", org_id)
    return HandedOut(facts, frozenset(map(Destination.Kind, kinds))), lacking


def _make_built_in(org_ids: Sequence[UUID]) -> None:
    for org_id in org_ids:
        with acting_for(org_id):
            made = [Destination(pk=built_in(org_id, kind), org_id=org_id, kind=kind) for kind in BUILT_IN]
            Destination.objects.bulk_create(made, ignore_conflicts=True)


def _notes() -> str:
    """What a delivery says that a newer one made needless, by language."""
    return msgspec.json.encode({locale: overtaken(locale) for locale, _name in settings.LANGUAGES}).decode()


def overtaken(locale: str) -> str:
    """The note of a delivery that a newer one made needless."""
    with override(locale):
        return _("A newer delivery tells how things stand.")
