"""What can be done about a webhook besides setting it up. What does harm asks first."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from infra24.core.errors import Infra24Error
from infra24.core.problems import document
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.webhooks import queries, services
from infra24.webhooks.forms import PauseForm
from infra24.webhooks.models import Endpoint
from infra24.webhooks.views.showing import endpoint_page


@require_POST
@for_role(Role.ADMIN)
def prove_webhook(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Send the event that proves the address."""
    return _act(request, endpoint_id, services.ask_for_proof, _("The proof is on its way. Look again in a moment."))


@require_POST
@for_role(Role.ADMIN)
def test_webhook(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Send a test event."""
    return _act(request, endpoint_id, services.ask_for_test, _("A test is on its way. Look again in a moment."))


@require_POST
@for_role(Role.ADMIN)
def resume_webhook(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Send what has waited."""
    return _act(request, endpoint_id, services.resume_endpoint, _("Resumed. What has waited goes out now."))


@require_POST
@for_role(Role.ADMIN)
def end_webhook_secret(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Sign with the old secret no more."""
    return _act(request, endpoint_id, services.end_previous_secret, _("Only the new secret signs now."))


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.ADMIN)
def pause_webhook(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Keep everything for it, saying why."""
    endpoint = queries.endpoint_for(request.member, endpoint_id)
    form = PauseForm(request.POST if request.method == "POST" else None)
    error: Infra24Error | None = None
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            services.pause_endpoint(endpoint, reason=reason, by=request.member, source=source_of(request))
        except Infra24Error as refusal:
            error = refusal
        else:
            messages.success(request, _("Paused. What happens is kept for thirty days."))
            return _back(request, endpoint_id)
    shown = {"endpoint": endpoint, "form": form, "refusal": document(error) if error else None}
    status = error.status if error else 422 if form.errors else 200
    return render(request, "webhooks/pause.html", shown, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.ADMIN)
def remove_webhook(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Take it away; asks first."""
    endpoint = queries.endpoint_for(request.member, endpoint_id)
    if request.method == "POST":
        services.remove_endpoint(endpoint, by=request.member, source=source_of(request))
        messages.success(request, _("Taken away: %(name)s.") % {"name": endpoint})
        return redirect("webhooks", org=request.organisation.slug)
    shown = {"endpoint": endpoint, "waiting": queries.waiting_for(endpoint)}
    return render(request, "webhooks/remove.html", shown)


def _act(request: MemberRequest, endpoint_id: UUID, act: Callable[..., Endpoint], said: str) -> HttpResponse:
    """Do it and return to the webhook's page, or say there why not."""
    endpoint = queries.endpoint_for(request.member, endpoint_id)
    try:
        act(endpoint, by=request.member, source=source_of(request))
    except Infra24Error as error:
        return endpoint_page(request, queries.endpoint_for(request.member, endpoint_id), error=error)
    messages.success(request, said)
    return _back(request, endpoint_id)


def _back(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    return redirect("webhook", org=request.organisation.slug, endpoint_id=endpoint_id)
