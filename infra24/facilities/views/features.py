"""Pages about the vocabulary of features."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from infra24.core.errors import Infra24Error
from infra24.core.problems import document
from infra24.facilities.forms.features import FeatureForm
from infra24.facilities.services import features as services
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.resources.vocabulary import feature_for, features_of


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.MANAGER)
def features(request: MemberRequest) -> HttpResponse:
    """What resources can have, and a form for one more word."""
    form = FeatureForm(request.POST or None)
    error: Infra24Error | None = None
    if form.is_valid():
        kind, wish = form.cleaned_data["type"], form.to_wish()
        try:
            made = services.create_feature(kind, wish, by=request.member, source=source_of(request))
        except Infra24Error as refusal:
            error = refusal
            form.refuse(refusal.fields)
        else:
            messages.success(request, _("Resources can have %(name)s now.") % {"name": made.name})
            return redirect("features", org=request.organisation.slug)
    shown = {
        "form": form,
        "features": features_of(request.organisation.pk),
        "archived": features_of(request.organisation.pk, archived=True),
        "refusal": document(error) if error and not error.fields else None,
    }
    status = error.status if error else 422 if form.errors else 200
    return render(request, "facilities/features.html", shown, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.MANAGER)
def feature(request: MemberRequest, feature_id: UUID) -> HttpResponse:
    """Call a feature otherwise, or change its unit or choices."""
    found = feature_for(request.member, feature_id)
    form = FeatureForm(request.POST or None, feature=found)
    error: Infra24Error | None = None
    if form.is_valid():
        version, source = form.cleaned_data["version"], source_of(request)
        try:
            services.change_feature(found, form.to_wish(), by=request.member, source=source, version=version)
        except Infra24Error as refusal:
            error = refusal
            form.refuse(refusal.fields)
        else:
            messages.success(request, _("The feature is saved."))
            return redirect("features", org=request.organisation.slug)
    shown = {"form": form, "feature": found, "refusal": document(error) if error and not error.fields else None}
    status = error.status if error else 422 if form.errors else 200
    return render(request, "facilities/feature.html", shown, status=status)


@require_POST
@for_role(Role.MANAGER)
def archive_feature(request: MemberRequest, feature_id: UUID) -> HttpResponse:
    """Put a feature away, or bring it back with `restore`."""
    found = feature_for(request.member, feature_id)
    put = services.restore_feature if "restore" in request.POST else services.archive_feature
    put(found, by=request.member, source=source_of(request))
    messages.success(request, _("The feature is saved."))
    return redirect("features", org=request.organisation.slug)
