"""Pages on which staff take a calendar from elsewhere over."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from infra24.calendars import queries
from infra24.calendars.forms.imports import ImportForm, PlacesForm, packed
from infra24.calendars.models import ImportRun, RowState, RowStep
from infra24.calendars.services.asking import understood
from infra24.calendars.services.importing import Rehearsal, rehearse_import, start_import
from infra24.core.errors import Infra24Error
from infra24.core.problems import document, reason_document
from infra24.core.translating import translated
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest

PAGE_SIZE = 20
SHOWN = 50
"""Conflicts and faults on the page of a rehearsal; all are counted."""
KEPT = ("resource", "since", "until", "day_first", "cancel_missing")
"""Fields that go along from the first step to the second as they were sent."""
DO = "import"
"""Value of `step`: go ahead. Without, what it would mean is shown."""


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.STAFF)
def import_calendar(request: MemberRequest) -> HttpResponse:
    """Send a calendar, see what it would do, say which resource each place is, and let it."""
    zone = request.organisation.time_zone
    if request.method != "POST":
        initial = {"resource": request.GET.get("resource")}
        return _page(request, ImportForm(initial=initial, viewer=request.member, zone=zone))
    form = ImportForm(request.POST, request.FILES, viewer=request.member, zone=zone)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        return _looked_at(request, form)
    except Infra24Error as error:
        return _page(request, form, error=error)


def _looked_at(request: MemberRequest, form: ImportForm) -> HttpResponse:
    """Do it, or show what it would do. Raises what is wrong with the file."""
    data = form.data_sent
    read, wish = understood(data, form.to_ask(), by=request.member, organisation=request.organisation)
    # The questions are the same each time, so that answers find theirs.
    asked = rehearse_import(read, wish, by=request.member)
    names = list(asked.plan.unplaced)
    is_answered = "packed" in request.POST
    places = PlacesForm(request.POST if is_answered else None, names=names, viewer=request.member)
    if is_answered and places.is_valid():
        wish = replace(wish, places=places.to_places())
    missing = [name for name in names if name not in wish.places]
    if request.POST.get("step") == DO and not missing:
        run = start_import(read, wish, by=request.member, source="staff")
        _tell(request, run)
        return redirect("import_run", org=request.organisation.slug, import_id=run.pk)
    rehearsal = rehearse_import(read, wish, by=request.member) if wish.places else asked
    again = ImportForm(
        initial={"packed": packed(data), "file_name": form.name_sent}, viewer=request.member, zone=form.zone
    )
    shown = {
        "again": again,
        "kept": [(name, request.POST[name]) for name in KEPT if request.POST.get(name)],
        "places": places if names else None,
        "missing": missing if request.POST.get("step") == DO else [],
        "read": read,
        "wish": wish,
        "faults": [(fault, translated(fault.detail)) for fault in read.faults[:SHOWN]],
        **_counts(rehearsal),
    }
    status = 422 if request.POST.get("step") == DO else 200
    return _page(request, ImportForm(viewer=request.member, zone=form.zone), status=status, rehearsal=shown)


def _counts(said: Rehearsal) -> dict[str, Any]:
    refused = [clash.planned.step for clash in said.clashes]
    plan = said.plan
    numbers = {
        "book": plan.number(RowStep.BOOK) - refused.count(RowStep.BOOK),
        "change": plan.number(RowStep.CHANGE) - refused.count(RowStep.CHANGE),
        "cancel": plan.number(RowStep.CANCEL) + len(plan.gone),
        "conflicts": len(said.clashes),
    }
    return {
        "plan": plan,
        "numbers": numbers,
        "does_something": any(numbers.values()) or bool(plan.unplaced),
        "clashes": [
            (clash.planned, [reason_document(reason) for reason in clash.reasons]) for clash in said.clashes[:SHOWN]
        ],
    }


@require_safe
@for_role(Role.STAFF)
def import_run(request: MemberRequest, import_id: UUID) -> HttpResponse:
    """What became of one import."""
    run = queries.import_for(request.member, import_id)
    waiting = queries.open_rows(request.member).filter(run=run).count()
    return render(request, "calendars/import_run.html", {"run": run, "waiting": waiting, "conflict": RowState.CONFLICT})


def _tell(request: MemberRequest, run: ImportRun) -> None:
    if run.finished_at is None:
        messages.success(request, _("Taken over. The bookings are being made; this page tells how far."))
    else:
        messages.success(request, _("Taken over."))


def _page(
    request: MemberRequest,
    form: ImportForm,
    *,
    error: Infra24Error | None = None,
    status: int = 200,
    rehearsal: dict[str, Any] | None = None,
) -> HttpResponse:
    shown = {
        "form": form,
        "page": queries.imports_page(request.member, limit=PAGE_SIZE, cursor=request.GET.get("cursor", "")),
        "waiting": queries.open_rows(request.member).count(),
        "known": queries.calendars_known(request.member),
        "refusal": document(error) if error else None,
        "rehearsal": rehearsal,
    }
    return render(request, "calendars/import.html", shown, status=error.status if error else status)
