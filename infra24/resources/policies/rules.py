"""What an organisation says about when its things can be had, and what that comes to on a day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any, Literal, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

HouseMinute = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]
"""A wall time as HH:MM; 24:00 is the end of the day."""


class Rules(BaseModel):
    """What one scope says, version 1 of the schema. What it leaves out is inherited."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = Field(default=1, alias="schema")
    weekly: dict[Day, list[tuple[HouseMinute, HouseMinute]]] | None = None
    slot_minutes: int | None = Field(default=None, ge=5, le=1440)
    shortest_minutes: int | None = Field(default=None, ge=5, le=44640)
    longest_minutes: int | None = Field(default=None, ge=5, le=44640)
    buffer_before_minutes: int | None = Field(default=None, ge=0, le=1440)
    buffer_after_minutes: int | None = Field(default=None, ge=0, le=1440)
    notice_minutes: int | None = Field(default=None, ge=0, le=527040)
    horizon_days: int | None = Field(default=None, ge=0, le=1830)
    approval: Literal["never", "always"] | None = None
    pending_blocks: bool | None = None
    use: Literal["exclusive", "shared"] | None = None

    @field_validator("weekly")
    @classmethod
    def _in_order(cls, weekly: dict[Day, list[tuple[str, str]]] | None) -> dict[Day, list[tuple[str, str]]] | None:
        for day, spans in (weekly or {}).items():
            latest = -1
            for opens, closes in spans:
                if minute_of(closes) <= minute_of(opens):
                    raise ValueError(
                        f"{day}: {opens}-{closes} ends before it starts; hours past midnight are two spans"
                    )
                if minute_of(opens) < latest:
                    raise ValueError(f"{day}: {opens}-{closes} overlaps the span before it; list spans in order")
                latest = minute_of(closes)
        return weekly

    @model_validator(mode="after")
    def _lengths_in_order(self) -> Self:
        if self.shortest_minutes and self.longest_minutes and self.shortest_minutes > self.longest_minutes:
            raise ValueError("shortest_minutes is more than longest_minutes; swap them")
        return self


def minute_of(wall: str) -> int:
    """Minutes since midnight of HH:MM."""
    return int(wall[:2]) * 60 + int(wall[3:])


@dataclass(frozen=True)
class Provenance:
    """Where an effective value comes from: the scope that said it, and its row."""

    scope: Literal["default", "organisation", "kind", "resource"]
    rule_id: str | None = None


@dataclass(frozen=True)
class Effective:
    """Rules with every value filled in, and who said so."""

    weekly: tuple[tuple[tuple[int, int], ...], ...]
    """Seven days from Monday, each a tuple of (opens, closes) in minutes of the day."""
    slot_minutes: int
    shortest: timedelta
    longest: timedelta
    buffer_before: timedelta
    buffer_after: timedelta
    notice: timedelta
    horizon_days: int
    approval: str
    pending_blocks: bool
    use: str
    provenance: tuple[tuple[str, Provenance], ...]

    def source_of(self, field: str) -> dict[str, Any]:
        """`{"field", "scope", "rule_id"}` of one value, as reasons and pages show it."""
        said = dict(self.provenance)[field]
        return {"field": field, "scope": said.scope, "rule_id": said.rule_id}


DEFAULTS = Rules(
    schema=1,
    weekly={day: [("00:00", "24:00")] for day in DAYS},
    slot_minutes=15,
    shortest_minutes=15,
    longest_minutes=44640,
    buffer_before_minutes=0,
    buffer_after_minutes=0,
    notice_minutes=0,
    horizon_days=730,
    approval="never",
    pending_blocks=True,
    use="exclusive",
)


@dataclass(frozen=True, eq=False)
class RuleRow:
    """One stored row of rules. Rows never change, so what is computed from one is kept by its identity."""

    id: UUID
    scope: Literal["organisation", "kind", "resource"]
    valid_from: date
    rules: Rules


_NARROWNESS = {"organisation": 0, "kind": 1, "resource": 2}


@lru_cache(maxsize=4096)
def effective(rows: tuple[RuleRow, ...], on: date) -> Effective:
    """What holds on a local date: of each scope the newest row, narrower scopes over wider."""
    newest: dict[str, RuleRow] = {}
    for row in rows:
        if row.valid_from <= on and (row.scope not in newest or newest[row.scope].valid_from <= row.valid_from):
            newest[row.scope] = row
    values = DEFAULTS.model_dump(exclude={"schema_version"})
    said = {field: Provenance("default") for field in values}
    for row in sorted(newest.values(), key=lambda row: _NARROWNESS[row.scope]):
        for field, value in row.rules.model_dump(exclude={"schema_version"}, exclude_none=True).items():
            values[field] = value
            said[field] = Provenance(row.scope, str(row.id))
    weekly = values["weekly"]
    return Effective(
        weekly=tuple(
            tuple((minute_of(opens), minute_of(closes)) for opens, closes in weekly.get(day, ())) for day in DAYS
        ),
        slot_minutes=values["slot_minutes"],
        shortest=timedelta(minutes=values["shortest_minutes"]),
        longest=timedelta(minutes=values["longest_minutes"]),
        buffer_before=timedelta(minutes=values["buffer_before_minutes"]),
        buffer_after=timedelta(minutes=values["buffer_after_minutes"]),
        notice=timedelta(minutes=values["notice_minutes"]),
        horizon_days=values["horizon_days"],
        approval=values["approval"],
        pending_blocks=values["pending_blocks"],
        use=values["use"],
        provenance=tuple((name, said.get(f"{name}_minutes", said.get(name, Provenance("default")))) for name in _NAMES),
    )


_NAMES = (
    "weekly", "slot_minutes", "shortest", "longest", "buffer_before", "buffer_after",
    "notice", "horizon_days", "approval", "pending_blocks", "use",
)  # fmt: skip


@dataclass(frozen=True)
class Bookable:
    """What the engine needs to know of one resource."""

    id: UUID
    name: str
    zone: str
    units: int
    capacity: int | None
    rows: tuple[RuleRow, ...]
    leaves: tuple[UUID, ...] = ()
    """Of a divisible space, the parts that have no parts; they are booked with it."""

    def rules_on(self, on: date) -> Effective:
        return effective(self.rows, on)

    def rules_at(self, instant: datetime) -> Effective:
        return effective(self.rows, instant.astimezone(zone_of(self.zone)).date())


@dataclass(frozen=True)
class Claim:
    """A stretch of a resource already promised, buffers included."""

    blocks_from: datetime
    blocks_until: datetime
    units: int
    people: int
    is_shared: bool


@lru_cache(maxsize=512)
def zone_of(name: str) -> ZoneInfo:
    return ZoneInfo(name)
