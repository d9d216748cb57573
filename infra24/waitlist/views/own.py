"""Pages on which people join the waitlist, answer offers, and leave it; staff do so for anybody."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from infra24.bookings.models import Source
from infra24.bookings.refusals import counting_refusals
from infra24.core.errors import Infra24Error
from infra24.core.problems import document
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.resources.vocabulary import vocabulary_of
from infra24.waitlist import queries, services
from infra24.waitlist.forms import AnswerForm, ChangeForm, JoinForm, WithdrawForm, prefilled
from infra24.waitlist.matching import hindrances_for
from infra24.waitlist.models import Entry


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.MEMBER)
def join(request: MemberRequest) -> HttpResponse:
    """Wait for time that is taken; the address says what, in the words of a search."""
    viewer, organisation = request.member, request.organisation
    error: Infra24Error | None = None
    if request.method == "POST":
        form = JoinForm(request.POST, viewer=viewer, organisation=organisation)
        if form.is_valid():
            try:
                with counting_refusals(request):
                    entry = services.join_waitlist(form.to_wish(), by=viewer, source=Source(source_of(request)))
            except Infra24Error as refusal:
                error = refusal
            else:
                messages.success(request, _("On the waitlist: %(title)s.") % {"title": entry.title})
                return redirect("waitlist_entry", org=organisation.slug, entry_id=entry.pk)
    else:
        initial = prefilled(request.GET, viewer=viewer, organisation=organisation)
        form = JoinForm(initial=initial, viewer=viewer, organisation=organisation)
    shown = {"form": form, **_refused(error)}
    status = error.status if error else 422 if form.errors else 200
    return render(request, "waitlist/join.html", shown, status=status)


@require_safe
@for_role(Role.MEMBER)
def entry(request: MemberRequest, entry_id: UUID) -> HttpResponse:
    """What somebody waits for, what is offered, and what came of offers before. Mails lead here."""
    return _entry_page(request, queries.entry_for(request.member, entry_id, now=timezone.now()))


@require_POST
@for_role(Role.MEMBER)
def accept(request: MemberRequest, entry_id: UUID) -> HttpResponse:
    """Take what is offered."""
    return _answered(request, entry_id, services.accept_offer, _("Yours: %(title)s."))


@require_POST
@for_role(Role.MEMBER)
def pass_on(request: MemberRequest, entry_id: UUID) -> HttpResponse:
    """Let the next have it."""
    return _answered(request, entry_id, services.pass_offer, _("Passed on. The place is kept: %(title)s."))


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.MEMBER)
def edit(request: MemberRequest, entry_id: UUID) -> HttpResponse:
    """Wait for more or for less; the place stays."""
    found = queries.entry_for(request.member, entry_id, now=timezone.now())
    form = ChangeForm(request.POST or None, entry=found, organisation=request.organisation)
    error: Infra24Error | None = None
    if form.is_valid():
        try:
            services.change_entry(
                found,
                form.to_change(),
                by=request.member,
                source=Source(source_of(request)),
                version=form.cleaned_data["version"] or found.version,
            )
        except Infra24Error as refusal:
            error = refusal
        else:
            messages.success(request, _("Saved. The place is kept."))
            return redirect("waitlist_entry", org=request.organisation.slug, entry_id=found.pk)
    shown = {"entry": found, "form": form, "vocabulary": _vocabulary(found), **_refused(error)}
    status = error.status if error else 422 if form.errors else 200
    return render(request, "waitlist/edit.html", shown, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.MEMBER)
def withdraw(request: MemberRequest, entry_id: UUID) -> HttpResponse:
    """Leave the waitlist; asks first."""
    found = queries.entry_for(request.member, entry_id, now=timezone.now())
    form = WithdrawForm(request.POST if request.method == "POST" else None, initial={"version": found.version})
    error: Infra24Error | None = None
    if form.is_valid():
        try:
            services.withdraw_entry(
                found,
                reason=form.cleaned_data["reason"],
                by=request.member,
                source=Source(source_of(request)),
                version=form.cleaned_data["version"],
            )
        except Infra24Error as refusal:
            error = refusal
        else:
            messages.success(request, _("Off the waitlist: %(title)s.") % {"title": found.title})
            is_own = found.person.user_id == request.member.user_id
            return redirect("my" if is_own else "waitlist", org=request.organisation.slug)
    shown = {"entry": found, "form": form, "vocabulary": _vocabulary(found), **_refused(error)}
    status = error.status if error else 422 if form.errors else 200
    return render(request, "waitlist/withdraw.html", shown, status=status)


def _answered(request: MemberRequest, entry_id: UUID, answer: Callable[..., object], said: str) -> HttpResponse:
    """Answer the offer and show the entry; a refusal is shown on the same page."""
    found = queries.entry_for(request.member, entry_id, now=timezone.now())
    form = AnswerForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else None
    try:
        with counting_refusals(request):
            answer(found, by=request.member, source=Source(source_of(request)), version=version)
    except Infra24Error as refusal:
        return _entry_page(request, found, refusal)
    messages.success(request, said % {"title": found.title})
    return redirect("waitlist_entry", org=request.organisation.slug, entry_id=found.pk)


def _entry_page(request: MemberRequest, found: Entry, error: Infra24Error | None = None) -> HttpResponse:
    in_the_way = hindrances_for(found, zone=request.organisation.time_zone) if found.status_now == "waiting" else []
    shown: dict[str, Any] = {
        "entry": found,
        "offer": found.open_offer,
        "is_own": found.person.user_id == request.member.user_id,
        "in_the_way": in_the_way,
        "vocabulary": _vocabulary(found),
        **_refused(error),
    }
    return render(request, "waitlist/entry.html", shown, status=error.status if error else 200)


def _vocabulary(found: Entry) -> dict[str, Any]:
    return dict(vocabulary_of(found.org_id)) if found.features else {}


def _refused(error: Infra24Error | None) -> dict[str, Any]:
    """What a template needs to show a refusal: the problem, and times that are free, each with its resource."""
    if error is None:
        return {}
    free = [
        (one.resource_id, datetime.fromisoformat(one.starts_at), datetime.fromisoformat(one.ends_at))
        for one in error.alternatives
    ]
    return {"refusal": document(error), "free": free}
