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
from infra24.core.translating import translated
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.outbox import console, queries, services
from infra24.outbox.console import Place
from infra24.outbox.forms import SelectionForm
from infra24.outbox.health import Colour
from infra24.outbox.history import history_of
from infra24.outbox.models import Delivery, Destination
from infra24.outbox.outlook import cure_of
from infra24.outbox.views.asking import ask_why

PAGE_SIZE = 50


@require_safe
@for_role(Role.STAFF)
def outbox(request: MemberRequest) -> HttpResponse:
    """Destinations and how each does; deliveries, the newest first."""
    places = [place for place in console.places(request.member) if _is_shown(place)]
    # The page asks for its upper part again and again; that is all it then gets.
    if request.headers.get("HX-Request"):
        return render(request, "outbox/_places.html", {"places": places})
    form = SelectionForm(request.GET, viewer=request.member)
    selection = form.to_selection(request.organisation.time_zone)
    found = queries.deliveries(request.member, selection, with_timers=selection.destination_id is not None)
    page = page_of(found, by=("-created_at", "-id"), limit=PAGE_SIZE, cursor=request.GET.get("cursor", ""))
    shown = {
        "page": page,
        "form": form,
        "places": places,
        "is_narrowed": selection.is_narrow,
        "may_act_on_many": request.member.rank.includes(Role.MANAGER),
    }
    return render(request, "outbox/outbox.html", shown, status=422 if form.errors else 200)


def _is_shown(place: Place) -> bool:
    """The clock is the house's own: it is shown once there is something to know of it."""
    return place.destination.kind != Destination.Kind.CLOCK or place.colour != Colour.GREEN


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
        "history": history_of(found, viewer=request.member),
        "cure": translated(cure_of(found.destination.kind, found.outcome)) if found.status == "dead" else "",
        "may_discard": is_open and not (found.is_timer and found.status == Delivery.Status.PENDING),
        "refusal": document(error) if error else None,
    }
    return render(request, "outbox/delivery.html", shown, status=error.status if error else 200)
