"""Changing one scope's rules: the form, the rehearsal of what it would mean, and only then the change."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import msgspec
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from infra24.core.errors import Infra24Error
from infra24.core.problems import document as problem_of
from infra24.core.problems import reason_document
from infra24.facilities.forms.rules_data import data_of
from infra24.facilities.forms.rules_sheet import PARTS, RulesSheet, grown
from infra24.facilities.queries.rules import effective_for, rule_rows
from infra24.facilities.rehearsal import Rehearsal, Struck, rehearse_rules
from infra24.facilities.scopes import RuleScope
from infra24.facilities.services.rules import contradictions, save_rules
from infra24.facilities.texts import week_texts
from infra24.facilities.views.rules import NAMES, holding_row, scope_called, today_in
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.resources.policies import Effective, Rules, effective
from infra24.resources.queries import resource_for

MOST_SHOWN: Final = 50
"""Bookings a rehearsal lists of each kind; the rest is counted."""
_NOT_TYPED: Final = {"csrfmiddlewaretoken", "step", "seen"}


@dataclass(frozen=True)
class Desk:
    """Whose rules are changed, and from where."""

    scope: RuleScope
    name: str | Promise
    back: str
    today: date


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.MANAGER)
def edit_rules(request: MemberRequest, scope: str) -> HttpResponse:
    """Change what the house or a kind says."""
    back = reverse("rules", kwargs={"org": request.organisation.slug})
    return _edit(request, Desk(scope_called(scope), NAMES[scope], back, today_in(request.organisation)))


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.MANAGER)
def edit_resource_rules(request: MemberRequest, resource_id: UUID) -> HttpResponse:
    """Change what one resource says itself."""
    found = resource_for(request.member, resource_id)
    back = reverse("resource_rules", kwargs={"org": request.organisation.slug, "resource_id": found.pk})
    desk = Desk(RuleScope(resource=found), found.name, back, today_in(request.organisation, found))
    return _edit(request, desk)


def _edit(request: MemberRequest, desk: Desk) -> HttpResponse:
    inherited = _inherited(request, desk)
    if request.method != "POST":
        return _form(request, desk, RulesSheet(_stored(request, desk, inherited), inherited=inherited))
    step = request.POST.get("step", "check")
    data: MultiValueDict[str, Any] = request.POST
    if step == "edit" or step in PARTS:
        return _form(request, desk, RulesSheet(grown(data, step) if step in PARTS else data, inherited=inherited))
    sheet = RulesSheet(data, inherited=inherited)
    rules = sheet.read()
    if rules is not None:
        valid_from = sheet.form.cleaned_data["valid_from"]
        sheet.place(contradictions(request.member, rules, scope=desk.scope, valid_from=valid_from))
    if rules is None or not sheet.is_sound:
        return _form(request, desk, sheet, status=422)
    now = timezone.now()
    rehearsal = rehearse_rules(request.member, rules, scope=desk.scope, valid_from=valid_from, now=now)
    seen = _fingerprint(rules, valid_from, rehearsal)
    strikes = bool(rehearsal.breaks or rehearsal.would_have_refused or not rehearsal.is_whole)
    if strikes and not (step == "save" and request.POST.get("seen") == seen):
        return _rehearsal(request, desk, data, rehearsal, seen=seen, valid_from=valid_from)
    return _save(request, desk, sheet, valid_from)


def _save(request: MemberRequest, desk: Desk, sheet: RulesSheet, valid_from: date) -> HttpResponse:
    said = sheet.form.cleaned_data
    try:
        save_rules(
            sheet.document(),
            scope=desk.scope,
            valid_from=valid_from,
            note=said["note"],
            based_on=said["based_on"],
            by=request.member,
            source=source_of(request),
        )
    except Infra24Error as refusal:
        if refusal.fields:
            sheet.place(refusal.fields)
        return _form(request, desk, sheet, refusal=None if refusal.fields else refusal, status=refusal.status)
    if valid_from > desk.today:
        told = _("Saved. It holds from %(day)s.") % {"day": date_format(valid_from, "DATE_FORMAT")}
    else:
        told = _("Saved. It holds from today.")
    messages.success(request, told)
    return HttpResponseRedirect(desk.back)


def _form(
    request: MemberRequest, desk: Desk, sheet: RulesSheet, *, refusal: Infra24Error | None = None, status: int = 200
) -> HttpResponse:
    ahead = rule_rows(request.member, desk.scope).filter(valid_from__gt=desk.today).order_by("valid_from", "id")
    context = {
        "desk": desk,
        "sheet": sheet,
        "form": sheet.form,
        "slot_minutes": sheet.slot_minutes,
        "ahead": list(ahead),
        "refusal": problem_of(refusal) if refusal else None,
        "texts": week_texts(),
    }
    return render(request, "facilities/rules_edit.html", context, status=status)


def _rehearsal(
    request: MemberRequest,
    desk: Desk,
    data: "MultiValueDict[str, Any]",
    rehearsal: Rehearsal,
    *,
    seen: str,
    valid_from: date,
) -> HttpResponse:
    context = {
        "desk": desk,
        "rehearsal": rehearsal,
        "breaks": [_told(one) for one in rehearsal.breaks[:MOST_SHOWN]],
        "more_breaks": max(len(rehearsal.breaks) - MOST_SHOWN, 0),
        "refused": [_told(one) for one in rehearsal.would_have_refused[:MOST_SHOWN]],
        "more_refused": max(len(rehearsal.would_have_refused) - MOST_SHOWN, 0),
        "typed": list(_typed(data)),
        "seen": seen,
        "valid_from": valid_from,
    }
    return render(request, "facilities/rules_rehearsal.html", context)


def _told(struck: Struck) -> tuple[Any, list[str]]:
    """A booking with its reasons in the reader's language."""
    return struck.booking, [reason_document(reason)["detail"] for reason in struck.reasons]


def _typed(data: "MultiValueDict[str, Any]") -> Iterator[tuple[str, str]]:
    """What was typed, to be sent once more."""
    return ((name, value) for name in data if name not in _NOT_TYPED for value in data.getlist(name))


def _fingerprint(rules: Rules, valid_from: date, rehearsal: Rehearsal) -> str:
    """What whoever saves has seen: these rules, and the bookings ahead that they would break."""
    ids = [str(one.booking.pk) for one in rehearsal.breaks]
    content = [rules.model_dump(mode="json", by_alias=True), valid_from.isoformat(), ids]
    return sha256(msgspec.json.encode(content, order="sorted")).hexdigest()


def _stored(request: MemberRequest, desk: Desk, inherited: Effective) -> "MultiValueDict[str, Any]":
    """What the form shows at first: the row the address names, else the one that holds, else the next."""
    rows = rule_rows(request.member, desk.scope)
    named = [row for row in rows if str(row.pk) == request.GET.get("rule")]
    row = named[0] if named else holding_row(rows, desk.today) or rows.last()
    newest = rows.order_by("-id").first()
    return data_of(
        Rules.model_validate(row.rules) if row else Rules(),
        inherited=inherited,
        valid_from=max(row.valid_from, desk.today) if row else desk.today,
        based_on=newest.pk if newest else None,
    )


def _inherited(request: MemberRequest, desk: Desk) -> Effective:
    """What holds where this scope says nothing."""
    resource = desk.scope.resource
    if resource is not None:
        return effective_for(request.member, RuleScope(kind=resource.kind), desk.today)
    if desk.scope.kind:
        return effective_for(request.member, RuleScope(), desk.today)
    return effective((), desk.today)
