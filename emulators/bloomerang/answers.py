"""What an operation gives back: an answer with its effect, or a refusal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]
RecordType = Literal["Constituent", "Interaction"]
"""The record types that exist here; the vendor has custom fields on others as well."""

ERROR_CODE_UNKNOWN = 0
"""The vendor's error codes other than 109 and 110 are not public: ours say so."""


@dataclass(frozen=True)
class Effect:
    """One change of the stored state: what happened to which record."""

    change: Literal["created", "updated", "deleted"]
    record_type: RecordType
    record_id: int


@dataclass(frozen=True)
class Answer:
    """A success. The vendor documents status 200 alone, for creations as well."""

    body: Json
    effect: Effect | None = None


class Refused(Exception):
    """An answer of 4xx. `message` goes to the caller and never into a log: it may name what was sent."""

    def __init__(self, status: int, message: str, *, error_code: int = ERROR_CODE_UNKNOWN) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.error_code = error_code

    @property
    def body(self) -> Json:
        return {"Message": self.message, "ErrorCode": self.error_code}


USER_NAME = "infra24"
USER_FULL_NAME = "Integration User"


def audit_trail(created_at: str, modified_at: str) -> dict[str, Json]:
    """Who and when. The name is `<user name>-<person>`, as seen in answers that clients have published."""
    name = f"{USER_NAME}-{USER_FULL_NAME}"
    return {"CreatedDate": created_at, "CreatedName": name, "LastModifiedDate": modified_at, "LastModifiedName": name}


def envelope(results: list[Json], *, total: int, filtered: int, start: int) -> Answer:
    """One page of a list: `total` records there are, `filtered` of them match, `start` of those were skipped."""
    return Answer(
        {
            "Total": total,
            "TotalFiltered": filtered,
            "Start": start,
            "ResultCount": len(results),
            "Results": results,
        }
    )
