"""The table of bookings: narrowed, sorted, with the columns one wants; all of it in the address, and kept by name."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.views.decorators.http import require_safe

from infra24.bookings import lists
from infra24.bookings.columns import COLUMNS, TITLE, Column, table_of
from infra24.bookings.forms.bulk import ACTIONS
from infra24.bookings.forms.table import TableForm
from infra24.bookings.models import Status, ViewPage
from infra24.bookings.rivals import taken_requests
from infra24.bookings.saved_views import may_change, visible_views
from infra24.bookings.services.bulk import Action
from infra24.core.days import wall_of
from infra24.core.tables import write_table
from infra24.orgs.access import for_role
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest

PAGE_SIZE = 50


@dataclass(frozen=True)
class Head:
    """A column's head: what it is called, and the order that a click on it brings."""

    name: str
    label: str | Promise
    order: str
    """Empty where it cannot be sorted by."""
    sorted: str
    """The value of aria-sort; empty where the table is sorted by something else."""


@require_safe
@for_role(Role.STAFF)
def bookings(request: MemberRequest) -> HttpResponse:
    """Every booking by start; from today on unless asked otherwise."""
    viewer = request.member
    form = TableForm(request.GET, viewer=viewer, zone=request.organisation.time_zone)
    cursor = request.GET.get("cursor", "")
    page = lists.bookings_page(viewer, form.to_filter(), limit=PAGE_SIZE, cursor=cursor, order=form.order)
    is_waiting = form.cleaned_data.get("status") == [Status.PENDING]
    shown = {
        "page": page,
        "form": form,
        "heads": [_head(name, column, form.order) for name, column in _columns(form)],
        "taken": taken_requests(viewer, page.items, now=timezone.now()),
        "list_query": request.GET.urlencode(),
        "actions": ACTIONS,
        # Of requests most are confirmed; of what is certain, most are moved.
        "action": (Action.CONFIRM if is_waiting else Action.MOVE).value,
        **_views(viewer, form, request.GET.get("view", "")),
    }
    return render(request, "bookings/bookings.html", shown)


@require_safe
@for_role(Role.STAFF)
def bookings_file(request: MemberRequest) -> HttpResponse:
    """What the table shows, all pages of it, for a spreadsheet: the same rows, order and columns."""
    zone = request.organisation.time_zone
    form = TableForm(request.GET, viewer=request.member, zone=zone)
    found = lists.bookings_shown(request.member, form.to_filter(), order=form.order)
    heads, rows = table_of(found, form.columns, zone=zone)
    # With a mark, as spreadsheets want it.
    response = HttpResponse(write_table(heads, rows).encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    name = f"{request.organisation.slug}-bookings-{wall_of(timezone.now(), zone):%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _columns(form: TableForm) -> list[tuple[str, Column]]:
    return [("title", TITLE), *((name, COLUMNS[name]) for name in form.columns)]


def _head(name: str, column: Column, order: str) -> Head:
    """A second click turns the order round."""
    if not column.order:
        return Head(name, column.label, "", "")
    is_up, is_down = order == column.order, order == f"-{column.order}"
    following = f"-{column.order}" if is_up else column.order
    return Head(name, column.label, following, "ascending" if is_up else "descending" if is_down else "")


def _views(viewer: Member, form: TableForm, asked: str) -> dict[str, Any]:
    """The saved views, which of them is shown, and which was the last one shown and is not any more."""
    views = list(visible_views(viewer, page=ViewPage.BOOKINGS))
    shown = next((view for view in views if view.query == form.query), None)
    left = next((view for view in views if str(view.pk) == asked and view != shown), None)
    return {
        "views": views,
        "view": shown,
        "left": left if left and may_change(left, who=viewer) else None,
        "may_change": shown is not None and may_change(shown, who=viewer),
    }
