"""/dev/mail: the mails of a demo, as they would have arrived. Exists in demo mode only."""

from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from infra24.core.demo import in_demo_only
from infra24.notifications.kept_mail import KeptMail, kept_mail, kept_mails
from infra24.notifications.views.framing import MAIL_POLICY

SHOWN = 100


@require_safe
@in_demo_only
def mails(request: HttpRequest) -> HttpResponse:
    """The newest mails; `?to=ana@example.org` shows those of one person."""
    wanted = request.GET.get("to", "").strip().lower()
    found = kept_mails(limit=SHOWN)
    shown = [one for one in found if not wanted or any(wanted == to.lower() for to in one.recipients)]
    return render(request, "notifications/kept/mails.html", {"mails": shown, "to": wanted})


@require_safe
@in_demo_only
def mail(request: HttpRequest, mail_id: str) -> HttpResponse:
    """One mail: its picture, its plain text, what is attached."""
    return render(request, "notifications/kept/mail.html", {"mail": _found(mail_id)})


@require_safe
@xframe_options_sameorigin
@csp_replace(MAIL_POLICY)  # type: ignore[arg-type]  # its types know only views without arguments
@in_demo_only
def mail_html(request: HttpRequest, mail_id: str) -> HttpResponse:
    """The HTML part alone, shut in: no scripts, no forms, nothing from elsewhere."""
    del request
    return HttpResponse(_found(mail_id).html)


@require_safe
@in_demo_only
def attachment(request: HttpRequest, mail_id: str, number: int) -> HttpResponse:
    """One attachment, counted from 0, always as a download."""
    del request
    attachments = _found(mail_id).attachments
    if number >= len(attachments):
        raise Http404
    one = attachments[number]
    answer = HttpResponse(one.content, content_type=one.content_type)
    answer["Content-Disposition"] = content_disposition_header(True, one.name or f"attachment-{number}")
    return answer


def _found(mail_id: str) -> KeptMail:
    one = kept_mail(mail_id)
    if one is None:
        raise Http404
    return one
