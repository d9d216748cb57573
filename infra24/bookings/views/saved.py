"""Pages of saved views: one is kept under a name, changed, taken away."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from infra24.bookings.forms.saving import ViewForm
from infra24.bookings.models import SavedView, ViewPage
from infra24.bookings.saved_views import may_change, view_for
from infra24.bookings.services import saving
from infra24.bookings.views.refusals import refused
from infra24.core.errors import Infra24Error
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of


@require_POST
@for_role(Role.STAFF)
def save(request: MemberRequest) -> HttpResponse:
    """Keep what a page shows under a name, and go back there. Without a name it is asked for."""
    form = ViewForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        page = ViewPage(form.cleaned_data["page"])
        made = saving.save_view(page, form.to_wish(), by=request.member, source=source_of(request))
    except Infra24Error as error:
        return _page(request, form, error=error)
    messages.success(request, _("Saved as “%(name)s”.") % {"name": made.name})
    return HttpResponseRedirect(address_of(made, org=request.organisation.slug))


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.STAFF)
def view(request: MemberRequest, view_id: UUID) -> HttpResponse:
    """Call it otherwise, share it; what it shows is changed on the page itself."""
    found = view_for(request.member, view_id)
    if request.method != "POST":
        return _page(request, ViewForm(initial=vars(found)), view=found)
    form = ViewForm(request.POST)
    if not form.is_valid():
        return _page(request, form, view=found, status=422)
    version = form.cleaned_data["version"]
    try:
        found = saving.change_view(found, form.to_wish(), by=request.member, source=source_of(request), version=version)
    except Infra24Error as error:
        return _page(request, form, view=found, error=error)
    messages.success(request, _("Saved as “%(name)s”.") % {"name": found.name})
    return HttpResponseRedirect(address_of(found, org=request.organisation.slug))


@require_POST
@for_role(Role.STAFF)
def remove(request: MemberRequest, view_id: UUID) -> HttpResponse:
    """Take a view away; the page asks first."""
    found = view_for(request.member, view_id)
    saving.remove_view(found, by=request.member, source=source_of(request))
    messages.success(request, _("The view “%(name)s” is gone.") % {"name": found.name})
    return HttpResponseRedirect(reverse(found.page, kwargs={"org": request.organisation.slug}))


def address_of(found: SavedView, *, org: str) -> str:
    """Where a view is looked at. The pages that have views are called as their addresses are."""
    query = QueryDict(found.query, mutable=True)
    # The calendar calls how it is looked at its view, and knows a saved one by what it asks for.
    if found.page != ViewPage.CALENDAR:
        query["view"] = str(found.pk)
    return f"{reverse(found.page, kwargs={'org': org})}?{query.urlencode()}"


def _page(
    request: MemberRequest,
    form: ViewForm,
    *,
    view: SavedView | None = None,
    error: Infra24Error | None = None,
    status: int = 200,
) -> HttpResponse:
    page = view.page if view else form["page"].value()
    back = page if page in ViewPage.values else ViewPage.BOOKINGS
    shown = {
        "form": form,
        "view": view,
        "may_change": view is None or may_change(view, who=request.member),
        "back": reverse(
            back if back in ViewPage.values else ViewPage.BOOKINGS, kwargs={"org": request.organisation.slug}
        ),
        **refused(error),
    }
    return render(request, "bookings/view.html", shown, status=error.status if error else status)
