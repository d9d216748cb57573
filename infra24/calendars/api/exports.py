"""The API of bookings as files."""

from typing import Annotated, Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from infra24.bookings.models import Status
from infra24.calendars.exporting import ExportFilter, bookings_shown
from infra24.calendars.files import calendar_file, table_file
from infra24.core.instants import Instant
from infra24.orgs.access import member_auth
from infra24.orgs.requests import MemberRequest

router = Router(tags=["exports"])
READ = member_auth(scope="bookings:read")
CSV: dict[str, Any] = {"text/csv": {"schema": {"type": "string", "format": "binary"}}}
ICS: dict[str, Any] = {"text/calendar": {"schema": {"type": "string", "format": "binary"}}}


class TableExportQuery(Schema):
    start: Instant | None = Field(default=None, description="Only bookings that end after this.")
    end: Instant | None = Field(default=None, description="Only bookings that start before this.")
    status: Annotated[list[Status], Field(max_length=6, description="Any of these; all if left out.")] = []
    resource: UUID | None = Field(
        default=None, description="Only those that use this resource; of others' you hear when it is taken."
    )
    person: UUID | None = Field(default=None, description="Only those for this person.")

    def to_filter(self) -> ExportFilter:
        return ExportFilter(
            since=self.start,
            until=self.end,
            statuses=[status.value for status in self.status],
            resource_id=self.resource,
            person_id=self.person,
        )


class CalendarExportQuery(TableExportQuery):
    """The same: the API's document wants a shape for each operation."""


@router.get(
    "/exports/bookings.csv",
    auth=READ,
    summary="Bookings as a table",
    openapi_extra={"responses": {"200": {"description": "CSV in UTF-8, with a mark for spreadsheets", "content": CSV}}},
)
def export_bookings_table(request: HttpRequest, asked: Query[TableExportQuery]) -> HttpResponse:
    """By start, at most 10,000; times are those of the organisation's zone."""
    visit = cast(MemberRequest, request)
    shown = bookings_shown(visit.member, asked.to_filter())
    return HttpResponse(table_file(shown, zone=visit.organisation.time_zone), content_type="text/csv; charset=utf-8")


@router.get(
    "/exports/bookings.ics",
    auth=READ,
    summary="Bookings as a calendar file",
    openapi_extra={"responses": {"200": {"description": "iCalendar (RFC 5545)", "content": ICS}}},
)
def export_bookings_calendar(request: HttpRequest, asked: Query[CalendarExportQuery]) -> HttpResponse:
    """By start, at most 10,000; each with its UID for life and its version as SEQUENCE."""
    visit = cast(MemberRequest, request)
    shown = bookings_shown(visit.member, asked.to_filter())
    return HttpResponse(calendar_file(shown, name=visit.organisation.name), content_type="text/calendar; charset=utf-8")
