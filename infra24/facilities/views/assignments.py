"""Pages about who works in which space."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from infra24.core.days import read_day
from infra24.core.errors import Infra24Error
from infra24.core.problems import document
from infra24.facilities.forms.assignments import AssignmentForm, DaysForm, EndForm
from infra24.facilities.queries import assignments as queries
from infra24.facilities.services import assignments as services
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of, today_of


@require_safe
@for_role(Role.STAFF)
def studios(request: MemberRequest) -> HttpResponse:
    """Who is where, by space; today unless `?on=2027-01-31`."""
    today = today_of(request)
    day = read_day(request.GET.get("on"), otherwise=today)
    shown = {"studios": queries.studios_on(request.member, day), "day": day, "is_today": day == today}
    return render(request, "facilities/studios.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.STAFF)
def new_assignment(request: MemberRequest) -> HttpResponse:
    """Give somebody a space; `?resource=…` chooses it."""
    initial = {"starts_on": today_of(request), "resource": request.GET.get("resource")}
    form = AssignmentForm(request.POST or None, viewer=request.member, initial=initial)
    error: Infra24Error | None = None
    if form.is_valid():
        data, days = form.cleaned_data, form.to_days()
        try:
            services.assign_studio(
                data["person"].pk,
                resource_id=data["resource"].pk,
                starts_on=days.starts_on,
                ends_on=days.ends_on,
                note=days.note,
                by=request.member,
                source=source_of(request),
            )
        except Infra24Error as refusal:
            error = refusal
        else:
            said = _("%(name)s has %(space)s.") % {"name": data["person"], "space": data["resource"]}
            messages.success(request, said)
            return redirect("studios", org=request.organisation.slug)
    shown = {"form": form, "refusal": document(error) if error else None}
    status = error.status if error else 422 if form.errors else 200
    return render(request, "facilities/assignment_form.html", shown, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.STAFF)
def assignment(request: MemberRequest, assignment_id: UUID) -> HttpResponse:
    """Change the days and the note of one."""
    found = queries.assignment_for(request.member, assignment_id)
    form = DaysForm(request.POST or None, assignment=found)
    error: Infra24Error | None = None
    if form.is_valid():
        version = form.cleaned_data["version"]
        try:
            services.change_assignment(
                found, form.to_days(), by=request.member, source=source_of(request), version=version
            )
        except Infra24Error as refusal:
            error = refusal
        else:
            messages.success(request, _("Saved."))
            return redirect("studios", org=request.organisation.slug)
    shown = {"assignment": found, "form": form, "refusal": document(error) if error else None}
    status = error.status if error else 422 if form.errors else 200
    return render(request, "facilities/assignment_form.html", shown, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.STAFF)
def end_assignment(request: MemberRequest, assignment_id: UUID) -> HttpResponse:
    """Say the last day somebody has a space; asks first."""
    found = queries.assignment_for(request.member, assignment_id)
    initial = {"version": found.version}
    form = EndForm(request.POST or None, today=max(today_of(request), found.starts_on), initial=initial)
    error: Infra24Error | None = None
    if form.is_valid():
        ends_on, version = form.cleaned_data["ends_on"], form.cleaned_data["version"]
        days = services.AssignmentDays(found.starts_on, ends_on, found.note)
        try:
            services.change_assignment(
                found, days, by=request.member, source=source_of(request), version=version or found.version
            )
        except Infra24Error as refusal:
            error = refusal
        else:
            messages.success(request, _("The last day of %(name)s is written down.") % {"name": found.person})
            return redirect("studios", org=request.organisation.slug)
    shown = {"assignment": found, "form": form, "refusal": document(error) if error else None}
    status = error.status if error else 422 if form.errors else 200
    return render(request, "facilities/assignment_end.html", shown, status=status)
