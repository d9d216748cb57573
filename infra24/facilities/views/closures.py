"""Pages on which staff close something for a while."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from infra24.bookings.models import Source
from infra24.core.errors import Infra24Error
from infra24.core.problems import document
from infra24.facilities import closures as queries
from infra24.facilities.errors import ClosureHitsBookings
from infra24.facilities.forms.closures import ClosureForm, DecisionsForm, place_of
from infra24.facilities.hits import Hit
from infra24.facilities.rehearsal import Rehearsal
from infra24.facilities.services import closures as services
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest
from infra24.resources.models import Closure

PAGE_SIZE = 20
BACK, DO = "edit", "close"
"""Values of `step`: to the form again, or go ahead. Without, what it would mean is shown."""


@require_safe
@for_role(Role.STAFF)
def closures(request: MemberRequest) -> HttpResponse:
    """What is closed and will be, what comes back every year, and what is over."""
    over = queries.over(request.member, limit=PAGE_SIZE, cursor=request.GET.get("cursor", ""))
    shown = {
        "coming": queries.coming(request.member),
        "yearly": queries.yearly(request.member),
        "over": over,
    }
    return render(request, "facilities/closures.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.STAFF)
def new_closure(request: MemberRequest) -> HttpResponse:
    """Write a closure down; see what it would mean; decide what becomes of every booking it hits; close."""
    if request.method != "POST":
        place = place_of(resource=request.GET.get("resource", ""), kind=request.GET.get("kind", ""))
        return _form_page(request, ClosureForm(initial={"place": place}, viewer=request.member))
    form = ClosureForm(request.POST, viewer=request.member)
    if not form.is_valid() or request.POST.get("step") == BACK:
        return _form_page(request, form, status=200 if form.is_valid() else 422)
    try:
        hits, rehearsal = services.rehearse(form.to_wish(), by=request.member)
    except Infra24Error as error:
        return _form_page(request, form, error=error)
    if request.POST.get("step") != DO:
        decisions = DecisionsForm(hits=hits, organisation=request.organisation)
        return _hits_page(request, form, decisions, rehearsal=rehearsal)
    return _close(request, form, hits, rehearsal)


def _close(request: MemberRequest, form: ClosureForm, hits: Sequence[Hit], rehearsal: Rehearsal) -> HttpResponse:
    """Do as was decided, once every booking is."""
    decisions = DecisionsForm(request.POST, hits=hits, organisation=request.organisation)
    if not decisions.is_valid():
        return _hits_page(request, form, decisions, rehearsal=rehearsal, status=422)
    wish, by = form.to_wish(), request.member
    try:
        made = services.make_closure(wish, decisions=decisions.to_decisions(), by=by, source=Source.STAFF)
    except Infra24Error as error:
        # Somebody booked or changed something just now: the same choices, beside the bookings as they are.
        hits, rehearsal = services.rehearse(wish, by=by)
        decisions = DecisionsForm(request.POST, hits=hits, organisation=request.organisation)
        return _hits_page(request, form, decisions, rehearsal=rehearsal, error=error)
    messages.success(request, _("Closed: %(title)s.") % {"title": made.title})
    return redirect("closures", org=request.organisation.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.STAFF)
def closure(request: MemberRequest, closure_id: UUID) -> HttpResponse:
    """One closure; until it begins its title and times can be changed."""
    found = queries.closure_for(request.member, closure_id)
    if request.method != "POST":
        return _closure_page(request, found, ClosureForm(viewer=request.member, closure=found))
    form = ClosureForm(request.POST, viewer=request.member, closure=found)
    if not form.is_valid():
        return _closure_page(request, found, form, status=422)
    if request.POST.get("step") == BACK:
        return _closure_page(request, found, form)
    try:
        _change(request, found, form, {})
    except ClosureHitsBookings as refusal:
        return _decide_change(request, found, form, refusal)
    except Infra24Error as error:
        return _closure_page(request, queries.closure_for(request.member, closure_id), form, error=error)
    return _changed(request, found)


def _decide_change(
    request: MemberRequest, found: Closure, form: ClosureForm, refusal: ClosureHitsBookings
) -> HttpResponse:
    """Ask about the bookings the new times hit, or do as was decided."""
    if request.POST.get("step") != DO:
        decisions = DecisionsForm(hits=refusal.hits, organisation=request.organisation)
        return _hits_page(request, form, decisions, closure=found)
    decisions = DecisionsForm(request.POST, hits=refusal.hits, organisation=request.organisation)
    if not decisions.is_valid():
        return _hits_page(request, form, decisions, closure=found, status=422)
    try:
        _change(request, found, form, decisions.to_decisions())
    except Infra24Error as error:
        return _hits_page(request, form, decisions, closure=found, error=error)
    return _changed(request, found)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.STAFF)
def lift_closure(request: MemberRequest, closure_id: UUID) -> HttpResponse:
    """Let a closure hold no more; asks first."""
    found = queries.closure_for(request.member, closure_id)
    error: Infra24Error | None = None
    if request.method == "POST":
        try:
            services.lift_closure(found, by=request.member, source=Source.STAFF)
        except Infra24Error as refusal:
            error = refusal
        else:
            messages.success(request, _("Lifted: %(title)s.") % {"title": found.title})
            return redirect("closures", org=request.organisation.slug)
    shown = {"closure": found, **_state(found), **_refused(error)}
    return render(request, "facilities/closure_lift.html", shown, status=error.status if error else 200)


def _change(
    request: MemberRequest, found: Closure, form: ClosureForm, decisions: dict[UUID, services.Decision]
) -> None:
    services.change_closure(
        found,
        form.to_change(),
        decisions=decisions,
        by=request.member,
        source=Source.STAFF,
        version=form.cleaned_data["version"],
    )


def _changed(request: MemberRequest, found: Closure) -> HttpResponse:
    messages.success(request, _("Saved."))
    return redirect("closure", org=request.organisation.slug, closure_id=found.pk)


def _state(closure: Closure) -> dict[str, Any]:
    now = timezone.now()
    is_over = queries.is_over(closure, now=now)
    return {"is_over": is_over, "may_change": not is_over and not queries.has_begun(closure, now=now)}


def _refused(error: Infra24Error | None) -> dict[str, Any]:
    return {"refusal": document(error)} if error else {}


def _form_page(
    request: MemberRequest, form: ClosureForm, *, error: Infra24Error | None = None, status: int = 200
) -> HttpResponse:
    shown = {"form": form, **_refused(error)}
    return render(request, "facilities/closure_new.html", shown, status=error.status if error else status)


def _closure_page(
    request: MemberRequest,
    closure: Closure,
    form: ClosureForm,
    *,
    error: Infra24Error | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = {"closure": closure, "form": form, **_state(closure), **_refused(error)}
    return render(request, "facilities/closure.html", shown, status=error.status if error else status)


def _hits_page(
    request: MemberRequest,
    form: ClosureForm,
    decisions: DecisionsForm,
    *,
    closure: Closure | None = None,
    rehearsal: Rehearsal | None = None,
    error: Infra24Error | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = {
        "form": form,
        "decisions": decisions,
        "closure": closure,
        "rehearsal": rehearsal,
        "wish": closure or services.row_of(form.to_wish(), by=request.member),
        **_refused(error),
    }
    return render(request, "facilities/closure_hits.html", shown, status=error.status if error else status)
