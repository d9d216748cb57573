"""The verdict, from what was recorded and what has arrived: no database, no clock, no network."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

WEBHOOK, CRM = "webhook", "crm"
EXPIRED = "booking.expired"


@dataclass(frozen=True)
class Sent:
    """What the outbox says of one fact on its way to one destination."""

    kind: str
    status: str
    outcome: str
    """The class of the last try: one of the six, `delivered` or `lost`; empty before the first."""
    note: str


@dataclass(frozen=True)
class Recorded:
    """A fact as it stands in the database after everything has calmed down."""

    id: str
    type: str
    organisation: str
    subject: str
    number: int
    wanted: frozenset[str]
    """Kinds of destination that hear of it."""
    sent: tuple[Sent, ...]


@dataclass(frozen=True)
class Arrived:
    """An effect at the sink, under the sink's own key."""

    key: str
    organisation: str
    subject: str
    number: int


@dataclass
class Verdict:
    """What became of everything. The lists hold a sentence for each fault."""

    facts: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    """How deliveries ended: `webhook delivered`, `crm dead (rejected)`, …"""
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    inverted: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Nothing is amiss, and there was something to look at."""
        return self.facts > 0 and not (self.lost or self.doubled or self.inverted)

    @property
    def line(self) -> str:
        return f"facts={self.facts} lost={len(self.lost)} doubled={len(self.doubled)} inverted={len(self.inverted)}"


def judge(
    recorded: Sequence[Recorded],
    *,
    promised: Iterable[str],
    arrived: Sequence[Arrived],
    activities: Mapping[str, int],
    holds: Collection[str],
) -> Verdict:
    """Account for every fact and every effect.

    `promised` are the ids of facts whose commit was acknowledged, `arrived` the
    sink's effects in the order in which they happened, `activities` how many
    records the CRM has of each booking, `holds` the bookings whose timer had to
    let them expire.
    """
    verdict = Verdict(facts=len(recorded))
    known = {fact.id: fact for fact in recorded}
    verdict.lost += [f"fact {one}: its commit was acknowledged, and it is gone" for one in promised if one not in known]
    keys = {effect.key for effect in arrived}
    for fact in recorded:
        for kind in sorted(fact.wanted):
            _account(verdict, fact, kind, keys, activities)
    _look_for_doubles(verdict, known, arrived, activities)
    _look_for_inversions(verdict, arrived)
    _look_at_timers(verdict, recorded, holds)
    return verdict


def _account(verdict: Verdict, fact: Recorded, kind: str, keys: set[str], activities: Mapping[str, int]) -> None:
    """One fact and one kind of destination: delivered and arrived, overtaken, or dead for a reason; else it is lost."""
    name = f"fact {fact.id} ({fact.type} {fact.number} of {fact.subject})"
    ways = [sent for sent in fact.sent if sent.kind == kind]
    if not ways:
        verdict.lost.append(f"{name}: was never handed out to {kind}")
    for sent in ways:
        match sent.status:
            case "delivered":
                verdict.ends[f"{kind} delivered"] += 1
                if kind == WEBHOOK and fact.id not in keys:
                    verdict.lost.append(f"{name}: is called delivered, and the sink knows nothing of it")
                if kind == CRM and not activities.get(fact.subject):
                    verdict.lost.append(f"{name}: is called delivered, and the CRM knows nothing of the booking")
            case "superseded":
                verdict.ends[f"{kind} superseded"] += 1
            case "dead" if sent.outcome and sent.note:
                verdict.ends[f"{kind} dead ({sent.outcome})"] += 1
            case "dead":
                verdict.lost.append(f"{name}: failed at {kind} without a class or a sentence")
            case status:
                verdict.lost.append(f"{name}: is still {status} for {kind}")


def _look_for_doubles(
    verdict: Verdict, known: Mapping[str, Recorded], arrived: Sequence[Arrived], activities: Mapping[str, int]
) -> None:
    keys = Counter(effect.key for effect in arrived)
    verdict.doubled += [f"fact {key}: had {times} effects" for key, times in keys.items() if times > 1]
    places: dict[tuple[str, str, int], str] = {}
    for effect in arrived:
        place = (effect.organisation, effect.subject, effect.number)
        if places.setdefault(place, effect.key) != effect.key:
            verdict.doubled.append(f"fact {effect.key}: had the effect of {places[place]} again")
        elif effect.key not in known:
            verdict.doubled.append(f"effect {effect.key}: of a fact that was never recorded")
    verdict.doubled += [
        f"booking {booking}: {records} records at the CRM" for booking, records in activities.items() if records > 1
    ]


def _look_for_inversions(verdict: Verdict, arrived: Sequence[Arrived]) -> None:
    highest: dict[tuple[str, str], int] = {}
    seen: set[str] = set()
    for effect in arrived:
        line = (effect.organisation, effect.subject)
        if effect.key not in seen and effect.number < highest.get(line, 0):
            verdict.inverted.append(
                f"fact {effect.key}: {effect.number} of {effect.subject} came after {highest[line]}"
            )
        seen.add(effect.key)
        highest[line] = max(effect.number, highest.get(line, 0))


def _look_at_timers(verdict: Verdict, recorded: Iterable[Recorded], holds: Collection[str]) -> None:
    """Each hold expired, and said so once."""
    expired = Counter(fact.subject for fact in recorded if fact.type == EXPIRED)
    for hold in sorted(holds):
        if not expired[hold]:
            verdict.lost.append(f"hold {hold}: its timer never fired")
        elif expired[hold] > 1:
            verdict.doubled.append(f"hold {hold}: expired {expired[hold]} times")
        else:
            verdict.ends["timer fired"] += 1
