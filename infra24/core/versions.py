"""Edits that do not overwrite one another, and answers not sent twice: `ETag`, `If-Match`, `If-None-Match`."""

from uuid import UUID

from django.http import HttpRequest

from infra24.core.errors import Stale


def etag(version: int | UUID | str) -> str:
    """The `ETag` of a row at this version; of rows that never change, the last one's id;
    of an answer, what stands for all of it. No quotes or commas.
    """
    return f'"{version}"'


def seen(request: HttpRequest, version: int) -> int | None:
    """The version, when the caller has said which one they have seen (`require_match` compares it); else None."""
    return version if request.META.get("HTTP_IF_MATCH", "").strip() else None


def require_match(request: HttpRequest, version: int | UUID | None) -> None:
    """Compare `If-Match` with the version the row has now; None: there is no row. Absent or `*` matches.

    The opaque text counts, `W/` does not: compressing proxies weaken tags.
    Raises Stale (412).
    """
    given = request.META.get("HTTP_IF_MATCH", "").strip()
    if given in {"", "*"}:
        return
    if version is None or etag(version) not in _tags(given):
        raise Stale


def is_known(tag: str, if_none_match: str) -> bool:
    """True when whoever asks has the answer with this `ETag` already; 304 is answer enough."""
    return tag in _tags(if_none_match)


def _tags(header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}
