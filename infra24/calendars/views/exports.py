"""Bookings as files, for the lists that people look at."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from infra24.bookings.forms.table import TableForm
from infra24.calendars.exporting import ExportFilter, bookings_shown
from infra24.calendars.files import Shown, calendar_file, table_file
from infra24.core.days import wall_of
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest


@require_safe
@for_role(Role.STAFF)
def export_bookings(request: MemberRequest, kind: str) -> HttpResponse:
    """The list of bookings, narrowed as it is on the page: from today on unless asked otherwise."""
    zone = request.organisation.time_zone
    form = TableForm(request.GET, viewer=request.member, zone=zone)
    resource = form.cleaned_data.get("resource")
    wanted = ExportFilter(narrowed=form.to_filter())
    name = f"{request.organisation.name}: {resource.name}" if resource else request.organisation.name
    return _file(request, bookings_shown(request.member, wanted), kind, name=name, slug="bookings")


@require_safe
@for_role(Role.MEMBER)
def export_own(request: MemberRequest, kind: str) -> HttpResponse:
    """What the viewer has booked, to come and over."""
    shown = bookings_shown(request.member, ExportFilter(own=True))
    return _file(request, shown, kind, name=request.organisation.name, slug="my-bookings")


def _file(request: MemberRequest, shown: Sequence[Shown], kind: str, *, name: str, slug: str) -> HttpResponse:
    zone = request.organisation.time_zone
    if kind == "ics":
        response = HttpResponse(calendar_file(shown, name=name), content_type="text/calendar; charset=utf-8")
    else:
        response = HttpResponse(table_file(shown, zone=zone), content_type="text/csv; charset=utf-8")
    day = wall_of(timezone.now(), zone).date().isoformat()
    response["Content-Disposition"] = f'attachment; filename="{request.organisation.slug}-{slug}-{day}.{kind}"'
    return response
