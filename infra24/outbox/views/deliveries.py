"""The console of deliveries: what went out, what waits, what did not arrive."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from infra24.core.errors import Infra24Error
from infra24.core.paging import page_of
from infra24.core.problems import document
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.outbox import queries, services
from infra24.outbox.forms import DeliveryFilterForm
from infra24.outbox.models import Delivery, Destination
from infra24.outbox.views.asking import ask_why

PAGE_SIZE = 50


@require_safe
@for_role(Role.STAFF)
def outbox(request: MemberRequest) -> HttpResponse:
    """Destinations and their state; deliveries, the newest first."""
    form = DeliveryFilterForm(request.GET, viewer=request.member)
    data = form.cleaned_data if form.is_valid() else {}
    destination = data.get("destination")
    status = data.get("status", "")
    found = queries.deliveries(
        request.member,
        statuses=[status] if status else [],
        destination_id=destination.pk if destination else None,
        with_timers=destination is not None,
    )
    page = page_of(found, by=("-created_at", "-id"), limit=PAGE_SIZE, cursor=request.GET.get("cursor", ""))
    is_narrowed = bool(status or destination)
    destinations = queries.visible_destinations(request.member).exclude(kind=Destination.Kind.CLOCK)
    shown = {"page": page, "form": form, "destinations": destinations, "is_narrowed": is_narrowed}
    return render(request, "outbox/outbox.html", shown)


@require_safe
@for_role(Role.STAFF)
def delivery(request: MemberRequest, delivery_id: UUID) -> HttpResponse:
    """One delivery and every try at it."""
    return _delivery_page(request, queries.delivery_for(request.member, delivery_id))


@require_POST
@for_role(Role.STAFF)
def retry(request: MemberRequest, delivery_id: UUID) -> HttpResponse:
    """Try a failed delivery again, or a waiting one at once."""
    found = queries.delivery_for(request.member, delivery_id)
    try:
        services.retry(found, by=request.member, source=source_of(request))
    except Infra24Error as error:
        return _delivery_page(request, queries.delivery_for(request.member, delivery_id), error=error)
    messages.success(request, _("It is tried again now."))
    return redirect("delivery", org=request.organisation.slug, delivery_id=delivery_id)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.STAFF)
def discard(request: MemberRequest, delivery_id: UUID) -> HttpResponse:
    """Give a delivery up, saying why; asks first."""
    found = queries.delivery_for(request.member, delivery_id)
    return ask_why(
        request,
        title=gettext_lazy("Give this delivery up?"),
        label=gettext_lazy("Give it up"),
        act=lambda reason: services.discard(found, reason=reason, by=request.member, source=source_of(request)),
        said=_("Given up."),
    )


def _delivery_page(request: MemberRequest, found: Delivery, *, error: Infra24Error | None = None) -> HttpResponse:
    is_open = found.status in (Delivery.Status.PENDING, Delivery.Status.DEAD)
    shown = {
        "delivery": found,
        "attempts": queries.attempts_of(found),
        "may_retry": is_open,
        "may_discard": is_open and not (found.is_timer and found.status == Delivery.Status.PENDING),
        "refusal": document(error) if error else None,
    }
    return render(request, "outbox/delivery.html", shown, status=error.status if error else 200)
