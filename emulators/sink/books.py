"""What the sink knows: effects by their key, their order for each subject, and the arrivals that had none.

One file of JSON lines that is only ever added to. A line is with the kernel
before its answer is sent, so it survives `kill -9` of the sink; after a start
everything is read from it again. A power cut may take the last lines.
"""

import json
import os
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from emulators.faults import Fault

ENTRIES = 100
"""Newest arrivals that are kept to be looked at."""


class StateUnusable(Exception):
    """The file cannot be read or written as the sink's own; the message says what to do."""


class Event(NamedTuple):
    """What a delivery says of itself: the key of its effect, and the place of the fact in its subject's line."""

    key: str
    organisation: str
    subject: str
    number: int


class Effect(NamedTuple):
    """Something that was done, once for each key."""

    event: Event
    at: float
    """Seconds since 1970."""


@dataclass
class Standing:
    """A fault that is switched on, and how many strikes it has left (None: no end)."""

    fault: Fault
    remaining: int | None


@dataclass
class Books:
    """Everything that can be asked of the sink. Made by `opened`."""

    _file: int
    effects: dict[str, Effect] = field(default_factory=dict)
    """By their key, in the order in which they happened."""
    repeats: int = 0
    """Arrivals whose key had its effect already: they change nothing."""
    inversions: list[Event] = field(default_factory=list)
    """Effects that came after one of a higher number of the same subject."""
    doubles: list[Event] = field(default_factory=list)
    """Effects of a place in a subject's line that had one before, under another key."""
    received: int = 0
    unanswered: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    by_fault: Counter[str] = field(default_factory=Counter)
    others: int = 0
    """Arrivals that are no fact of a subject: test events, and whatever else was sent here."""
    newest: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=ENTRIES))
    faults: list[Standing] = field(default_factory=list)
    secrets: dict[str, list[str]] = field(default_factory=dict)
    """By path: the signing secrets of which one must have been used."""
    _highest: dict[tuple[str, str], int] = field(default_factory=dict)
    _places: set[tuple[str, str, int]] = field(default_factory=set)

    def note(self, event: Event | None, *, has_effect: bool, path: str, status: int | None, fault: str | None) -> None:
        """Write down one arrival and, if it has one, its effect. On its way to the disk when this returns."""
        line: dict[str, Any] = {"at": time.time(), "path": path, "status": status, "fault": fault, "event": event}
        line["effect"] = has_effect and event is not None and event.key not in self.effects
        self._write(line)
        self._apply(line)

    def add_fault(self, fault: Fault) -> None:
        self._change({"add_fault": fault.model_dump()})

    def clear_faults(self) -> None:
        self._change({"clear_faults": True})

    def expect(self, path: str, secrets: list[str]) -> None:
        """From now on refuse what comes to `path` without a signature by one of the secrets; with none, take all."""
        self._change({"expect": path, "secrets": secrets})

    def struck(self, method: str, path: str, *, chance: float) -> Fault | None:
        """The oldest fault that hits a request; its strike counts once the arrival is noted with its kind.

        `chance`, a random number from 0 up to 1, is spent on all of them: the rates of several add up.
        """
        for standing in self.faults:
            if standing.fault.strikes(method, path, chance=chance):
                if standing.remaining is not None:
                    self._change({"strike": self.faults.index(standing)})
                return standing.fault
            if standing.fault.strikes(method, path, chance=0.0):
                chance -= standing.fault.rate
        return None

    def reset(self) -> None:
        """Forget everything, faults and secrets too."""
        os.ftruncate(self._file, 0)
        self.__init__(self._file)  # type: ignore[misc]

    def close(self) -> None:
        os.close(self._file)

    def _change(self, line: dict[str, Any]) -> None:
        self._write(line)
        self._apply(line)

    def _write(self, line: dict[str, Any]) -> None:
        whole = json.dumps(line, separators=(",", ":")).encode() + b"\n"
        if os.write(self._file, whole) != len(whole):
            raise OSError("The disk is full.")

    def _apply(self, line: dict[str, Any]) -> None:
        if "at" in line:
            self._arrived(line)
        elif "add_fault" in line:
            fault = Fault(**line["add_fault"])
            self.faults.append(Standing(fault, fault.times))
        elif "strike" in line:
            standing = self.faults[line["strike"]]
            standing.remaining = (standing.remaining or 1) - 1
            if not standing.remaining:
                self.faults.remove(standing)
        elif "clear_faults" in line:
            self.faults.clear()
        elif "expect" in line:
            self.secrets[line["expect"]] = line["secrets"]

    def _arrived(self, line: dict[str, Any]) -> None:
        self.received += 1
        self.newest.appendleft(line)
        if line["status"] is None:
            self.unanswered += 1
        else:
            self.statuses[line["status"]] += 1
        if line["fault"]:
            self.by_fault[line["fault"]] += 1
        if line["event"] is None:
            self.others += 1
            return
        event = Event(*line["event"])
        if line["effect"]:
            self._happened(event, line["at"])
        elif event.key in self.effects:
            self.repeats += 1

    def _happened(self, event: Event, at: float) -> None:
        if event.key in self.effects:  # the file holds an effect twice: we were wrong ourselves
            self.doubles.append(event)
            return
        self.effects[event.key] = Effect(event, at)
        line, place = (event.organisation, event.subject), (event.organisation, event.subject, event.number)
        if place in self._places:
            self.doubles.append(event)
        self._places.add(place)
        if event.number < self._highest.get(line, 0):
            self.inversions.append(event)
        else:
            self._highest[line] = event.number


def opened(path: Path) -> Books:
    """The books in a file, which is made if it is missing. Raises StateUnusable.

    A last line that a kill cut short is taken away: its answer was never sent.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as error:
        raise StateUnusable(f"{path} cannot be opened: {error}. Choose another file with --state.") from error
    books, whole = Books(file), 0
    try:
        with path.open("rb") as lines:
            for line in lines:
                if line.endswith(b"\n"):
                    books._apply(json.loads(line))
                    whole += len(line)
        os.ftruncate(file, whole)
    except (OSError, ValueError, KeyError, TypeError) as error:
        os.close(file)
        raise StateUnusable(f"{path} was not written by the sink. Choose another file with --state.") from error
    return books
