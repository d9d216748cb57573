"""What mail services tell: who could not be reached, who complained."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt


@csrf_exempt  # a mail service has no session; it signs in with the secret
def tracking(request: HttpRequest, service: str) -> HttpResponse:
    """Hand what a service tells to django-anymail, which checks the secret. Without a secret there is no such page.

    Only what is told of mails that went out: mails that come in are nobody's here.
    """
    if not settings.ANYMAIL_WEBHOOK_SECRET:
        raise Http404
    try:
        found = resolve(f"/{service}/tracking/", urlconf="anymail.urls")
    except Resolver404:
        raise Http404 from None
    answer: HttpResponse = found.func(request, **found.kwargs)
    return answer
