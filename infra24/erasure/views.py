"""The page that asks before somebody is erased."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from infra24.bookings.models import Source
from infra24.core.errors import Infra24Error
from infra24.core.problems import document
from infra24.erasure import queries, services
from infra24.erasure.forms import EraseForm
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.people.queries import person_for


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.MANAGER)
def erase_person(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """Say what goes and what stays, and ask for the name; on POST erase."""
    person = person_for(request.member, person_id)
    form = EraseForm(request.POST if request.method == "POST" else None, initial={"version": person.version})
    error: Infra24Error | None = None
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.erase_person(
                person,
                name=data["name"],
                ahead=data["ahead"],
                by=request.member,
                source=Source(source_of(request)),
                version=data["version"],
            )
        except Infra24Error as refusal:
            error = refusal
        else:
            messages.success(request, _("Erased. What was booked stays, without a name."))
            return redirect("people", org=request.organisation.slug)
    shown = {
        "person": person,
        "traces": queries.traces_of(person, now=timezone.now()),
        "form": form,
        "refusal": document(error) if error else None,
    }
    status = error.status if error else 422 if form.errors else 200
    return render(request, "erasure/erase.html", shown, status=status)
