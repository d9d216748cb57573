"""Pages on which managers add resources, change them, put them away and bring them back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from infra24.core.errors import Infra24Error, Stale
from infra24.core.problems import document
from infra24.facilities.forms.resources import ResourceForm
from infra24.facilities.promises import bookings_ahead
from infra24.facilities.services import archiving
from infra24.facilities.services import resources as services
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.resources import queries
from infra24.resources.models import Resource, ResourceKind
from infra24.resources.vocabulary import vocabulary_of


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.MANAGER)
def new_resource(request: MemberRequest) -> HttpResponse:
    """Write down something that can be booked; `?kind=equipment` says of which kind, without it the page asks."""
    kind = request.GET.get("kind", "")
    if kind not in ResourceKind.values:
        return render(request, "facilities/resource_kind.html", {"kinds": ResourceKind})
    return _form_page(request, ResourceKind(kind), None)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.MANAGER)
def edit_resource(request: MemberRequest, resource_id: UUID) -> HttpResponse:
    """Say something else of a resource."""
    found = queries.resource_for(request.member, resource_id)
    return _form_page(request, ResourceKind(found.kind), found)


def _form_page(request: MemberRequest, kind: ResourceKind, resource: Resource | None) -> HttpResponse:
    by, source = request.member, source_of(request)
    vocabulary = vocabulary_of(by.org_id)
    form = ResourceForm(request.POST or None, viewer=by, kind=kind, vocabulary=vocabulary, resource=resource)
    error: Infra24Error | None = None
    if form.is_valid():
        try:
            if resource:
                version = form.cleaned_data["version"]
                saved = services.change_resource(resource, form.to_wish(), by=by, source=source, version=version)
            else:
                saved = services.create_resource(kind, form.to_wish(), by=by, source=source)
        except Infra24Error as refusal:
            error = refusal
            form.refuse(refusal.fields)
        else:
            said = _("%(name)s is saved.") if resource else _("%(name)s can be booked now.")
            messages.success(request, said % {"name": saved.name})
            return redirect("resource", org=request.organisation.slug, resource_id=saved.pk)
    shown = {
        "form": form,
        "kind": kind,
        "resource": resource,
        # What is wrong with a field stands beside it; the rest is said once above.
        "refusal": document(error) if error and not error.fields else None,
        "is_stale": isinstance(error, Stale),
    }
    status = error.status if error else 422 if form.errors else 200
    return render(request, "facilities/resource_form.html", shown, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.MANAGER)
def archive_resource(request: MemberRequest, resource_id: UUID) -> HttpResponse:
    """Put a resource away; asks first, and says what stands against it."""
    found = queries.resource_for(request.member, resource_id)
    error: Infra24Error | None = None
    if request.method == "POST":
        try:
            archiving.archive_resource(found, by=request.member, source=source_of(request))
        except Infra24Error as refusal:
            error = refusal
        else:
            messages.success(request, _("%(name)s is archived.") % {"name": found.name})
            return redirect("resource", org=request.organisation.slug, resource_id=found.pk)
    shown = {
        "resource": found,
        "refusal": document(error) if error else None,
        "has_bookings": bool(bookings_ahead(found)),
        "parts": queries.visible_resources(request.member).filter(part_of=found),
    }
    return render(request, "facilities/resource_archive.html", shown, status=error.status if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.MANAGER)
def restore_resource(request: MemberRequest, resource_id: UUID) -> HttpResponse:
    """Bring an archived resource back; asks first."""
    found = queries.resource_for(request.member, resource_id)
    if request.method == "POST":
        archiving.restore_resource(found, by=request.member, source=source_of(request))
        messages.success(request, _("%(name)s can be booked again.") % {"name": found.name})
        return redirect("resource", org=request.organisation.slug, resource_id=found.pk)
    return render(request, "facilities/resource_restore.html", {"resource": found})
