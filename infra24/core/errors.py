"""What can go wrong, by kind. Apps subclass these with a stable code.

The docstring of a class is the sentence a person reads; it is translated by
its text. No Django here: rules raise these too.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True)
class Reason:
    """One of possibly many causes of a refusal.

    `code` is one of the published reason codes, `detail` a sentence, `source`
    the rule or row it comes from, `cure` what would help.
    """

    code: str
    detail: str = ""
    resource_id: str | None = None
    source: Mapping[str, Any] = field(default_factory=dict)
    cure: str = ""


@dataclass(frozen=True)
class Alternative:
    """What would have been possible, as ISO 8601 instants.

    `kind` is `later` (the same things), `similar` (another resource in the place of `instead_of`) or `shorter`.
    """

    resource_id: str
    starts_at: str
    ends_at: str
    kind: str = "later"
    instead_of: str | None = None
    resource_name: str = ""


class Infra24Error(Exception):
    """Something went wrong."""

    status: ClassVar[int] = 500

    def __init__(
        self,
        detail: str = "",
        *,
        code: str = "",
        reasons: Sequence[Reason] = (),
        alternatives: Sequence[Alternative] = (),
        fields: Mapping[str, str] | None = None,
        retry_after: int | None = None,
    ) -> None:
        self.title = (type(self).__doc__ or "").strip().splitlines()[0]
        self.detail = detail or self.title
        self.code = code or _snake(type(self).__name__)
        self.reasons = tuple(reasons)
        self.alternatives = tuple(alternatives)
        self.fields = dict(fields or {})
        self.retry_after = retry_after
        self.more: dict[str, Any] = {}
        """What a door adds to the answer besides, by name: plain values."""
        super().__init__(self.detail)


class Malformed(Infra24Error):
    """The request could not be read."""

    status = 400


class Invalid(Infra24Error):
    """The request is not right in itself."""

    status = 422


class InvalidRequest(Invalid):
    """The request is not right in itself."""


class NulCharacter(Invalid):
    """Text cannot contain the NUL character."""


class Unauthenticated(Infra24Error):
    """Sign in first."""

    status = 401


class Forbidden(Infra24Error):
    """Your role does not allow this."""

    status = 403


class NotFound(Infra24Error):
    """There is nothing here, or nothing you may see."""

    status = 404


class Conflict(Infra24Error):
    """This cannot be done as things stand."""

    status = 409


class Stale(Infra24Error):
    """Somebody changed this since you loaded it. Load it again, then repeat your change."""

    status = 412


class TooLarge(Infra24Error):
    """That is too large to take."""

    status = 413


class TooMany(Infra24Error):
    """Too many requests. Wait a moment, then try again."""

    status = 429


class Unavailable(Infra24Error):
    """Busy right now. Nothing was changed; try again in a moment."""

    status = 503


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
