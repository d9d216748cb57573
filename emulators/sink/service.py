"""From a request to its answer: the hook that takes deliveries, and the surface that asks about them."""

import json
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import parse_qs

from pydantic import BaseModel, ConfigDict, ValidationError

from emulators.faults import WRONG_BODY, Fault
from emulators.sink.books import Books, Event
from emulators.sink.signing import is_signed

CONTROL = "/_emulator/"
TESTS = ("endpoint.proof", "endpoint.test")
"""Types of events that only ask whether they arrive."""
JSON, HTML = "application/json", "text/html; charset=utf-8"


@dataclass(frozen=True)
class Call:
    """A request, read whole. Header names are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What to send: after `delay` seconds, or, with status None, nothing but the end of the connection."""

    status: int | None
    body: bytes = b""
    content_type: str = JSON
    retry_after: int | None = None
    delay: float = 0.0
    is_torn: bool = False
    """End the connection with a TCP RST."""


class Expectation(BaseModel):
    """Whose signatures a path wants."""

    model_config = ConfigDict(extra="forbid", strict=True)

    path: str
    secrets: list[str]


class Service:
    """Answers calls against one set of books. `seed` makes the faults of a run the same as those of another."""

    def __init__(self, books: Books, *, seed: int | None = None) -> None:
        self._books = books
        self._random = random.Random(seed)  # noqa: S311 - no secret
        self._controls: Mapping[tuple[str, str], Callable[[Call, Mapping[str, str]], Any]] = {
            ("GET", "/"): lambda _call, query: summary(books, **query),
            ("GET", f"{CONTROL}journal"): lambda _call, query: summary(books, **query),
            ("GET", f"{CONTROL}effects"): lambda _call, query: effects(books, **query),
            ("GET", f"{CONTROL}faults"): lambda _call, _query: _standing(books),
            ("POST", f"{CONTROL}faults"): self._add_fault,
            ("DELETE", f"{CONTROL}faults"): self._clear_faults,
            ("POST", f"{CONTROL}expectations"): self._expect,
            ("POST", f"{CONTROL}reset"): self._reset,
        }

    def handle(self, call: Call) -> Reply:
        path, _, query = call.target.partition("?")
        if path == "/" or path.startswith(CONTROL):
            return self._control(call, path, query)
        if call.method != "POST":
            return _said(405, "Deliveries come by POST.")
        return self._take(call, path)

    def _take(self, call: Call, path: str) -> Reply:
        """One delivery. Nothing is answered before it is in the books."""
        fault = self._books.struck(call.method, path, chance=self._random.random())
        reply, event = self._judged(call, path)
        is_taken = reply.status == 204
        reply = _disguised(reply, fault)
        self._books.note(
            event,
            has_effect=is_taken and (fault is None or fault.has_effect),
            path=path,
            status=reply.status,
            fault=fault.kind if fault else None,
        )
        return reply

    def _judged(self, call: Call, path: str) -> tuple[Reply, Event | None]:
        """What an honest receiver answers, and the event if it is one that has an effect."""
        secrets = self._books.secrets.get(path)
        if secrets and not is_signed(dict(call.headers), call.body, secrets=secrets, now=time.time()):
            return _said(401, "The signature does not fit."), None
        key = call.headers.get("webhook-id", "")
        if not key:
            return _said(400, "webhook-id is missing."), None
        try:
            told = json.loads(call.body)
            kind, data = told.get("type"), told["data"]
        except (ValueError, KeyError, TypeError, AttributeError):
            return _said(400, "The body is no JSON object with data."), None
        return Reply(204), None if kind in TESTS else _event(key, data)

    def _control(self, call: Call, path: str, query: str) -> Reply:
        """Only for programs and people on this machine: names that resolve to us and pages of others are refused."""
        host, origin = call.headers.get("host", ""), call.headers.get("origin")
        if not re.fullmatch(r"(127\.0\.0\.1|localhost)(:\d+)?", host) or origin not in (None, f"http://{host}"):
            return _said(403, "Ask the sink as http://127.0.0.1 or http://localhost.")
        answer = self._controls.get((call.method, path))
        if answer is None:
            return _said(404, "docs/reference/sink.md lists what can be asked here.")
        try:
            found = answer(call, {name: values[0] for name, values in parse_qs(query).items()})
        except ValidationError as error:
            wrong = "; ".join(
                ": ".join(filter(None, (".".join(map(str, one["loc"])), one["msg"].removeprefix("Value error, "))))
                for one in error.errors(include_input=False, include_url=False)
            )
            return _said(400, wrong)
        except TypeError:
            return _said(400, "There is no such parameter.")
        return Reply(200, json.dumps(found).encode())

    def _add_fault(self, call: Call, _query: Mapping[str, str]) -> Any:
        self._books.add_fault(Fault.model_validate_json(call.body))
        return _standing(self._books)

    def _clear_faults(self, _call: Call, _query: Mapping[str, str]) -> Any:
        self._books.clear_faults()
        return []

    def _expect(self, call: Call, _query: Mapping[str, str]) -> Any:
        expectation = Expectation.model_validate_json(call.body)
        self._books.expect(expectation.path, expectation.secrets)
        return expectation.model_dump()

    def _reset(self, _call: Call, _query: Mapping[str, str]) -> Any:
        self._books.reset()
        return {"reset": True}


def summary(books: Books, entries: str = "100") -> dict[str, Any]:
    """Counts of everything since the last reset, and so many of the newest arrivals."""
    return {
        "received": books.received,
        "unanswered": books.unanswered,
        "effects": len(books.effects),
        "repeats": books.repeats,
        "doubled": len(books.doubles),
        "inverted": len(books.inversions),
        "others": books.others,
        "statuses": {str(status): times for status, times in sorted(books.statuses.items())},
        "faults": dict(sorted(books.by_fault.items())),
        "inversions": [event._asdict() for event in books.inversions[:20]],
        "doubles": [event._asdict() for event in books.doubles[:20]],
        "entries": list(islice(books.newest, int(entries) if entries.isdecimal() else 0)),
    }


def effects(books: Books, organisation: str = "", skip: str = "0") -> list[Any]:
    """The effects in the order in which they happened: key, organisation, subject, number, seconds since 1970."""
    found = [effect for effect in books.effects.values() if organisation in ("", effect.event.organisation)]
    return [[*effect.event, effect.at] for effect in found[int(skip) if skip.isdecimal() else 0 :]]


def _standing(books: Books) -> list[dict[str, Any]]:
    return [{**standing.fault.model_dump(), "remaining": standing.remaining} for standing in books.faults]


def _event(key: str, data: Any) -> Event | None:
    """None for what is no fact of a subject, such as a test event."""
    if not isinstance(data, dict) or not isinstance(data.get("number"), int) or "subject_id" not in data:
        return None
    return Event(key, str(data.get("organisation_id", "")), str(data["subject_id"]), data["number"])


def _disguised(reply: Reply, fault: Fault | None) -> Reply:
    """What the caller gets to see of the true answer."""
    match fault:
        case None:
            return reply
        case Fault(kind="slow", seconds=seconds):
            return Reply(reply.status, reply.body, reply.content_type, delay=seconds)
        case Fault(kind="status", status=status, retry_after=retry_after):
            return Reply(status, b'{"detail": "Injected fault"}', retry_after=retry_after)
        case Fault(kind="wrong_body"):
            return Reply(200, WRONG_BODY, HTML)
        case Fault(kind=kind, seconds=seconds):
            return Reply(None, delay=seconds, is_torn=kind == "reset")


def _said(status: int, detail: str) -> Reply:
    return Reply(status, json.dumps({"detail": detail}).encode())
