"""Series as they come in and go out of the API."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import AfterValidator, Field, StringConstraints

from infra24.bookings.ledger import Ahead, is_live, reasons_of, span_of_row, state_of
from infra24.bookings.models import Occurrence, Series, Source, Status
from infra24.bookings.schemas.bookings import (
    ON_CONFLICT,
    BookingWishIn,
    LegIn,
    Note,
    ReasonOut,
    Rule,
    SpanOut,
    Title,
    Visibility,
)
from infra24.bookings.services import BookingChange
from infra24.bookings.services.series import Line, Reach, Report, SeriesChange, SeriesWish
from infra24.core.errors import Alternative
from infra24.core.inputs import Input
from infra24.core.instants import Instant
from infra24.core.problems import reason_document
from infra24.core.translating import translated
from infra24.orgs.models import Member


def _readable(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(_("There is no such day or time.")) from None
    return text


_SHAPE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?$"
Wall = Annotated[str, StringConstraints(pattern=_SHAPE), AfterValidator(_readable)]
FROM: Any = Field(
    default=None,
    alias="from",
    description="The `recurrence_id` of the date, or of the first one; needed but for `all`.",
)
Scope = Literal["this", "following", "all"]


class SeriesIn(BookingWishIn):
    """A booking, said by its first date, and how it repeats. It cannot be a hold."""

    rule: Rule
    on_conflict: Literal["refuse", "skip"] = ON_CONFLICT

    def to_series_wish(self) -> SeriesWish:
        return SeriesWish(self.to_wish(), self.rule)


class _About(Input):
    scope: Scope = Field(description="One date, that and the following ones, or all that are still to come.")
    from_: Wall | None = FROM

    @property
    def wall_on(self) -> datetime | None:
        return datetime.fromisoformat(self.from_) if self.from_ else None


class SeriesPatch(_About):
    """What to change of which dates; absent values stay, and so does what is null, but for `person_id`.

    Times are those of the first date it is about; the others move along on the wall. With `rule` it repeats anew
    from that date on.
    """

    include_overrides: bool = Field(default=False, description="Also dates that were changed by themselves.")
    on_conflict: Literal["refuse", "skip"] = ON_CONFLICT
    rule: Rule | None = None
    title: Title | None = None
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    legs: Annotated[list[LegIn], Field(min_length=1, max_length=50)] | None = None
    person_id: UUID | None = Field(default=None, description="null takes the person off.")
    party_size: Annotated[int, Field(ge=1, le=100_000)] | None = None
    note: Note | None = None
    visibility: Visibility | None = None

    def to_reach(self) -> Reach:
        return Reach(self.scope, self.wall_on, include_overrides=bool(self.include_overrides))

    def to_change(self) -> SeriesChange:
        details = BookingChange(
            title=self.title,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            legs=tuple(leg.to_wish() for leg in self.legs) if self.legs else None,
            person_id=self.person_id,
            for_nobody="person_id" in self.model_fields_set and self.person_id is None,
            party_size=self.party_size,
            note=self.note,
            visibility=self.visibility,
        )
        return SeriesChange(details, self.rule)


class SeriesCancel(_About):
    """Which dates to give up, and why."""

    reason: Annotated[str, StringConstraints(max_length=500)] = Field(
        default="", description="Whoever it is for reads it."
    )

    def to_reach(self) -> Reach:
        return Reach(self.scope, self.wall_on)


class SeriesRetry(Input):
    """What to try again."""

    from_: Wall | None = Field(
        default=None, alias="from", description="The `recurrence_id` of one date; null: every one that was skipped."
    )

    @property
    def wall_on(self) -> datetime | None:
        return datetime.fromisoformat(self.from_) if self.from_ else None


class DateOut(Schema):
    """What would become of one date of a series."""

    recurrence_id: str = Field(description="The start its rule means, on the wall.")
    starts_at: datetime
    ends_at: datetime
    result: Literal["free", "refused", "kept", "left_out", "goes"] = Field(
        description="`kept`: changed by itself, and left so. `goes`: booked, and no longer part of the series."
    )
    booking_id: UUID | None
    reasons: list[ReasonOut]
    offers: list[SpanOut] = Field(description="For a refused date: when else in the two weeks after it.")


class ReportOut(Schema):
    """What would become of every date."""

    free: int
    refused: int
    dates: list[DateOut]


class SeriesLegOut(Schema):
    """What each date takes."""

    resource_id: UUID
    any_of: list[UUID] = Field(description="What would do, the best first, where there is a choice; else empty.")
    units: int
    exclusive: bool


class SeriesOut(Schema):
    """A series: what its next booking is made from."""

    id: UUID
    title: str
    version: int
    rule: str = Field(description="RFC 5545.")
    repeats: str = Field(description="The rule in words.")
    starts_at: datetime = Field(description="Of the first date.")
    ends_at: datetime
    time_zone: str = Field(description="Zone on whose wall it repeats; IANA name.")
    legs: list[SeriesLegOut]
    person_id: UUID | None
    party_size: int
    note: str
    visibility: Visibility
    source: Source
    split_from: UUID | None = Field(description="The series whose later dates these were.")
    ended_at: datetime | None = Field(description="When somebody ended it.")


class ListedSeriesOut(SeriesOut):
    """A series with what of it is to come."""

    booked: int = Field(description="Dates to come that are booked.")
    skipped: int = Field(description="Dates to come that could not be had, and are tried again.")
    next_at: datetime | None = Field(description="When its next booking begins.")


class OccurrenceOut(Schema):
    """One date of a series."""

    recurrence_id: str
    starts_at: datetime = Field(description="As booked; of a date without a booking, as the series would have it.")
    ends_at: datetime
    state: Status | Literal["skipped", "left_out"] = Field(
        description="The booking's; `skipped`: could not be had, and is tried again; `left_out`: not wanted."
    )
    booking_id: UUID | None = Field(
        description="Of a date that is `skipped` or `left_out`: the booking it had, which was cancelled."
    )
    is_override: bool = Field(description="Changed by itself.")
    reasons: list[ReasonOut] = Field(description="Why it was skipped.")
    retried_at: datetime | None


class SeriesWithDatesOut(SeriesOut):
    """A series with every date of its ledger."""

    excluded: list[str] = Field(description="The `recurrence_id`s of dates without a booking: EXDATE of RFC 5545.")
    dates: list[OccurrenceOut]


def report_out(report: Report) -> dict[str, Any]:
    """A report in the shape of ReportOut, ready for JSON."""
    return {
        "free": report.counted("free"),
        "refused": report.counted("refused"),
        "dates": [date_out(line) for line in report.lines],
    }


def date_out(line: Line) -> dict[str, Any]:
    """A line of a report in the shape of DateOut, ready for JSON."""
    return {
        "recurrence_id": line.wall_on.isoformat(),
        "starts_at": line.starts_at,
        "ends_at": line.ends_at,
        "result": line.fate,
        "booking_id": line.booking_id,
        "reasons": [reason_document(reason) for reason in line.reasons],
        "offers": [_span(one) for one in line.alternatives],
    }


def _span(one: Alternative) -> dict[str, Any]:
    return {"start": one.starts_at, "end": one.ends_at}


def series_out(series: Series) -> dict[str, Any]:
    """A series in the shape of SeriesOut, ready for JSON."""
    starts_at, ends_at = series.span_on(series.wall_starts_at)
    return {
        "id": series.pk,
        "title": series.title,
        "version": series.version,
        "rule": series.rule,
        "repeats": translated(series.words),
        "starts_at": starts_at,
        "ends_at": ends_at,
        "time_zone": series.time_zone,
        "legs": [
            {
                "resource_id": leg["resource_id"],
                "any_of": [leg["resource_id"], *leg["or_else"]] if leg["or_else"] else [],
                "units": leg["units"],
                "exclusive": leg["exclusive"],
            }
            for leg in series.legs
        ],
        "person_id": series.person_id,
        "party_size": series.party_size,
        "note": series.note,
        "visibility": str(series.visibility),
        "source": str(series.source),
        "split_from": series.split_from_id,
        "ended_at": series.ended_at,
    }


def listed_series_out(series: Series, ahead: Ahead) -> dict[str, Any]:
    """A series of a list in the shape of ListedSeriesOut, ready for JSON."""
    return {**series_out(series), "booked": ahead.booked, "skipped": ahead.skipped, "next_at": ahead.next_at}


def with_dates(series: Series, rows: list[Occurrence], viewer: Member) -> dict[str, Any]:
    """A series with its ledger in the shape of SeriesWithDatesOut, ready for JSON."""
    return {
        **series_out(series),
        "excluded": [row.wall_on.isoformat() for row in rows if not is_live(row)],
        "dates": [_row_out(row, viewer) for row in rows],
    }


def _row_out(row: Occurrence, viewer: Member) -> dict[str, Any]:
    starts_at, ends_at = span_of_row(row)
    return {
        "recurrence_id": row.wall_on.isoformat(),
        "starts_at": starts_at,
        "ends_at": ends_at,
        "state": str(state_of(row)),
        "booking_id": row.booking_id,
        "is_override": row.is_override,
        "reasons": [reason_document(reason) for reason in reasons_of(row, viewer)],
        "retried_at": row.retried_at,
    }
