"""Where the address in a mail leads at which its reader wants no more of its kind (RFC 8058).

Whoever holds the address is who got the mail: there is no sign-in, and no token against forged forms, because mail
programs send one POST with neither.
"""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from infra24.notifications import queries
from infra24.notifications.links import stop_behind
from infra24.notifications.messages import MESSAGES
from infra24.notifications.services.wishes import wish
from infra24.orgs.requests import OrganisationRequest

SOURCE = "mail"


@csrf_exempt  # the address is the credential, and a mail program's one click brings no token
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: OrganisationRequest, org: str, secret: str) -> HttpResponse:
    """GET asks; POST unsubscribes, and with `wanted=1` subscribes again."""
    del org
    about = stop_behind(request.organisation.pk, secret)
    has_answered = request.method == "POST"
    if has_answered:
        is_wanted = request.POST.get("wanted") == "1"
        wish(request.organisation.pk, about.recipient, about.message, is_wanted=is_wanted, by=None, source=SOURCE)
    shown = {
        "kind": MESSAGES[about.message],
        "is_wanted": queries.is_wanted(request.organisation.pk, about.recipient, about.message),
        "has_answered": has_answered,
    }
    answer = render(request, "notifications/stop.html", shown)
    answer["Referrer-Policy"] = "no-referrer"
    return answer
