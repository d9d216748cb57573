"""What the engine is told: a resource, what is promised of it, when it is closed, and who asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from infra24.orgs.policies import Role
from infra24.resources.policies.rules import Effective, RuleRow, effective


@dataclass(frozen=True)
class Closure:
    """A stretch in which something cannot be had: from and until as a clock on the wall of the resource shows them."""

    id: UUID
    title: str
    wall_from: datetime
    wall_until: datetime
    """Naive."""
    is_yearly: bool = False
    lifted_at: datetime | None = None
    """From this instant on it holds no more."""
    visible_to: str = "everyone"
    """Who sees the resource it is said of: a room may be shut because of a part that others do not see."""

    def is_known_to(self, role: Role) -> bool:
        """Whether members of a role may hear what it is about."""
        return self.visible_to == "everyone" or role.includes(Role(self.visible_to))


@dataclass(frozen=True)
class Need:
    """A qualification without which members cannot book a resource."""

    qualification_id: UUID
    name: str


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
    kind: str = ""
    closures: tuple[Closure, ...] = ()
    """Its own, its kind's and the organisation's, and those of what it is part of or consists of."""
    needs: tuple[Need, ...] = ()
    visible_to: str = "everyone"
    """`everyone`, or the least role that sees it."""
    bookable_by: str = "member"
    """The least role that may book it, or `nobody`."""
    shape: int = 0
    """Raised whenever its parts change."""
    home_zone: str = "UTC"
    """The organisation's: days, weeks and months of quotas are counted in it."""

    def rules_on(self, on: date) -> Effective:
        return effective(self.rows, on)

    def rules_at(self, instant: datetime) -> Effective:
        return effective(self.rows, self.day_of(instant))

    def rules_between(self, since: datetime, until: datetime) -> list[Effective]:
        """Those that hold at an instant, and those that begin to hold after it and by another."""
        first, last = self.day_of(since), self.day_of(until)
        days = sorted({row.valid_from for row in self.rows if first < row.valid_from <= last})
        return [effective(self.rows, on) for on in (first, *days)]

    def day_of(self, instant: datetime) -> date:
        """The local date at an instant."""
        return day_at(self.zone, instant)


@dataclass(frozen=True)
class Claim:
    """A stretch of a resource already promised, buffers included."""

    blocks_from: datetime
    blocks_until: datetime
    units: int
    people: int
    is_shared: bool


@dataclass(frozen=True)
class Use:
    """A live booking of the person who asks, as quotas count it: what it is of, and when."""

    starts_at: datetime
    ends_at: datetime
    kinds: frozenset[str]
    resources: frozenset[UUID]
    is_missed: bool = False
    """Nobody came: rules may count it several times."""


@dataclass(frozen=True)
class Asker:
    """Who wants something, as far as rules care. Staff are bound by hours, closures, grid, lengths and claims only."""

    role: Role = Role.MEMBER
    holds: Mapping[UUID, date | None] = field(default_factory=dict)
    """Qualifications by id, each with the last day on which it holds; None: for good."""
    uses: tuple[Use, ...] = ()
    """Their other live bookings, where quotas count them."""

    @property
    def is_staff(self) -> bool:
        return self.role.includes(Role.STAFF)


STAFF = Asker(Role.STAFF)


@lru_cache(maxsize=512)
def zone_of(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def day_at(zone: str, instant: datetime) -> date:
    """The local date at an instant."""
    return instant.astimezone(zone_of(zone)).date()
