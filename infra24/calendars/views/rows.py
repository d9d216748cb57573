"""Pages on which staff decide about what could not be booked."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from infra24.bookings.refusals import counting_refusals
from infra24.calendars import queries
from infra24.calendars.forms.imports import DismissForm, InsteadForm
from infra24.calendars.models import ImportRow, RowState
from infra24.calendars.services.rows import book_row, dismiss_row
from infra24.core.days import instant_of, wall_of
from infra24.core.errors import Infra24Error
from infra24.core.problems import document
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest
from infra24.resources.queries import visible_resources

PAGE_SIZE = 50
AGAIN, INSTEAD, DISMISS = "again", "instead", "dismiss"
"""Values of `step`; any other books at one of the times offered."""


@require_safe
@for_role(Role.STAFF)
def import_rows(request: MemberRequest) -> HttpResponse:
    """What waits for a decision, by its start; with `?state=` what was decided."""
    state = request.GET.get("state", RowState.CONFLICT)
    state = state if state in RowState.values else RowState.CONFLICT
    page = queries.rows_page(request.member, state=state, limit=PAGE_SIZE, cursor=request.GET.get("cursor", ""))
    tabs = [RowState.CONFLICT, RowState.BOOKED, RowState.DISMISSED, RowState.WITHDRAWN]
    return render(request, "calendars/rows.html", {"page": page, "state": state, "tabs": tabs})


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.STAFF)
def import_row(request: MemberRequest, row_id: UUID) -> HttpResponse:
    """What a calendar says, why it is not booked, and what can be done about it."""
    row = queries.row_for(request.member, row_id)
    zone, viewer = request.organisation.time_zone, request.member
    if request.method != "POST":
        return _page(request, row)
    step = request.POST.get("step", "")
    instead = InsteadForm(request.POST if step == INSTEAD else None, initial=_values(row, zone), viewer=viewer)
    dismissal = DismissForm(request.POST if step == DISMISS else None)
    if (step == INSTEAD and not instead.is_valid()) or (step == DISMISS and not dismissal.is_valid()):
        return _page(request, row, instead=instead, dismissal=dismissal, status=422)
    try:
        with counting_refusals(request):
            _decide(request, row, step, instead, dismissal)
    except Infra24Error as error:
        return _page(request, queries.row_for(viewer, row_id), instead=instead, dismissal=dismissal, error=error)
    return redirect("import_rows", org=request.organisation.slug)


def _decide(request: MemberRequest, row: ImportRow, step: str, instead: InsteadForm, dismissal: DismissForm) -> None:
    by, version = request.member, _version(request)
    if step == DISMISS:
        dismiss_row(row, reason=dismissal.cleaned_data["reason"], by=by, source="staff", version=version)
        messages.success(request, _("Dismissed: %(title)s.") % {"title": row.title})
        return
    more: dict[str, Any] = {}
    if step == INSTEAD:
        data, zone = instead.cleaned_data, request.organisation.time_zone
        more = {
            "resource": data["resource"],
            "starts_at": instant_of(data["date"], data["start"], zone),
            "ends_at": instant_of(data["end_date"], data["end"], zone),
        }
    elif step != AGAIN and (offered := _offered(request, row, step)):
        more = offered
    book_row(row, by=by, source="staff", version=version, **more)
    messages.success(request, _("Booked: %(title)s.") % {"title": row.title})


def _offered(request: MemberRequest, row: ImportRow, step: str) -> dict[str, Any]:
    """The offered time with this number; nothing when there is no such."""
    number = int(step) if step.isdecimal() and len(step) < 4 else len(row.alternatives)
    if number >= len(row.alternatives):
        return {}
    chosen = row.alternatives[number]
    return {
        "resource": visible_resources(request.member).filter(pk=chosen["resource_id"]).first(),
        "starts_at": datetime.fromisoformat(chosen["starts_at"]),
        "ends_at": datetime.fromisoformat(chosen["ends_at"]),
    }


def _version(request: MemberRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _values(row: ImportRow, zone: str) -> dict[str, Any]:
    begins, ends = wall_of(row.starts_at, zone), wall_of(row.ends_at, zone)
    return {
        "resource": row.resource_id,
        "date": begins.date(),
        "start": begins.time(),
        "end_date": ends.date(),
        "end": ends.time(),
    }


def _page(
    request: MemberRequest,
    row: ImportRow,
    *,
    instead: InsteadForm | None = None,
    dismissal: DismissForm | None = None,
    error: Infra24Error | None = None,
    status: int = 200,
) -> HttpResponse:
    zone = request.organisation.time_zone
    offered = [
        (number, datetime.fromisoformat(one["starts_at"]), datetime.fromisoformat(one["ends_at"]), one["resource_id"])
        for number, one in enumerate(row.alternatives)
    ]
    names = {str(one.pk): one.name for one in visible_resources(request.member)} if offered else {}
    shown = {
        "row": row,
        "is_open": row.state == RowState.CONFLICT,
        "offers": [(number, begins, ends, names.get(place, "")) for number, begins, ends, place in offered],
        "instead": instead or InsteadForm(initial=_values(row, zone), viewer=request.member),
        "dismissal": dismissal or DismissForm(),
        "refusal": document(error) if error else None,
    }
    return render(request, "calendars/row.html", shown, status=error.status if error else status)
