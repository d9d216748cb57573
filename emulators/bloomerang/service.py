"""From a request to what goes onto the wire: keys, faults, the journal, the control surface and the page.

A change and its line in the journal are one transaction, on disk before the first byte of the answer.
"""

import hmac
import json
import re
import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from emulators.bloomerang import custom_fields, faults, journal, page, routes, store
from emulators.bloomerang.answers import Answer, Json, Refused
from emulators.bloomerang.faults import Fault
from emulators.bloomerang.shapes import read_body, read_query
from emulators.faults import WRONG_BODY

NO_CREDENTIAL = 110
WRONG_CREDENTIAL = 109
UNKNOWN_PATH = "(unknown path)"
STYLE = (Path(__file__).parent / "style.css").read_bytes()
HTML = "text/html; charset=utf-8"
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Call:
    """A request, read whole. Header names are in lower case."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes
    content_type: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What to send, or nothing at all. `name` is the route's pattern, safe for logs."""

    name: str
    reply: Reply | None
    fault: Fault | None = None


class Service:
    """Answers calls against one state; safe to call from several threads."""

    def __init__(self, state: store.Store, *, key: str) -> None:
        self._state = state
        self._key = key.encode()

    def handle(self, call: Call) -> Outcome:
        if call.path.startswith("/v2/"):
            return self._vendor(call)
        name = f"{call.method} {call.path}" if (call.method, call.path) in LOCAL else f"{call.method} {UNKNOWN_PATH}"
        try:
            _only_from_here(call)
            answer = LOCAL.get((call.method, call.path))
            if answer is None:
                raise Refused(404, "Nothing is here; the vendor's paths begin with /v2/")
            with self._state.transaction() as db:
                return Outcome(name, answer(db, call))
        except Refused as refusal:
            return Outcome(name, refused(refusal))

    def _vendor(self, call: Call) -> Outcome:
        with self._state.transaction() as db:
            fault = faults.strike(db, call.method, call.path)
        if fault and fault.kind == "slow":
            time.sleep(fault.seconds)
        outcome = self._perform(call, fault)
        if fault and fault.kind == "timeout_after_commit":
            time.sleep(fault.seconds)
        return outcome

    def _perform(self, call: Call, fault: Fault | None) -> Outcome:
        name = f"{call.method} {UNKNOWN_PATH}"
        try:
            with self._state.transaction() as db:
                self._check_key(call)
                match = routes.find(call.method, call.path)
                name = match.name
                answer = Answer(None)
                if fault is None or fault.has_effect:
                    answer = match.operation(db, routes.Request(call.query, call.body, match.parts))
                return _recorded(db, name, _disguised(_json(200, answer.body), fault), fault, answer)
        except Refused as refusal:
            with self._state.transaction() as db:
                return _recorded(db, name, _disguised(refused(refusal), fault), fault, Answer(None))

    def _check_key(self, call: Call) -> None:
        key = call.headers.get("x-api-key", "")
        if not key:
            raise Refused(401, "Missing Authorization Header", error_code=NO_CREDENTIAL)
        if not hmac.compare_digest(key.encode(), self._key):
            raise Refused(401, "Invalid Credentials", error_code=WRONG_CREDENTIAL)


def refused(refusal: Refused) -> Reply:
    return _json(refusal.status, refusal.body)


def _recorded(db: sqlite3.Connection, name: str, reply: Reply | None, fault: Fault | None, answer: Answer) -> Outcome:
    store.record(
        db,
        route=name,
        status=reply.status if reply else None,
        fault=fault.kind if fault else None,
        effect=answer.effect,
    )
    return Outcome(name, reply, fault)


def _disguised(reply: Reply, fault: Fault | None) -> Reply | None:
    """What the caller gets to see of the true reply."""
    if fault is None or fault.kind == "slow":
        return reply
    if fault.kind == "status":
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return _json(fault.status, {"Message": "Injected fault", "ErrorCode": 0}, headers)
    if fault.kind == "wrong_body":
        return Reply(200, WRONG_BODY, HTML)
    return None


def _only_from_here(call: Call) -> None:
    """Page and control surface have no key: refuse names of other sites that resolve to us, and their scripts.

    Nobody else can reach us, since the server listens on the loopback interface alone.
    """
    host = call.headers.get("host", "")
    if not re.fullmatch(r"(127\.0\.0\.1|localhost)(:\d+)?", host):
        raise Refused(403, "Open the emulator as http://127.0.0.1 or http://localhost")
    origin = call.headers.get("origin")
    if origin is not None and origin != f"http://{host}":
        raise Refused(403, "Pages of other sites may not use the emulator")


def _json(status: int, body: Json, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, json.dumps(body, ensure_ascii=False).encode(), headers=headers or {})


def _add_fault(db: sqlite3.Connection, call: Call) -> Reply:
    faults.add(db, read_body(Fault, call.body))
    return _json(200, faults.active(db))


def _clear_faults(db: sqlite3.Connection, _call: Call) -> Reply:
    faults.clear(db)
    return _json(200, [])


def _reset(db: sqlite3.Connection, _call: Call) -> Reply:
    store.reset(db)
    return _json(200, {"reset": True})


def _render_page(db: sqlite3.Connection, call: Call) -> Reply:
    return Reply(200, page.render(db, read_query(page.PageQuery, call.query)).encode(), HTML, PAGE_HEADERS)


LOCAL: Mapping[tuple[str, str], Callable[[sqlite3.Connection, Call], Reply]] = {
    ("GET", "/"): _render_page,
    ("GET", "/style.css"): lambda _db, _call: Reply(200, STYLE, "text/css; charset=utf-8", PAGE_HEADERS),
    ("GET", "/_emulator/journal"): lambda db, call: _json(
        200, journal.summary(db, read_query(journal.JournalQuery, call.query))
    ),
    ("GET", "/_emulator/faults"): lambda db, _call: _json(200, faults.active(db)),
    ("POST", "/_emulator/faults"): _add_fault,
    ("DELETE", "/_emulator/faults"): _clear_faults,
    ("POST", "/_emulator/custom-fields"): lambda db, call: _json(
        200, custom_fields.create_field(db, read_body(custom_fields.NewField, call.body))
    ),
    ("POST", "/_emulator/reset"): _reset,
}
"""The page for people and the control surface for tests: what the vendor does not have."""
