"""`Idempotency-Key`: a request sent twice has its effect once, and both get the same answer.

The row is the first thing the effect's transaction writes, so a rival waits
for it in the index; it stays only when the effect is committed.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpResponse
from django.utils import timezone

from infra24.core.ids import new_id
from infra24.core.problems import is_api
from infra24.core.statements import Statement
from infra24.orgs.errors import AnswerNotKept, IdempotencyKeyReused, IdempotencyKeyTooLong
from infra24.orgs.requests import OrganisationRequest, principal_of

KEPT_FOR = timedelta(hours=24)
KEPT_HEADERS = ("Content-Type", "ETag", "Location")
SECRET = 0
"""Stands for the status of an answer that was not kept because it said `Cache-Control: no-store`."""

_BEGIN = Statement("""
    INSERT INTO orgs_rememberedanswer AS kept
           (id, org_id, principal, key, request_sha256, headers, body, created_at)
    VALUES (%(id)s, %(org_id)s, %(principal)s, %(key)s, %(sha256)s, '{}', '', %(now)s)
    ON CONFLICT (org_id, principal, key) DO UPDATE
       SET id = excluded.id, request_sha256 = excluded.request_sha256, status = NULL, created_at = excluded.created_at
     WHERE kept.created_at < %(forgotten)s
    RETURNING id
""")
_RECALL = Statement("""
    SELECT request_sha256, status, headers, body FROM orgs_rememberedanswer
     WHERE org_id = %(org_id)s AND principal = %(principal)s AND key = %(key)s
""")
_KEEP = Statement("""
    UPDATE orgs_rememberedanswer SET status = %(status)s, headers = %(headers)s::jsonb, body = %(body)s
     WHERE id = %(id)s
""")


def answer_once(request: OrganisationRequest, answer: Callable[[OrganisationRequest], HttpResponse]) -> HttpResponse:
    """Answer, or give the answer already given to this key. Runs inside the organisation's transaction.

    Raises IdempotencyKeyReused when the key came with another request,
    IdempotencyKeyTooLong when it is no key, AnswerNotKept when the answer held a secret.
    """
    key = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if key is None or request.method != "POST" or not is_api(request):
        return answer(request)
    if not 0 < len(key) <= 255 or not key.isascii() or not key.isprintable():
        raise IdempotencyKeyTooLong
    now = timezone.now()
    values = _values(request, key, now)
    if _BEGIN.row(**values) is None:
        (answered,) = _RECALL.rows(**values)
        return _recalled(answered, values["sha256"])
    response = answer(request)
    if response.status_code < 300:
        status, headers, body = _kept(response)
        _KEEP.tell(id=values["id"], status=status, headers=headers, body=body)
    return response


def _kept(response: HttpResponse) -> tuple[int, str, bytes]:
    """Status, headers and body to keep; of an answer that holds a secret only that it was given."""
    if "no-store" in response.get("Cache-Control", ""):
        return SECRET, "{}", b""
    headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    return response.status_code, msgspec.json.encode(headers).decode(), response.content


def _values(request: OrganisationRequest, key: str, now: datetime) -> dict[str, Any]:
    line = f"{request.method} {request.get_full_path()}\n"
    return {
        "id": new_id(),
        "org_id": request.organisation.pk,
        "principal": principal_of(request),
        "key": key,
        "sha256": hashlib.sha256(line.encode() + request.body).digest(),
        "now": now,
        "forgotten": now - KEPT_FOR,
    }


def _recalled(row: tuple[Any, ...], sha256: bytes) -> HttpResponse:
    asked, status, headers, body = row
    if bytes(asked) != sha256:
        raise IdempotencyKeyReused
    if status == SECRET:
        raise AnswerNotKept
    response = HttpResponse(bytes(body), status=status, headers=msgspec.json.decode(headers))
    response["Idempotency-Replayed"] = "true"
    return response


_FORGET = Statement("""
    DELETE FROM orgs_rememberedanswer kept
     WHERE kept.org_id = %(org_id)s
       AND EXISTS (SELECT FROM unnest(%(texts)s::text[]) text WHERE position(convert_to(text, 'UTF8') IN kept.body) > 0)
""")


def forget_answers(org_id: UUID, texts: list[str]) -> None:
    """Forget the answers in which any of the texts stands: what they told of is to be known no more."""
    _FORGET.tell(org_id=org_id, texts=texts)
