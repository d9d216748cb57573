"""Edits that do not overwrite one another: `ETag` and `If-Match`."""

from uuid import UUID

from django.http import HttpRequest

from infra24.core.errors import Stale


def etag(version: int | UUID) -> str:
    """The `ETag` of a row at this version; of rows that never change, the last one's id."""
    return f'"{version}"'


def require_match(request: HttpRequest, version: int | UUID | None) -> None:
    """Compare `If-Match` with the version the row has now; None: there is no row. Absent or `*` matches.

    The opaque text counts, `W/` does not: compressing proxies weaken tags.
    Raises Stale (412).
    """
    given = request.headers.get("If-Match", "").strip()
    if given in {"", "*"}:
        return
    tags = {tag.strip().removeprefix("W/") for tag in given.split(",")}
    if version is None or etag(version) not in tags:
        raise Stale
