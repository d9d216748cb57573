"""A member's own page: which mails they want."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from infra24.notifications.own_wishes import own_wishes
from infra24.notifications.services.wishes import set_own_wishes
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.MEMBER)
def my_mails(request: MemberRequest) -> HttpResponse:
    """The mails that need not be sent, each with a tick; all others are named below."""
    if request.method == "POST":
        shown = [row.message for row in own_wishes(request.member)]
        ticked = set(request.POST.getlist("wanted"))
        asked = {message: message.value in ticked for message in shown}
        set_own_wishes(request.member, asked, source=source_of(request))
        messages.success(request, _("Saved."))
        return redirect("my_mails", org=request.organisation.slug)
    return render(request, "notifications/my_mails.html", {"rows": own_wishes(request.member)})
