"""Pages of the organisation's mails: which there are, in which words, how they look, which addresses take none."""

from typing import Any
from uuid import UUID

from csp.decorators import csp_replace
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from infra24.core.errors import Infra24Error
from infra24.core.paging import page_of
from infra24.core.problems import document
from infra24.notifications import queries
from infra24.notifications.composing import Wording, html_of
from infra24.notifications.forms import WordsForm
from infra24.notifications.messages import MESSAGES, PLACEHOLDERS
from infra24.notifications.overview import languages, overview, troubled
from infra24.notifications.policies import Message
from infra24.notifications.previewing import preview
from infra24.notifications.services import texts as services
from infra24.notifications.services.testing import ask_for_test
from infra24.notifications.services.troubles import clear_trouble as clear
from infra24.notifications.views.framing import MAIL_POLICY
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of

PAGE_SIZE = 50


@require_safe
@for_role(Role.STAFF)
def messages_page(request: MemberRequest) -> HttpResponse:
    """Every mail by who gets it, and the addresses that take none."""
    found = queries.visible_troubles(request.member)
    page = page_of(found, by=("-noted_at", "-id"), limit=PAGE_SIZE, cursor=request.GET.get("cursor", ""))
    shown = {
        "groups": overview(request.member),
        "page": page,
        "troubled": troubled(page.items),
        "may_change": _may_change(request),
    }
    return render(request, "notifications/texts/messages.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.STAFF)
def message_page(request: MemberRequest, message: str) -> HttpResponse:
    """One mail: its words in one language, what can stand in them, how it looks. Managers change the words."""
    which, language = queries.message_called(message), _language(request)
    if request.method == "POST" and not _may_change(request):
        return _page(request, which, language, form=_form(request, which, language), status=403)
    form = _form(request, which, language)
    if not form.is_bound:
        return _page(request, which, language, form=form)
    if not form.is_valid():
        return _page(request, which, language, form=form, status=422)
    try:
        services.save_text(
            which,
            language,
            form.words,
            by=request.member,
            source=source_of(request),
            version=form.cleaned_data["version"],
        )
    except Infra24Error as error:
        return _page(request, which, language, form=_with_faults(form, error), error=error, status=error.status)
    messages.success(request, _("Saved. Mails go out in these words from now on."))
    return _back(request, which, language)


@require_http_methods(["GET", "HEAD", "POST"])
@xframe_options_sameorigin
@csp_replace(MAIL_POLICY)
@for_role(Role.STAFF)
def picture(request: MemberRequest, message: str) -> HttpResponse:
    """The mail with made-up contents as mail programs show it, shut in. POST: in words that are not saved yet."""
    which, language = queries.message_called(message), _language(request)
    words: Wording | None = None
    if request.method == "POST":
        form = _form(request, which, language)
        if not form.is_valid():
            return HttpResponse(" ".join(str(fault[0]) for fault in form.errors.values()), "text/plain", 422)
        words = form.words
    try:
        mail = preview(which, language, organisation=request.organisation, words=words, now=timezone.now())
    except Infra24Error as error:
        return HttpResponse(document(error)["detail"], "text/plain", error.status)
    return HttpResponse(html_of(mail))


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.MANAGER)
def reset(request: MemberRequest, message: str) -> HttpResponse:
    """Go back to the house's words; asks first."""
    which, language = queries.message_called(message), _language(request)
    if request.method == "POST":
        services.reset_text(which, language, by=request.member, source=source_of(request))
        messages.success(request, _("Mails go out in the house's words again."))
        return _back(request, which, language)
    shown = {
        "message": which,
        "kind": MESSAGES[which],
        "language": language,
        "language_name": languages()[language],
        "own": queries.own_text(request.organisation.pk, which, language),
        "house": queries.house_text(which, language),
    }
    return render(request, "notifications/texts/reset.html", shown)


@require_POST
@for_role(Role.MANAGER)
def test(request: MemberRequest, message: str) -> HttpResponse:
    """Send the mail as saved, with made-up contents, to whoever asks."""
    which, language = queries.message_called(message), _language(request)
    ask_for_test(which, language, by=request.member, source=source_of(request))
    said = _("On its way to %(address)s. It arrives within a minute.") % {"address": request.member.user.email}
    messages.success(request, said)
    return _back(request, which, language)


@require_POST
@for_role(Role.MANAGER)
def switch(request: MemberRequest, message: str) -> HttpResponse:
    """Send a mail from now on, or no more."""
    which = queries.message_called(message)
    is_on = request.POST.get("is_on") == "1"
    services.switch(which, is_on=is_on, by=request.member, source=source_of(request))
    name = {"name": MESSAGES[which].name}
    messages.success(request, _("“%(name)s” is sent.") % name if is_on else _("“%(name)s” is sent no more.") % name)
    return redirect("mail_texts", org=request.organisation.slug)


@require_POST
@for_role(Role.STAFF)
def clear_trouble(request: MemberRequest, trouble_id: UUID) -> HttpResponse:
    """Let mail go to an address again."""
    clear(queries.trouble_for(request.member, trouble_id), by=request.member, source=source_of(request))
    messages.success(request, _("Mail goes there again. Deliveries that failed meanwhile are in the outbox."))
    return redirect("mail_texts", org=request.organisation.slug)


def _may_change(request: MemberRequest) -> bool:
    return request.member.rank.includes(Role.MANAGER)


def _language(request: MemberRequest) -> str:
    """The asked-for language of the mail, not of the page; the organisation's unless asked."""
    asked = request.POST.get("language") or request.GET.get("language") or request.organisation.locale
    return queries.require_language(asked)


def _form(request: MemberRequest, message: Message, language: str) -> WordsForm:
    own = queries.own_text(request.organisation.pk, message, language)
    initial = {part: getattr(own, part) if own else "" for part in queries.PARTS}
    return WordsForm(
        request.POST if request.method == "POST" else None,
        initial={**initial, "version": own.version if own else 1},
        house=queries.house_text(message, language),
    )


def _with_faults(form: WordsForm, error: Infra24Error) -> WordsForm:
    for part, fault in error.fields.items():
        form.add_error(part, fault)
    return form


def _page(
    request: MemberRequest,
    message: Message,
    language: str,
    *,
    form: WordsForm,
    error: Infra24Error | None = None,
    status: int = 200,
) -> HttpResponse:
    own = queries.own_text(request.organisation.pk, message, language)
    kind = MESSAGES[message]
    mail = preview(message, language, organisation=request.organisation, words=None, now=timezone.now())
    shown: dict[str, Any] = {
        "message": message,
        "kind": kind,
        "language": language,
        "language_name": languages()[language],
        "languages": languages(),
        "form": form,
        "is_own": own is not None and own.is_own,
        "placeholders": [(name, PLACEHOLDERS[name]) for name in kind.placeholders],
        "mail": mail,
        "may_change": _may_change(request),
        "is_sent": queries.is_sent(request.organisation.pk, message),
        # What is wrong with a part is said beside it.
        "refusal": document(error) if error and not error.fields else None,
    }
    return render(request, "notifications/texts/message.html", shown, status=status)


def _back(request: MemberRequest, message: Message, language: str) -> HttpResponse:
    place = reverse("mail_text", kwargs={"org": request.organisation.slug, "message": message.value})
    return redirect(f"{place}?language={language}")
