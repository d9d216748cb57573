"""Webhooks, one webhook, and the forms to set it up. A secret is shown on the answer that made it and never again."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from infra24.core.errors import Infra24Error
from infra24.core.problems import document
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.webhooks import queries, services
from infra24.webhooks.forms import EndpointForm, RotateForm
from infra24.webhooks.models import Condition, Endpoint
from infra24.webhooks.policies import MOST_ENDPOINTS

RECENT = 10
"""Deliveries on a webhook's own page; the outbox has all."""


@require_safe
@for_role(Role.ADMIN)
def webhooks(request: MemberRequest) -> HttpResponse:
    """Every webhook, and how it stands."""
    found = list(queries.visible_endpoints(request.member))
    shown = {"endpoints": found, "may_add": len(found) < MOST_ENDPOINTS, "most": MOST_ENDPOINTS}
    return render(request, "webhooks/webhooks.html", shown)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.ADMIN)
def new_webhook(request: MemberRequest) -> HttpResponse:
    """Set one up; its secret is on the answer."""
    form = EndpointForm(request.POST if request.method == "POST" else None, initial={"everything": True})
    error: Infra24Error | None = None
    if form.is_valid():
        try:
            made, secret = services.add_endpoint(form.to_wish(), by=request.member, source=source_of(request))
        except Infra24Error as refusal:
            error = refusal
        else:
            return _secret_page(request, made, secret)
    return _form_page(request, form, None, error)


@require_safe
@for_role(Role.ADMIN)
def webhook(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """How one stands, what can be done about it, and what it was last told."""
    return endpoint_page(request, queries.endpoint_for(request.member, endpoint_id))


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.ADMIN)
def edit_webhook(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Set it up differently."""
    endpoint = queries.endpoint_for(request.member, endpoint_id)
    form = EndpointForm(request.POST if request.method == "POST" else None, initial=EndpointForm.said_of(endpoint))
    error: Infra24Error | None = None
    if form.is_valid():
        version = form.cleaned_data["version"]
        try:
            services.change_endpoint(
                endpoint, form.to_wish(), by=request.member, source=source_of(request), version=version
            )
        except Infra24Error as refusal:
            error = refusal
        else:
            return redirect("webhook", org=request.organisation.slug, endpoint_id=endpoint_id)
    return _form_page(request, form, endpoint, error)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.ADMIN)
def rotate_webhook_secret(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Make a new secret; asks first what becomes of the old one."""
    endpoint = queries.endpoint_for(request.member, endpoint_id)
    form = RotateForm(request.POST if request.method == "POST" else None, initial={"version": endpoint.version})
    error: Infra24Error | None = None
    if form.is_valid():
        try:
            changed, secret = services.rotate_secret(
                endpoint,
                by=request.member,
                source=source_of(request),
                old_works=_hours(form),
                version=form.cleaned_data["version"],
            )
        except Infra24Error as refusal:
            error = refusal
        else:
            return _secret_page(request, changed, secret)
    shown = {
        "endpoint": endpoint,
        "old_secret_until": endpoint.old_secret_until(timezone.now()),
        "form": form,
        "refusal": document(error) if error else None,
    }
    return render(request, "webhooks/rotate.html", shown, status=_status(form, error))


def endpoint_page(request: MemberRequest, endpoint: Endpoint, *, error: Infra24Error | None = None) -> HttpResponse:
    """The page of one webhook, with what was refused."""
    shown = {
        "endpoint": endpoint,
        "is_unproved": endpoint.condition == Condition.UNPROVED,
        "old_secret_until": endpoint.old_secret_until(timezone.now()),
        "deliveries": queries.deliveries_of(endpoint)[:RECENT],
        "refusal": document(error) if error else None,
    }
    return render(request, "webhooks/webhook.html", shown, status=error.status if error else 200)


def _form_page(
    request: MemberRequest, form: EndpointForm, endpoint: Endpoint | None, error: Infra24Error | None
) -> HttpResponse:
    shown = {"form": form, "endpoint": endpoint, "refusal": document(error) if error else None}
    return render(request, "webhooks/form.html", shown, status=_status(form, error))


def _secret_page(request: MemberRequest, endpoint: Endpoint, secret: str) -> HttpResponse:
    return render(request, "webhooks/secret.html", {"endpoint": endpoint, "secret": secret})


def _hours(form: RotateForm) -> timedelta:
    return timedelta(hours=form.cleaned_data["old_works_hours"])


def _status(form: EndpointForm | RotateForm, error: Infra24Error | None) -> int:
    return error.status if error else 422 if form.errors else 200
