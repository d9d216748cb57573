"""Edits that do not overwrite one another: `ETag` and `If-Match`."""

from django.http import HttpRequest

from infra24.core.errors import Stale


def etag(version: int) -> str:
    """The `ETag` of a row at this version."""
    return f'"{version}"'


def require_match(request: HttpRequest, version: int) -> None:
    """Compare `If-Match` with the version the row has now. Absent or `*` matches.

    The opaque text counts, `W/` does not: compressing proxies weaken tags.
    Raises Stale (412).
    """
    given = request.headers.get("If-Match", "").strip()
    if given in {"", "*"}:
        return
    tags = {tag.strip().removeprefix("W/") for tag in given.split(",")}
    if etag(version) not in tags:
        raise Stale
