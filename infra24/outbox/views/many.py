"""Pages about many deliveries at once: what failed by cause, replays, giving up."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from infra24.core.errors import Infra24Error
from infra24.core.paging import page_of
from infra24.core.problems import document
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.outbox import console, replaying
from infra24.outbox.discarding import MOST_AT_ONCE, discard_all
from infra24.outbox.forms import ReplayForm, SelectionForm, WhyForm
from infra24.outbox.models import Delivery, Replay
from infra24.outbox.replaying import Preview
from infra24.outbox.wording import chosen_words

PAGE_SIZE = 50


@require_safe
@for_role(Role.STAFF)
def failed(request: MemberRequest) -> HttpResponse:
    """What failed for good, by cause, the newest first."""
    groups = console.failed_groups(request.member)
    shown = {"groups": groups, "may_act_on_many": request.member.rank.includes(Role.MANAGER)}
    return render(request, "outbox/failed.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.MANAGER)
def discard_many(request: MemberRequest) -> HttpResponse:
    """How many failed deliveries the address names, and, with a reason, giving them up."""
    form = SelectionForm(request.GET, viewer=request.member)
    # Whatever else the address names: only what failed is given up.
    selection = replace(form.to_selection(request.organisation.time_zone), statuses=(Delivery.Status.DEAD.value,))
    why = WhyForm(request.POST) if request.method == "POST" else WhyForm()
    seen_at = _seen_at(request)
    error: Infra24Error | None = None
    if form.is_valid() and why.is_valid():
        try:
            count = discard_all(
                selection,
                reason=why.cleaned_data["reason"],
                by=request.member,
                source=source_of(request),
                settled_before=seen_at,
            )
        except Infra24Error as refusal:
            error = refusal
        else:
            messages.success(request, ngettext("Gave up one.", "Gave up %(count)d.", count) % {"count": count})
            return redirect("outbox_failed", org=request.organisation.slug)
    preview = replaying.preview(selection, viewer=request.member, settled_before=seen_at) if form.is_valid() else None
    too_many = preview is not None and preview.count > MOST_AT_ONCE
    shown = {"form": form, "why": why, "preview": preview, "too_many": too_many, "most": MOST_AT_ONCE}
    return _answer(request, "outbox/discard_many.html", shown, error, is_wrong=bool(form.errors or why.errors))


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.MANAGER)
def new_replay(request: MemberRequest) -> HttpResponse:
    """How many deliveries the address names and how long they take, and starting to make them once more."""
    form = ReplayForm(request.GET or None, viewer=request.member)
    selection = form.to_selection(request.organisation.time_zone)
    seen_at = _seen_at(request)
    preview: Preview | None = None
    error: Infra24Error | None = None
    if form.is_valid():
        destination = form.cleaned_data["destination"]
        try:
            if request.method == "POST":
                replay = replaying.start_replay(
                    destination,
                    selection,
                    by=request.member,
                    source=source_of(request),
                    per_minute=form.pace,
                    settled_before=seen_at,
                )
                messages.success(request, _("It has begun. You need not wait for it."))
                return redirect("replay", org=request.organisation.slug, replay_id=replay.pk)
            preview = replaying.preview_replay(destination, selection, viewer=request.member, settled_before=seen_at)
        except Infra24Error as refusal:
            error = refusal
    shown = {"form": form, "preview": preview, "minutes": preview.minutes(form.pace) if preview else 0}
    is_wrong = bool(form.errors) or (request.method == "POST" and not form.is_bound)
    return _answer(request, "outbox/replay_new.html", shown, error, is_wrong=is_wrong)


@require_safe
@for_role(Role.STAFF)
def replays(request: MemberRequest) -> HttpResponse:
    """What was made once more, the newest first."""
    found = replaying.visible_replays(request.member)
    page = page_of(found, by=("-started_at", "-id"), limit=PAGE_SIZE, cursor=request.GET.get("cursor", ""))
    shown = {"page": page, "may_act_on_many": request.member.rank.includes(Role.MANAGER)}
    return render(request, "outbox/replays.html", shown)


@require_safe
@for_role(Role.STAFF)
def replay(request: MemberRequest, replay_id: UUID) -> HttpResponse:
    """One replay and how far it is."""
    return _replay_page(request, replay_id)


@require_POST
@for_role(Role.MANAGER)
def stop_replay(request: MemberRequest, replay_id: UUID) -> HttpResponse:
    """Let no more go out."""
    found = replaying.replay_for(request.member, replay_id)
    try:
        replaying.stop_replay(found, by=request.member, source=source_of(request))
    except Infra24Error as refusal:
        return _replay_page(request, replay_id, error=refusal)
    messages.success(request, _("Stopped. What waits for its try already still goes out."))
    return redirect("replay", org=request.organisation.slug, replay_id=replay_id)


def _replay_page(request: MemberRequest, replay_id: UUID, *, error: Infra24Error | None = None) -> HttpResponse:
    found = replaying.replay_for(request.member, replay_id)
    chosen = chosen_words(found, zone=request.organisation.time_zone)
    shown = {"replay": found, "chosen": chosen, "may_act_on_many": request.member.rank.includes(Role.MANAGER)}
    if request.headers.get("HX-Request"):
        part = render(request, "outbox/_progress.html", shown)
        if found.state != Replay.State.RUNNING:
            # The whole page is another one then: without Stop, and at rest.
            part["HX-Refresh"] = "true"
        return part
    return _answer(request, "outbox/replay.html", shown, error, is_wrong=False)


def _answer(
    request: MemberRequest, template: str, shown: dict[str, Any], error: Infra24Error | None, *, is_wrong: bool
) -> HttpResponse:
    shown["refusal"] = document(error) if error else None
    return render(request, template, shown, status=error.status if error else 422 if is_wrong else 200)


def _seen_at(request: MemberRequest) -> datetime | None:
    """When the count was taken that the page showed: what failed since is left alone."""
    try:
        seen_at = datetime.fromisoformat(request.POST.get("settled_before", ""))
    except ValueError:
        return None
    return seen_at if seen_at.tzinfo else None
