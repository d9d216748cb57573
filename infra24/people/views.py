"""Pages about the people an organisation knows."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from infra24.core.errors import Infra24Error
from infra24.core.paging import page_of
from infra24.core.problems import document
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.people import queries, services
from infra24.people.forms import PersonChangeForm, PersonForm

PAGE_SIZE = 50
LONGEST_SEARCH = 100


@require_safe
@for_role(Role.STAFF)
def people(request: MemberRequest) -> HttpResponse:
    """Everybody by name; `?q=ana` finds part of a name or address."""
    words = request.GET.get("q", "")[:LONGEST_SEARCH].replace("\0", "")
    found = queries.people_like(request.member, words)
    page = page_of(found, by=("sort_key", "id"), limit=PAGE_SIZE, cursor=request.GET.get("cursor", ""))
    return render(request, "people/people.html", {"page": page, "words": words})


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.STAFF)
def new_person(request: MemberRequest) -> HttpResponse:
    """Write somebody down."""
    form = PersonForm(request.POST or None)
    if form.is_valid():
        person = services.create_person(by=request.member, **form.cleaned_data)
        messages.success(request, _("%(name)s is written down.") % {"name": person.name})
        return redirect("people", org=request.organisation.slug)
    return render(request, "people/new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.STAFF)
def person(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """One person: what is said of them, to be corrected; and whether mail reaches them."""
    found = queries.person_for(request.member, person_id)
    initial = {name: getattr(found, name) for name in ("name", "email", "phone", "locale", "version")}
    form = PersonChangeForm(request.POST if request.method == "POST" else None, initial=initial)
    error: Infra24Error | None = None
    if form.is_valid():
        version = form.cleaned_data.pop("version")
        change = services.PersonChange(**form.cleaned_data)
        try:
            services.change_person(found, change, by=request.member, source=source_of(request), version=version)
        except Infra24Error as refusal:
            error = refusal
        else:
            messages.success(request, _("Saved."))
            return redirect("people", org=request.organisation.slug)
    shown = {
        "person": found,
        "form": form,
        "may_erase": request.member.rank.includes(Role.MANAGER),
        "refusal": document(error) if error else None,
    }
    status = error.status if error else 422 if form.errors else 200
    return render(request, "people/person.html", shown, status=status)
