"""Imports as they come in and go out of the API."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints

from infra24.bookings.schemas import ReasonOut
from infra24.calendars.models import ImportRow, ImportRun, RowState, RowStep
from infra24.calendars.policies import CalendarRead
from infra24.calendars.services.asking import ImportAsk
from infra24.calendars.services.importing import MOST_FAULTS, Rehearsal
from infra24.calendars.services.planning import ImportWish
from infra24.core.inputs import Input
from infra24.core.instants import Instant
from infra24.core.problems import reason_document
from infra24.core.translating import translated


def _from_json(value: Any) -> Any:
    """A field of a form is text; this one is an object written as JSON."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        raise ValueError("write a JSON object: names of places with ids of resources or null") from None


class ImportIn(Schema):
    """What is said of a file, as fields of the form it comes with."""

    model_config = ConfigDict(extra="ignore")

    calendar: Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)] = ""
    resource_id: UUID | None = None
    places: Annotated[dict[str, UUID | None], BeforeValidator(_from_json), Field(max_length=500)] = {}
    start: Instant | None = None
    end: Instant | None = None
    day_first: bool | None = None
    cancel_missing: bool = False

    def to_ask(self, file_name: str) -> ImportAsk:
        return ImportAsk(
            file_name=file_name,
            calendar=self.calendar,
            resource_id=self.resource_id,
            places=self.places,
            since=self.start,
            until=self.end,
            day_first=self.day_first,
            cancel_missing=self.cancel_missing,
        )


class ImportFaultOut(Schema):
    """What could not be read: by line and, in a table, by column."""

    line: int
    column: str
    detail: str


class ImportPlaceOut(Schema):
    """What the file calls a place."""

    name: str = Field(description="Empty where the file names none.")
    events: int
    answered: bool = Field(description="Whether it is known which resource this is, or that it is left out.")


class ImportClashOut(Schema):
    """Something of the file that could not be booked, and every reason."""

    line: int
    title: str
    starts_at: datetime
    ends_at: datetime
    resource_id: UUID
    reasons: list[ReasonOut]


class ImportRehearsalOut(Schema):
    """What an import would do."""

    calendar: str = Field(description="The name by which it would be known again.")
    starts_at: datetime = Field(description="What ended before is not imported.")
    ends_at: datetime = Field(description="What begins later is not imported.")
    events: int = Field(description="Occurrences in that time.")
    would_book: int
    would_change: int
    would_cancel: int
    unchanged: int = Field(description="There already, as the file says.")
    undecided: int = Field(description="Waiting for a decision since an earlier import.")
    left_out: int
    conflicts: int
    unreadable: int
    dates: Literal["", "day_first", "month_first"] = Field(
        description="How days like 03/04/2027 were read, where there are any."
    )
    places: list[ImportPlaceOut]
    strangers: list[str] = Field(description="E-mail addresses of nobody you know; those bookings are for nobody.")
    clashes: list[ImportClashOut] = Field(description="The first 200 conflicts.")
    faults: list[ImportFaultOut] = Field(description="The first 200 of what could not be read.")


def import_rehearsal_out(read: CalendarRead, wish: ImportWish, said: Rehearsal) -> dict[str, Any]:
    """What an import would do, in the shape of ImportRehearsalOut."""
    plan = said.plan
    refused = [clash.planned.step for clash in said.clashes]
    return {
        "calendar": wish.calendar,
        "starts_at": wish.since,
        "ends_at": wish.until,
        "events": len(read.occurrences),
        "would_book": plan.number(RowStep.BOOK) - refused.count(RowStep.BOOK),
        "would_change": plan.number(RowStep.CHANGE) - refused.count(RowStep.CHANGE),
        "would_cancel": plan.number(RowStep.CANCEL) + len(plan.gone),
        "unchanged": plan.unchanged,
        "undecided": plan.undecided,
        "left_out": plan.left_out,
        "conflicts": len(said.clashes),
        "unreadable": len(read.faults),
        "dates": read.dates,
        "places": [
            {"name": name, "events": events, "answered": wish.resource_id is not None or name not in plan.unplaced}
            for name, events in read.places.items()
        ][:500],
        "strangers": plan.strangers[:500],
        "clashes": [
            {
                "line": clash.planned.occurrence.line,
                "title": clash.planned.occurrence.title,
                "starts_at": clash.planned.occurrence.starts_at,
                "ends_at": clash.planned.occurrence.ends_at,
                "resource_id": clash.planned.resource.pk,
                "reasons": [reason_document(reason) for reason in clash.reasons],
            }
            for clash in said.clashes[:MOST_FAULTS]
        ],
        "faults": [
            {"line": fault.line, "column": fault.column, "detail": translated(fault.detail)}
            for fault in read.faults[:MOST_FAULTS]
        ],
    }


class CalendarImportOut(Schema):
    """An import and what became of it."""

    id: UUID
    calendar: str
    file_name: str
    started_by: str
    started_at: datetime
    finished_at: datetime | None = Field(description="null while the rest is still being booked.")
    booked: int
    changed: int
    cancelled: int
    unchanged: int
    conflicts: int = Field(description="How many could not be booked then; the rows tell which still wait.")
    unreadable: int
    faults: list[ImportFaultOut] = Field(description="The first 200 of what could not be read.")


def import_out(run: ImportRun) -> dict[str, Any]:
    """An import in the shape of CalendarImportOut."""
    return {
        "id": run.pk,
        "calendar": run.calendar,
        "file_name": run.file_name,
        "started_by": str(run.started_by.user),
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "booked": run.booked,
        "changed": run.changed,
        "cancelled": run.cancelled,
        "unchanged": run.unchanged,
        "conflicts": run.conflicts,
        "unreadable": run.unreadable,
        "faults": run.faults,
    }


class RowAlternativeOut(Schema):
    """A time at which it could be booked instead."""

    resource_id: UUID
    starts_at: datetime
    ends_at: datetime


class ImportRowOut(Schema):
    """One thing an imported calendar speaks of, and what became of it here."""

    id: UUID
    import_id: UUID
    calendar: str
    line: int
    state: RowState
    title: str
    starts_at: datetime
    ends_at: datetime
    resource_id: UUID
    person_id: UUID | None
    party_size: int
    note: str
    booking_id: UUID | None
    reasons: list[ReasonOut] = Field(description="Why it could not be booked.")
    alternatives: list[RowAlternativeOut]
    why: str = Field(description="Why it was dismissed; else empty.")
    version: int


def row_out(row: ImportRow) -> dict[str, Any]:
    """A row in the shape of ImportRowOut."""
    return {
        "id": row.pk,
        "import_id": row.run_id,
        "calendar": row.calendar,
        "line": row.line,
        "state": str(row.state),
        "title": row.title,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "resource_id": row.resource_id,
        "person_id": row.person_id,
        "party_size": row.party_size,
        "note": row.note,
        "booking_id": row.booking_id,
        "reasons": row.reasons,
        "alternatives": [
            {name: one[name] for name in ("resource_id", "starts_at", "ends_at")} for one in row.alternatives
        ],
        "why": row.why,
        "version": row.version,
    }


class RowBookIn(Input):
    """Where and when to book it instead; what is left out is as the file says."""

    resource_id: UUID | None = None
    starts_at: Instant | None = None
    ends_at: Instant | None = None


class RowDismissIn(Input):
    """Why it is not to be booked."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
