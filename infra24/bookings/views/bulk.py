"""Pages on which staff do one thing to many bookings: what exactly, what it would do, what was done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from infra24.bookings import queries
from infra24.bookings.bulk_runs import run_for
from infra24.bookings.bulk_words import asked_title, done_title
from infra24.bookings.errors import BulkAlreadyDone, BulkRefused
from infra24.bookings.forms.bulk import FIELDS, BulkForm, read_action, read_picks, undoing
from infra24.bookings.models import Booking, Source, Status
from infra24.bookings.refusals import count_refusals, counting_refusals
from infra24.bookings.services.bulk import (
    Action,
    BulkResult,
    Item,
    OnConflict,
    Outcome,
    Pick,
    State,
    change_many,
    preview_many,
)
from infra24.bookings.views.refusals import refused
from infra24.core.errors import Infra24Error
from infra24.core.ids import new_id
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest

PREVIEW, DO = "preview", "do"


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.STAFF)
def bulk(request: MemberRequest) -> HttpResponse:
    """Ask what the action needs, then show what it would do to each, then do it."""
    if request.method != "POST":
        return _back_to_list(request)
    picks, action = read_picks(request.POST), read_action(request.POST)
    if not picks or action is None:
        said = _("Tick at least one booking first.") if not picks else _("Choose what to do with them first.")
        messages.warning(request, said)
        return _back_to_list(request)
    return _go_on(request, picks, action)


def _go_on(request: MemberRequest, picks: Sequence[Pick], action: Action) -> HttpResponse:
    """The next of the three steps. What needs to know nothing more begins with the second."""
    bookings = _chosen(request, picks)
    options: Any = {"action": action, "picks": picks, "bookings": bookings, "viewer": request.member}
    step = request.POST.get("step") or ("" if FIELDS[action] else PREVIEW)
    if step not in {PREVIEW, DO}:
        return _question(request, BulkForm(initial=request.POST.dict(), **options), bookings)
    form = BulkForm(request.POST, **options)
    if not form.is_valid():
        return _question(request, form, bookings, status=422)
    try:
        if step == DO:
            return _done(request, form)
        return _preview(request, form, preview_many(form.to_wish(), by=request.member))
    except Infra24Error as error:
        return _refusal(request, form, bookings, error)


def _done(request: MemberRequest, form: BulkForm) -> HttpResponse:
    with counting_refusals(request):
        result = change_many(form.to_wish(), by=request.member, source=Source.STAFF, run_id=form.run_id)
    count_refusals(request, result.reasons)
    messages.success(request, done_title(form.action, len(result.passed)) + ".")
    return redirect("bookings_bulk_run", org=request.organisation.slug, run_id=result.run_id)


def _refusal(request: MemberRequest, form: BulkForm, bookings: Sequence[Booking], error: Infra24Error) -> HttpResponse:
    match error:
        case BulkRefused():
            return _preview(request, form, error.result, error=error)
        case BulkAlreadyDone():
            return redirect("bookings_bulk_run", org=request.organisation.slug, run_id=form.run_id)
    return _question(request, form, bookings, error=error)


@require_safe
@for_role(Role.STAFF)
def bulk_run(request: MemberRequest, run_id: UUID) -> HttpResponse:
    """What was done to each, and for a day the way to undo it."""
    run = run_for(request.member, run_id)
    done = {UUID(booking_id): version for booking_id, version in run.done}
    why = {UUID(booking_id): sentence for booking_id, sentence in run.left_out}
    bookings = {one.pk: one for one in _chosen(request, [Pick(key) for key in (*done, *why)])}
    shown = {
        "run": run,
        "title": done_title(Action(run.action), len(done)),
        "done": [bookings[key] for key in done if key in bookings],
        "left_out": [(bookings.get(key), sentence) for key, sentence in why.items()],
        "picks": [f"{key}:{version}" for key, version in done.items()],
        "undo": undoing(run.action, run.undo) if run.undo and done else [],
    }
    return render(request, "bookings/bulk_run.html", shown)


@dataclass(frozen=True)
class Row:
    """One booking as the preview shows it."""

    item: Item
    status_before: Status | None = None
    status_after: Status | None = None
    places_after: str = ""
    """Empty where it stays where it is."""
    moves: bool = False
    alternatives: Sequence[tuple[datetime, datetime]] = field(default=())


def _row(item: Item, names: dict[UUID, str]) -> Row:
    before, after = item.before, item.after
    if before is None:
        return Row(item)
    is_elsewhere = after is not None and after.resources != before.resources
    return Row(
        item,
        status_before=Status(before.status),
        status_after=Status(after.status) if after and after.status != before.status else None,
        places_after=", ".join(names[key] for key in after.resources) if after and is_elsewhere else "",
        moves=after is not None and _times(after) != _times(before),
        alternatives=[
            (datetime.fromisoformat(one.starts_at), datetime.fromisoformat(one.ends_at)) for one in item.alternatives
        ],
    )


def _times(state: State) -> tuple[datetime, datetime]:
    return state.starts_at, state.ends_at


def _names(items: Iterable[Item]) -> dict[UUID, str]:
    return {each.resource.id: each.resource.name for item in items for each in item.claimed}


def _preview(
    request: MemberRequest, form: BulkForm, result: BulkResult, *, error: Infra24Error | None = None
) -> HttpResponse:
    names = _names(result.items)
    passed = len(result.passed)
    shown = {
        **_shared(request, form),
        # What cannot be comes first: of fifty rows it is what there is to read.
        "rows": [_row(item, names) for item in sorted(result.items, key=lambda item: item.outcome is Outcome.OK)],
        "passed": passed,
        "failed": len(result.items) - passed,
        "run": new_id(),
        "skip": OnConflict.SKIP.value,
        "ok": Outcome.OK,
        # The reasons stand beside each booking; above the list they would only be a heap.
        "refusal": {**refused(error)["refusal"], "reasons": []} if error else None,
    }
    return render(request, "bookings/bulk_preview.html", shown, status=error.status if error else 200)


def _question(
    request: MemberRequest,
    form: BulkForm,
    bookings: Sequence[Booking],
    *,
    error: Infra24Error | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = {**_shared(request, form), "bookings": bookings, **refused(error)}
    return render(request, "bookings/bulk.html", shown, status=error.status if error else status)


def _shared(request: MemberRequest, form: BulkForm) -> dict[str, Any]:
    return {
        "form": form,
        "action": form.action.value,
        "title": asked_title(form.action, len(form.picks)),
        "is_end": form.action in {Action.DECLINE, Action.CANCEL},
        "picks": [f"{pick.booking_id}:{pick.version or ''}" for pick in form.picks],
        "list_query": request.POST.get("list", ""),
        "back": _list_url(request),
    }


def _chosen(request: MemberRequest, picks: Iterable[Pick]) -> list[Booking]:
    """In the order chosen; those that are not there are left out."""
    wanted = [pick.booking_id for pick in picks]
    found = queries.with_legs(queries.visible_bookings(request.member).filter(pk__in=wanted))
    by_id = {booking.pk: booking for booking in found}
    return [by_id[key] for key in wanted if key in by_id]


def _list_url(request: MemberRequest) -> str:
    """The list as it was narrowed when they were ticked."""
    url = reverse("bookings", kwargs={"org": request.organisation.slug})
    query = request.POST.get("list", "")
    return f"{url}?{query}" if query else url


def _back_to_list(request: MemberRequest) -> HttpResponse:
    return HttpResponseRedirect(_list_url(request))
