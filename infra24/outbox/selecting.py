"""Which deliveries are meant: the filter that lists, replays and discards share, and what makes two failures alike."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.db.models import CharField, F, Func, Q, Value
from django.db.models.functions import MD5

LONGEST_TEXT = 100
"""Characters to look for in notes."""

# What differs between two failures of one cause, in this order: what is quoted, addresses, ids, numbers.
_SAME = (
    ("\"[^\"]*\"|“[^”]*”|„[^“”]*[“”]|«[^»]*»|‘[^’]*’|'[^']*'(?![[:alpha:]])", "…"),
    (r"\S+@\S+", "…"),
    ("[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}", "#"),
    (r"\d+", "#"),
    (r"#([ ,.:/-]+#)+", "#"),
)


def cause() -> MD5:
    """The fingerprint of a delivery's note: the same for all that failed for the same cause.

    In SQL alone, and not stored: dead letters are few beside what arrives, and a
    column would have to be written with every try.
    """
    note: Any = F("note")
    for pattern, stands_for in _SAME:
        note = Func(
            note, Value(pattern), Value(stands_for), Value("g"), function="regexp_replace", output_field=CharField()
        )
    return MD5(note)


@dataclass(frozen=True)
class Selection:
    """All deliveries for which everything said here is true; what is left out is true of any."""

    statuses: tuple[str, ...] = ()
    destination_id: UUID | None = None
    subject_id: UUID | None = None
    fact_type: str = ""
    outcome: str = ""
    cause: str = ""
    """As `cause()` gives it."""
    text: str = ""
    """Somewhere in the note, in upper or lower case."""
    since: datetime | None = None
    """Made at or after this instant."""
    until: datetime | None = None
    """Made before this instant."""

    @property
    def is_narrow(self) -> bool:
        return self != Selection()

    def to_q(self) -> Q:
        """For a query that carries `cause()` as `cause_` where `needs_cause`."""
        names = {
            "statuses": "status__in",
            "destination_id": "destination_id",
            "subject_id": "subject_id",
            "fact_type": "fact__type",
            "outcome": "outcome",
            "cause": "cause_",
            "text": "note__icontains",
            "since": "created_at__gte",
            "until": "created_at__lt",
        }
        return Q(**{names[name]: value for name, value in vars(self).items() if value})

    def kept(self) -> dict[str, Any]:
        """As JSON keeps it; what is left out is left out there too."""
        return {name: _plain(value) for name, value in asdict(self).items() if value}

    @classmethod
    def recalled(cls, kept: Mapping[str, Any]) -> Self:
        """`kept` backwards."""
        values = dict(kept)
        for name in ("destination_id", "subject_id"):
            if name in values:
                values[name] = UUID(values[name])
        for name in ("since", "until"):
            if name in values:
                values[name] = datetime.fromisoformat(values[name])
        return cls(**{**values, "statuses": tuple(values.get("statuses", ()))})


EVERY = Selection()


def _plain(value: Any) -> Any:
    match value:
        case UUID():
            return str(value)
        case datetime():
            return value.isoformat()
        case tuple():
            return list(value)
    return value
