"""A search as it comes in and goes out of the API."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field

from infra24.bookings.schemas.bookings import ReasonOut
from infra24.bookings.search import MOST_OFFERS, Fit, Found, Miss, SearchWish
from infra24.core.instants import Instant
from infra24.core.problems import reason_document
from infra24.resources.models import ResourceKind
from infra24.resources.policies import Bookable, Size, days_named, hours_between, parse_wish
from infra24.resources.policies.document import minute_of
from infra24.resources.policies.features import LONGEST_WISH

DayName = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "weekdays", "weekends"]
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$", examples=["18:00"])]


def _readable(wish: str) -> str:
    parse_wish(wish)
    return wish


Wish = Annotated[str, Field(max_length=LONGEST_WISH), AfterValidator(_readable)]
"""What a resource should have: `projector`, `max_temperature>=1200`."""
FeatureTexts = Annotated[list[Wish], Field(max_length=20)]
FEATURES: Any = Field(
    default=[],
    description="`projector`, `projector=no`, `floor=2`, `max_temperature>=1200` or `<=`; several must all be met.",
)


def _minute(clock: str | None) -> int | None:
    return None if clock is None else minute_of(clock)


class SearchQuery(Schema):
    """What is looked for; what is left out does not matter."""

    model_config = ConfigDict(populate_by_name=True)

    kind: ResourceKind | None = Field(default=None, description="Only of this kind.")
    people: Annotated[int, Field(ge=1, le=100_000, description="How many are coming.")] = 1
    units: Annotated[int, Field(ge=1, le=10_000, description="How many of it you need.")] = 1
    exclusive: bool = Field(default=False, description="Alone, though it may be shared. Staff only.")
    feature: FeatureTexts = FEATURES
    length: Annotated[timedelta, Field(gt=timedelta(), le=timedelta(days=31))] | None = Field(
        default=None, description="ISO 8601, as PT3H. Left out: of each resource the shortest booking there is."
    )
    start: Instant | None = Field(default=None, description="Left out: now.")
    end: Instant | None = Field(default=None, description="At most 62 days after the start. Left out: 14 days after.")
    days: Annotated[list[DayName], Field(max_length=9)] = Field(default=[], description="Left out: any day.")
    opens: Clock | None = Field(
        default=None, alias="from", description="No earlier than this of each day, in the organisation's zone."
    )
    until: Clock | None = Field(
        default=None, description="No later than this. When it is not after `from` it is meant of the next day."
    )
    offers: Annotated[int, Field(ge=1, le=MOST_OFFERS)] = Field(
        default=3, description="First times of each resource, at most. They do not overlap."
    )

    def to_wish(self) -> SearchWish:
        return SearchWish(
            since=self.start,
            until=self.end,
            kind=self.kind or "",
            size=Size(self.units, self.people, self.exclusive),
            features=tuple(parse_wish(text) for text in self.feature),
            length=self.length,
            days=days_named(self.days),
            hours=hours_between(_minute(self.opens), _minute(self.until)),
            offers=self.offers,
        )


class OfferOut(Schema):
    """A time that can be had."""

    start: datetime
    end: datetime
    approval: bool = Field(description="Whether staff would still have to agree.")


class SoughtOut(Schema):
    """A resource that was looked at."""

    resource_id: UUID
    name: str
    kind: str
    capacity: int | None
    units: int
    time_zone: str


class FitOut(SoughtOut):
    """A resource that fits."""

    offers: list[OfferOut]


class HindranceOut(ReasonOut):
    """A reason and, where it depends on the time, the first window it was found against."""

    start: datetime | None
    end: datetime | None
    times: int = Field(description="Of the stretches looked at, one a day, in how many. 0: whatever the time.")


class MissOut(SoughtOut):
    """A resource that does not fit, and why."""

    reasons: list[HindranceOut] = Field(description="The commonest first.")


class SearchOut(Schema):
    """What was found between `start` and `end`."""

    time_zone: str = Field(description="The organisation's, in which days and hours are meant.")
    start: datetime
    end: datetime
    fitting: list[FitOut] = Field(description="By first time, then the tightest, then by name.")
    others: list[MissOut] = Field(description="Why the rest does not fit, by name.")


def search_out(found: Found, *, zone: str) -> dict[str, Any]:
    """What was found, in the shape of SearchOut, ready for JSON."""
    return {
        "time_zone": zone,
        "start": found.since,
        "end": found.until,
        "fitting": [_fit_out(fit) for fit in found.fits],
        "others": [_miss_out(miss) for miss in found.misses],
    }


def _sought_out(resource: Bookable) -> dict[str, Any]:
    return {
        "resource_id": resource.id,
        "name": resource.name,
        "kind": resource.kind,
        "capacity": resource.capacity,
        "units": resource.units,
        "time_zone": resource.zone,
    }


def _fit_out(fit: Fit) -> dict[str, Any]:
    offers = [
        {"start": offer.starts_at, "end": offer.ends_at, "approval": offer.needs_approval} for offer in fit.offers
    ]
    return {**_sought_out(fit.resource), "offers": offers}


def _miss_out(miss: Miss) -> dict[str, Any]:
    reasons = [
        {
            **reason_document(one.reason),
            "start": one.window[0] if one.window else None,
            "end": one.window[1] if one.window else None,
            "times": one.times,
        }
        for one in miss.hindrances
    ]
    return {**_sought_out(miss.resource), "reasons": reasons}
