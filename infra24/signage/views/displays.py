"""The page on which staff put up displays and take them down."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from infra24.core.errors import Infra24Error
from infra24.core.problems import document
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.signage import queries, services
from infra24.signage.forms import DisplayChangeForm, DisplayForm


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.STAFF)
def displays(request: MemberRequest) -> HttpResponse:
    """Every display with its address and when it was seen last, and a form for another."""
    sent = request.POST if request.method == "POST" else None
    form = DisplayForm(sent, viewer=request.member, initial={"resource": request.GET.get("resource", "")})
    error: Infra24Error | None = None
    if form.is_valid():
        try:
            services.put_up_display(by=request.member, source=source_of(request), **form.to_wish())
        except Infra24Error as refusal:
            error = refusal
        else:
            messages.success(request, _("It is up. Open its address on the tablet."))
            return redirect("displays", org=request.organisation.slug)
    shown = [
        (each, queries.address_of(each, request.organisation)) for each in queries.visible_displays(request.member)
    ]
    context = {"form": form, "displays": shown, "refusal": document(error) if error else None}
    status = error.status if error else 422 if form.errors else 200
    return render(request, "signage/displays.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.STAFF)
def display_edit(request: MemberRequest, display_id: UUID) -> HttpResponse:
    """Its name and its look."""
    found = queries.display_for(request.member, display_id)
    initial = {"name": found.name, "look": found.look, "version": found.version}
    form = DisplayChangeForm(request.POST if request.method == "POST" else None, initial=initial)
    error: Infra24Error | None = None
    if form.is_valid():
        try:
            services.change_display(found, by=request.member, source=source_of(request), **form.to_change())
        except Infra24Error as refusal:
            error = refusal
        else:
            messages.success(request, _("Saved. The display shows it in a moment."))
            return redirect("displays", org=request.organisation.slug)
    context = {"form": form, "display": found, "refusal": document(error) if error else None}
    status = error.status if error else 422 if form.errors else 200
    return render(request, "signage/display_edit.html", context, status=status)


@require_POST
@for_role(Role.STAFF)
def renew_display(request: MemberRequest, display_id: UUID) -> HttpResponse:
    """Another address."""
    found = queries.display_for(request.member, display_id)
    services.renew_display(found, by=request.member, source=source_of(request))
    messages.success(request, _("There is a new address. The old one works no longer."))
    return redirect("displays", org=request.organisation.slug)


@require_POST
@for_role(Role.STAFF)
def take_down_display(request: MemberRequest, display_id: UUID) -> HttpResponse:
    """Away with it."""
    found = queries.display_for(request.member, display_id)
    services.take_down_display(found, by=request.member, source=source_of(request))
    messages.success(request, _("It is down. Its address works no longer."))
    return redirect("displays", org=request.organisation.slug)
