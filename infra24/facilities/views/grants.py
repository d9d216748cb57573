"""The pages that ask before what a person was given is renewed or taken back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from infra24.core.errors import Infra24Error
from infra24.core.problems import document
from infra24.facilities.forms.qualifications import RenewForm
from infra24.facilities.queries.qualifications import grant_for
from infra24.facilities.services import grants
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of, today_of


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.STAFF)
def renew_grant(request: MemberRequest, grant_id: UUID) -> HttpResponse:
    """Give it once more: what the person has of it is replaced."""
    found = grant_for(request.member, grant_id)
    form = RenewForm(request.POST or None, today=today_of(request))
    error: Infra24Error | None = None
    if form.is_valid():
        try:
            grants.give_qualification(
                found.qualification_id,
                person_id=found.person_id,
                renew=True,
                by=request.member,
                source=source_of(request),
                **form.cleaned_data,
            )
        except Infra24Error as refusal:
            error = refusal
        else:
            messages.success(request, _("Renewed for %(name)s.") % {"name": found.person})
            return redirect("qualification", org=request.organisation.slug, qualification_id=found.qualification_id)
    shown = {"grant": found, "form": form, "refusal": document(error) if error else None}
    status = error.status if error else 422 if form.errors else 200
    return render(request, "facilities/grant_renew.html", shown, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.STAFF)
def revoke_grant(request: MemberRequest, grant_id: UUID) -> HttpResponse:
    """Take it back; asks first."""
    found = grant_for(request.member, grant_id)
    error: Infra24Error | None = None
    if request.method == "POST":
        try:
            grants.revoke_grant(found, by=request.member, source=source_of(request))
        except Infra24Error as refusal:
            error = refusal
        else:
            messages.success(request, _("Taken back from %(name)s.") % {"name": found.person})
            return redirect("qualification", org=request.organisation.slug, qualification_id=found.qualification_id)
    shown = {"grant": found, "refusal": document(error) if error else None}
    return render(request, "facilities/grant_revoke.html", shown, status=error.status if error else 200)
