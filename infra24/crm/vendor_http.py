"""Requests to a CRM's vendor, and what each failure means for a delivery.

Neither keys nor bodies are logged, here or by the client library (its own log
of addresses is silenced in the settings: they may hold e-mail addresses).
"""

import json
import re
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
from django.utils import timezone
from django.utils.translation import gettext as _

from infra24.outbox.failures import (
    ConnectionBroken,
    DeliveryFailure,
    Gone,
    OutcomeUnknown,
    Rejected,
    Throttled,
    TransientFailure,
)
from infra24.outbox.reactions import Exchange

TIMEOUT = httpx.Timeout(20, connect=5)
"""Seconds. An answer that takes longer is not waited for."""
UNTOLD_REST = timedelta(minutes=1)
"""After “too many requests” without a word on how long."""
LONGEST_REASON = 200
"""Characters of the vendor's own words that are kept."""


class VendorHttp:
    """One vendor's API. `name` is what the organisation calls it; `pace` is called before each request and may wait.

    `before_create` is called right before each POST, after any wait: what it raises keeps the POST from being sent.
    What was asked and answered is added to `exchanges`; the headers, which hold the key, are not part of it.
    """

    def __init__(
        self,
        base_url: str,
        *,
        name: str,
        headers: Mapping[str, str],
        pace: Callable[[], None],
        before_create: Callable[[], None],
        exchanges: list[Exchange],
    ) -> None:
        self._name, self._pace, self._before_create = name, pace, before_create
        self._exchanges = exchanges
        self._client = httpx.Client(base_url=base_url, headers=headers, timeout=TIMEOUT, trust_env=False)

    def close(self) -> None:
        self._client.close()

    def get(self, path: str, **query: str | int) -> Any:
        return self._ask("GET", path, query=query)

    def create(self, path: str, body: Mapping[str, Any]) -> Any:
        """POST. What it raises as OutcomeUnknown may have happened."""
        return self._ask("POST", path, body=body)

    def change(self, path: str, body: Mapping[str, Any]) -> Any:
        """PUT of a state that is the same however often it is sent. Raises Gone for a record that is not there."""
        return self._ask("PUT", path, body=body)

    def _ask(self, method: str, path: str, *, query: Any = None, body: Mapping[str, Any] | None = None) -> Any:
        self._pace()
        if method == "POST":
            self._before_create()
        begun = time.monotonic()
        request = self._client.build_request(method, path, params=query, json=body)
        try:
            response = self._client.send(request)
            self._keep(request, body, response, begun)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            self._keep(request, body, None, begun)
            raise TransientFailure(_("%(crm)s could not be reached.") % self._words) from error
        except httpx.HTTPError as error:
            self._keep(request, body, None, begun)
            raise self._unanswered(method, _("%(crm)s did not answer.") % self._words) from error
        if response.status_code != 200:
            raise self._failure(method, response, body)
        try:
            return response.json()
        except ValueError as error:
            raise self._unanswered(
                method, _("%(crm)s answered with something else than data.") % self._words
            ) from error

    def _keep(
        self, request: httpx.Request, body: Mapping[str, Any] | None, response: httpx.Response | None, begun: float
    ) -> None:
        self._exchanges.append(
            Exchange(
                method=request.method,
                url=str(request.url),
                status=response.status_code if response is not None else None,
                request=json.dumps(body, ensure_ascii=False) if body is not None else "",
                response=response.text if response is not None else "",
                milliseconds=round((time.monotonic() - begun) * 1000),
            )
        )

    @property
    def _words(self) -> dict[str, str]:
        return {"crm": self._name}

    def _unanswered(self, method: str, note: str) -> DeliveryFailure:
        return OutcomeUnknown(note) if method == "POST" else TransientFailure(note)

    def _failure(self, method: str, response: httpx.Response, body: Mapping[str, Any] | None) -> DeliveryFailure:
        status, words = response.status_code, {**self._words, "status": response.status_code}
        asked = _retry_after(response.headers.get("Retry-After", ""))
        if status == 429 or (asked is not None and status in (403, 502, 503, 504)):
            return Throttled(_("%(crm)s asked us to slow down.") % words, retry_after=asked or UNTOLD_REST)
        if status in (401, 403):
            return ConnectionBroken(
                _("%(crm)s no longer accepts our key. Connect it again; all that waits will then be sent.") % words
            )
        if status == 408 or status >= 500 or status < 400:
            return self._unanswered(method, _("%(crm)s has trouble (status %(status)s).") % words)
        if status in (404, 410):
            return Gone(_("What we wanted to change is no longer in %(crm)s.") % words)
        if reason := _scrubbed(response, body):
            return Rejected(_("%(crm)s refused what we sent: %(reason)s") % {**words, "reason": reason})
        return Rejected(_("%(crm)s refused what we sent (status %(status)s).") % words)


def _retry_after(text: str) -> timedelta | None:
    """The header's value, in seconds or as a date; None when absent or nonsense."""
    if text.isascii() and text.isdecimal():
        return timedelta(seconds=min(int(text), 10**6))
    try:
        return max(parsedate_to_datetime(text) - timezone.now(), timedelta())
    except (ValueError, TypeError):
        return None


def _scrubbed(response: httpx.Response, body: Mapping[str, Any] | None) -> str:
    """The vendor's reason without what we sent and without addresses: it should name fields, not people."""
    try:
        reason = str(response.json()["Message"])[: 10 * LONGEST_REASON]
    except (ValueError, KeyError, TypeError):
        return ""
    for sent in sorted(_texts(body), key=len, reverse=True):
        reason = re.sub(rf"(?<!\w){re.escape(sent)}(?!\w)", "…", reason, flags=re.IGNORECASE)
    return re.sub(r"\S+@\S+", "…", reason)[:LONGEST_REASON]


def _texts(value: Any) -> set[str]:
    """Every text in a body but its keys."""
    if isinstance(value, str):
        return {value} if value.strip() else set()
    if isinstance(value, Mapping):
        return set().union(*map(_texts, value.values()))
    if isinstance(value, list):
        return set().union(*map(_texts, value))
    return set()
