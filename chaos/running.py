"""One run: houses settle, facts are recorded, the storm passes, quiet returns, and the judge speaks."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from django.db import connection
from django.db.utils import Error
from django.utils import timezone

from chaos import evidence
from chaos.grounds import Ground
from chaos.hooks import close_hook, wait_until_proved
from chaos.houses import House, settle
from chaos.judging import Verdict, judge
from chaos.plans import Plan, faults_of, faults_of_crm
from chaos.producing import Producer
from chaos.storm import Storm, TimePasses

PATIENCE_SECONDS = 240.0
"""When nothing has arrived for this long, the judge takes what there is."""
TELL_EVERY_SECONDS = 10.0
LOOK_EVERY_SECONDS = 0.3


@dataclass(frozen=True)
class Report:
    """What a run found, and what it took."""

    verdict: Verdict
    sink: dict[str, Any]
    """The sink's own counts."""
    kills: int
    restarts: int
    lost_tries: int
    """Tries that ended with their worker: kills that struck work."""
    seconds: float


class Watch:
    """Asks the sink how far it is, and notices when nothing moves."""

    def __init__(self, sink: httpx.Client) -> None:
        self.effects = 0
        self._sink = sink
        self._received = 0
        self._moved_at = self._told_at = time.monotonic()

    def look(self) -> None:
        counts = self._sink.get("/_emulator/journal", params={"entries": 0}).raise_for_status().json()
        self.effects = counts["effects"]
        if counts["received"] != self._received:
            self._received, self._moved_at = counts["received"], time.monotonic()

    @property
    def stands_still(self) -> bool:
        return time.monotonic() - self._moved_at > PATIENCE_SECONDS

    def is_time_to_tell(self) -> bool:
        """Every ten seconds."""
        if time.monotonic() - self._told_at < TELL_EVERY_SECONDS:
            return False
        self._told_at = time.monotonic()
        return True


def run(plan: Plan, ground: Ground, *, say: Callable[[str], None]) -> Report:
    """Carry out a plan. Its hooks are closed at the end, its organisations stay."""
    began, since = time.monotonic(), timezone.now()
    if ground.crm:  # an earlier run may have been killed before it had mended its own
        _mend(ground.crm)
    with httpx.Client(base_url=ground.sink, timeout=PATIENCE_SECONDS) as sink:
        houses = settle(plan, sink=ground.sink, crm=ground.crm)
        wait_until_proved([house.hook for house in houses], tend=ground.workers.alive)
        _switch_on_faults(plan, ground)
        watch, storm, passing = Watch(sink), Storm(plan, ground, say=say), TimePasses(houses)
        producer = Producer(plan, houses, arrived=lambda: watch.effects)
        producer.start()
        passing.start()
        try:
            while not (producer.is_done and storm.is_over and _is_quiet(houses, since=since)):
                watch.look()
                storm.tend(arrived=watch.effects / plan.facts)
                if watch.is_time_to_tell():
                    say(f"{watch.effects:,} have arrived, {storm.kills} kills, {storm.restarts} restarts")
                if watch.stands_still:
                    say(f"Nothing has arrived for {PATIENCE_SECONDS:.0f} s: judging what there is.")
                    break
                time.sleep(LOOK_EVERY_SECONDS)
        finally:
            passing.end()
        if ground.crm:  # its witness is to be heard
            _mend(ground.crm)
        verdict = judge(
            evidence.recorded(houses, since=since),
            promised=producer.promised,
            arrived=evidence.arrived(ground.sink, houses, since=since),
            activities=evidence.activities(ground.crm),
            holds={hold for house in houses for hold in house.holds},
        )
        for house in houses:
            close_hook(house.hook)
        counts: dict[str, Any] = sink.get("/_emulator/journal").raise_for_status().json()
    lost = evidence.lost_tries(houses, since=since)
    return Report(verdict, counts, storm.kills, storm.restarts, lost, time.monotonic() - began)


def _mend(crm: str) -> None:
    httpx.delete(f"{crm}/_emulator/faults").raise_for_status()


def _switch_on_faults(plan: Plan, ground: Ground) -> None:
    for fault in faults_of(plan.faults):
        httpx.post(f"{ground.sink}/_emulator/faults", json=fault).raise_for_status()
    for fault in faults_of_crm(plan.faults) if ground.crm else []:
        httpx.post(f"{ground.crm}/_emulator/faults", json=fault).raise_for_status()


def _is_quiet(houses: Sequence[House], *, since: datetime) -> bool:
    try:
        return evidence.is_quiet(houses, since=since)
    except Error:  # the database has just fallen
        connection.close()
        return False
