"""Pages on which a destination is paused and resumed."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.outbox import queries, services
from infra24.outbox.views.asking import ask_why


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.STAFF)
def pause(request: MemberRequest, destination_id: UUID) -> HttpResponse:
    """Keep everything for a destination until it is resumed; asks first."""
    found = queries.destination_for(request.member, destination_id)
    return ask_why(
        request,
        title=_("Pause %(name)s?") % {"name": found},
        label=gettext_lazy("Pause it"),
        act=lambda reason: services.pause_destination(
            found, reason=reason, by=request.member, source=source_of(request)
        ),
        said=_("Paused. Everything for it is kept."),
    )


@require_POST
@for_role(Role.STAFF)
def resume(request: MemberRequest, destination_id: UUID) -> HttpResponse:
    """Deliver what has waited."""
    found = queries.destination_for(request.member, destination_id)
    services.resume_destination(found, by=request.member, source=source_of(request))
    messages.success(request, _("Resumed. What has waited goes out now."))
    return redirect("outbox", org=request.organisation.slug)
