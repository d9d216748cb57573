"""Pages about what people are shown before they may book something, and who was."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from infra24.core.errors import Infra24Error
from infra24.core.problems import document
from infra24.facilities.forms.qualifications import GrantForm, QualificationForm
from infra24.facilities.queries import qualifications as queries
from infra24.facilities.services import grants
from infra24.facilities.services import qualifications as services
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of, today_of
from infra24.resources.models import GrantState, Qualification

PAGE_SIZE = 50
STATES: tuple[tuple[str, str | Promise], ...] = (
    ("given", gettext_lazy("Given")),
    *((state.value, state.label) for state in GrantState),
)
"""What the list of holders is narrowed to."""


@require_safe
@for_role(Role.STAFF)
def qualifications(request: MemberRequest) -> HttpResponse:
    """Every qualification with how many have it and what asks for it; `?archived=1` the archived ones."""
    archived = request.GET.get("archived") == "1"
    rows = queries.visible_qualifications(request.member, archived=archived)
    shown = {
        "qualifications": queries.with_figures(rows, today=today_of(request)),
        "archived": archived,
        "may_set_up": request.member.rank.includes(Role.MANAGER),
    }
    return render(request, "facilities/qualifications.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.MANAGER)
def new_qualification(request: MemberRequest) -> HttpResponse:
    """Add a word to the vocabulary."""
    form = QualificationForm(request.POST or None)
    error: Infra24Error | None = None
    if form.is_valid():
        try:
            made = services.create_qualification(form.to_words(), by=request.member, source=source_of(request))
        except Infra24Error as refusal:
            error = refusal
        else:
            messages.success(request, _("Added: %(name)s.") % {"name": made.name})
            return redirect("qualification", org=request.organisation.slug, qualification_id=made.pk)
    return _form_page(request, form, error=error)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.STAFF)
def qualification(request: MemberRequest, qualification_id: UUID) -> HttpResponse:
    """Who has it until when, and a form to give it; `?state=lapsed` narrows the list."""
    found = queries.qualification_for(request.member, qualification_id)
    today = today_of(request)
    if request.method != "POST":
        return _page(request, found, GrantForm(viewer=request.member, today=today))
    form = GrantForm(request.POST, viewer=request.member, today=today)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    data = form.cleaned_data
    try:
        grants.give_qualification(
            found.pk,
            person_id=data["person"].pk,
            granted_on=data["granted_on"],
            lapses_on=data["lapses_on"],
            note=data["note"],
            by=request.member,
            source=source_of(request),
        )
    except Infra24Error as refusal:
        return _page(request, found, form, error=refusal)
    messages.success(request, _("Given to %(name)s.") % {"name": data["person"]})
    return redirect("qualification", org=request.organisation.slug, qualification_id=found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.MANAGER)
def edit_qualification(request: MemberRequest, qualification_id: UUID) -> HttpResponse:
    """Say something else of it."""
    found = queries.qualification_for(request.member, qualification_id)
    form = QualificationForm(request.POST or None, qualification=found)
    error: Infra24Error | None = None
    if form.is_valid():
        try:
            services.change_qualification(
                found,
                form.to_words(),
                by=request.member,
                source=source_of(request),
                version=form.cleaned_data["version"],
            )
        except Infra24Error as refusal:
            error = refusal
        else:
            messages.success(request, _("Saved."))
            return redirect("qualification", org=request.organisation.slug, qualification_id=found.pk)
    return _form_page(request, form, qualification=found, error=error)


@require_POST
@for_role(Role.MANAGER)
def archive_qualification(request: MemberRequest, qualification_id: UUID) -> HttpResponse:
    """Put it away; with `restore` in the form, bring it back."""
    found = queries.qualification_for(request.member, qualification_id)
    archived = "restore" not in request.POST
    try:
        services.change_qualification(
            found, services.words_of(found), archived=archived, by=request.member, source=source_of(request)
        )
    except Infra24Error as refusal:
        form = GrantForm(viewer=request.member, today=today_of(request))
        return _page(request, found, form, error=refusal)
    said = _("Archived: %(name)s.") if archived else _("Restored: %(name)s.")
    messages.success(request, said % {"name": found.name})
    return redirect("qualifications", org=request.organisation.slug)


def _page(
    request: MemberRequest,
    found: Qualification,
    form: GrantForm,
    *,
    error: Infra24Error | None = None,
    status: int = 200,
) -> HttpResponse:
    today = today_of(request)
    state = request.GET.get("state", "")
    state = state if state in {name for name, _label in STATES} else "given"
    cursor = request.GET.get("cursor", "")
    page = queries.holders_page(request.member, found, state=state, today=today, limit=PAGE_SIZE, cursor=cursor)
    shown = {
        "qualification": found,
        "page": page,
        "rows": [(holder.person, grant, grant.state_on(today)) for holder in page.items for grant in holder.grants],
        "states": STATES,
        "state": state,
        "needs": queries.needs_of(found),
        "form": form,
        "may_set_up": request.member.rank.includes(Role.MANAGER),
        "refusal": document(error) if error else None,
    }
    return render(request, "facilities/qualification.html", shown, status=error.status if error else status)


def _form_page(
    request: MemberRequest,
    form: QualificationForm,
    *,
    qualification: Qualification | None = None,
    error: Infra24Error | None = None,
) -> HttpResponse:
    shown = {"form": form, "qualification": qualification, "refusal": document(error) if error else None}
    status = error.status if error else 422 if form.errors else 200
    return render(request, "facilities/qualification_form.html", shown, status=status)
