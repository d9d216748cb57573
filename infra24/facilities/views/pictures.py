"""The photo of a resource: shown, put there, taken away."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from infra24.core.errors import Infra24Error
from infra24.core.problems import document
from infra24.facilities.errors import PictureNotFound
from infra24.facilities.forms.pictures import PhotoForm
from infra24.facilities.services import pictures
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, OrganisationRequest, source_of
from infra24.resources import queries
from infra24.resources.models import Audience
from infra24.resources.pictures import audience_of_photo, file_of

A_YEAR = 365 * 24 * 3600


@require_safe
def media(request: OrganisationRequest, org: str, picture: str) -> HttpResponse:
    """A photo, for whoever may see a resource that has it. What is under a name never changes."""
    del org
    audience = audience_of_photo(request.organisation.pk, request.member, picture)
    path = file_of(request.organisation.pk, picture)
    if audience is None or not default_storage.exists(path):
        raise PictureNotFound
    with default_storage.open(path) as file:
        response = HttpResponse(file.read(), content_type="image/jpeg")
    scope = "public" if audience == Audience.EVERYONE else "private"
    response["Cache-Control"] = f"{scope}, max-age={A_YEAR}, immutable"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.MANAGER)
def resource_photo(request: MemberRequest, resource_id: UUID) -> HttpResponse:
    """Upload a photo, describe the one there is, or take it away with `remove`."""
    found = queries.resource_for(request.member, resource_id)
    by, source = request.member, source_of(request)
    form = PhotoForm(initial={"alt": found.photo_alt}, has_photo=bool(found.photo))
    error: Infra24Error | None = None
    if request.method == "POST":
        sent: Any = request.POST
        form = PhotoForm(sent, request.FILES, has_photo=bool(found.photo))
        try:
            if "remove" in request.POST:
                pictures.remove_photo(found, by=by, source=source)
                messages.success(request, _("The photo is taken away."))
                return redirect("resource", org=request.organisation.slug, resource_id=found.pk)
            if form.is_valid():
                upload, alt = form.cleaned_data["photo"], form.cleaned_data["alt"]
                if upload:
                    pictures.put_photo(found, upload.read(), alt=alt, by=by, source=source)
                else:
                    pictures.describe_photo(found, alt=alt, by=by, source=source)
                messages.success(request, _("The photo is saved."))
                return redirect("resource", org=request.organisation.slug, resource_id=found.pk)
        except Infra24Error as refusal:
            error = refusal
    shown = {"resource": found, "form": form, "refusal": document(error) if error else None}
    status = error.status if error else 422 if form.errors else 200
    return render(request, "facilities/resource_photo.html", shown, status=status)
