"""What the database, the sink and the CRM know when all is quiet, in the judge's words."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import httpx
from django.db.models import Q, QuerySet

from chaos.houses import CRM_KEY, HEARD, House
from chaos.judging import CRM, EXPIRED, WEBHOOK, Arrived, Recorded, Sent
from infra24.config.subscriptions import REACTIONS
from infra24.crm.bloomerang import BOOKING_FIELD
from infra24.facts.models import Fact, FactPending
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Attempt, Delivery


def is_quiet(houses: Sequence[House], *, since: datetime) -> bool:
    """Nothing waits: no fact to be handed out, no delivery, no hold that has not run out."""
    for house in houses:
        with acting_for(house.org_id):
            expired = Fact.objects.filter(org_id=house.org_id, type=EXPIRED, recorded_at__gte=since).count()
            waits = _deliveries(house).filter(status=Delivery.Status.PENDING).exists()
            is_new = FactPending.objects.filter(org_id=house.org_id).exists()
        if waits or is_new or expired < len(house.holds):
            return False
    return True


def recorded(houses: Sequence[House], *, since: datetime) -> list[Recorded]:
    """Every fact of the houses since then, with all that the outbox has of it."""
    return [fact for house in houses for fact in _recorded(house, since)]


def _recorded(house: House, since: datetime) -> list[Recorded]:
    with acting_for(house.org_id):
        sent: defaultdict[UUID, list[Sent]] = defaultdict(list)
        rows = _deliveries(house).filter(fact__recorded_at__gte=since)
        for fact_id, kind, *about in rows.values_list("fact_id", "destination__kind", "status", "outcome", "note"):
            sent[fact_id].append(Sent(kind, *about))
        facts = Fact.objects.filter(org_id=house.org_id, recorded_at__gte=since).order_by("pk")
        return [
            Recorded(
                id=str(fact.pk),
                type=fact.type,
                organisation=str(house.org_id),
                subject=str(fact.subject_id),
                number=fact.number,
                wanted=_wanted(house, fact.type),
                sent=tuple(sent[fact.pk]),
            )
            for fact in facts
        ]


def _deliveries(house: House) -> QuerySet[Delivery]:
    """Timers apart, and without what an earlier run left for a hook of its own."""
    of_others = Q(destination__kind=WEBHOOK) & ~Q(destination=house.hook.destination_id)
    return Delivery.objects.filter(org_id=house.org_id, is_timer=False).exclude(of_others)


def _wanted(house: House, fact_type: str) -> frozenset[str]:
    """The kinds of destination of this house that hear of the type."""
    kinds = {kind.value for kind in REACTIONS.subscriptions.get(fact_type, {})}
    if not house.has_crm:
        kinds -= {CRM}
    if fact_type not in HEARD:
        kinds -= {WEBHOOK}
    return frozenset(kinds)


def lost_tries(houses: Sequence[House], *, since: datetime) -> int:
    """Tries that ended with their worker: kills that struck work."""
    found = 0
    for house in houses:
        with acting_for(house.org_id):
            tries = Attempt.objects.filter(org_id=house.org_id, outcome=Attempt.Outcome.LOST, ended_at__gte=since)
            found += tries.count()
    return found


def arrived(sink: str, houses: Sequence[House], *, since: datetime) -> list[Arrived]:
    """The sink's effects, in the order in which they happened.

    Without those of facts that were recorded before: an interrupted run leaves some that nobody has handed out, and
    the hook of the next run hears of them.
    """
    answer = httpx.get(f"{sink}/_emulator/effects", timeout=60).raise_for_status()
    effects = [Arrived(*row[:4]) for row in answer.json()]
    before = _before(houses, since)
    return [effect for effect in effects if effect.key not in before]


def _before(houses: Sequence[House], since: datetime) -> frozenset[str]:
    found: set[str] = set()
    for house in houses:
        with acting_for(house.org_id):
            facts = Fact.objects.filter(org_id=house.org_id, recorded_at__lt=since)
            found.update(str(pk) for pk in facts.values_list("pk", flat=True))
    return frozenset(found)


def activities(crm: str | None) -> Mapping[str, int]:
    """How many records the CRM has of each booking."""
    if crm is None:
        return {}
    found: Counter[str] = Counter()
    with httpx.Client(base_url=crm, headers={"X-API-KEY": CRM_KEY}, timeout=60) as client:
        fields = client.get("/v2/customFields/Interaction").raise_for_status().json()
        (field,) = [one["Id"] for one in fields if one["Name"] == BOOKING_FIELD]
        skip, total = 0, 1
        while skip < total:
            page = client.get("/v2/interactions", params={"skip": skip, "take": 50}).raise_for_status().json()
            skip, total = skip + 50, page["TotalFiltered"]
            found.update(
                value["Value"]["Value"]
                for record in page["Results"]
                for value in record.get("CustomValues", [])
                if value["FieldId"] == field
            )
    return found
