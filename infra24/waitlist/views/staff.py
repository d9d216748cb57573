"""The staff's page of the waitlist: who waits for what, in which order, and what they were offered."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from infra24.core.errors import Infra24Error
from infra24.core.paging import page_of
from infra24.core.problems import document
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.resources.vocabulary import vocabulary_of
from infra24.waitlist import policies, queries, services
from infra24.waitlist.forms import FilterForm, TermsForm
from infra24.waitlist.models import MINUTE
from infra24.waitlist.queries import EntryFilter

PAGE = 50


@require_safe
@for_role(Role.STAFF)
def waitlist(request: MemberRequest) -> HttpResponse:
    """Who waits, the first in order first."""
    form = FilterForm(request.GET, viewer=request.member)
    data = form.cleaned_data if form.is_valid() else {}
    resource = data.get("resource")
    statuses = (data["status"],) if data.get("status") else tuple(sorted(policies.LIVE))
    now = timezone.now()
    wanted = EntryFilter(statuses, resource.pk if resource else None)
    entries = queries.narrowed(queries.visible_entries(request.member), wanted, now=now)
    rows = queries.with_place(queries.with_offers(entries), now=now)
    page = page_of(rows, by=("joined_at", "id"), limit=PAGE, cursor=request.GET.get("cursor", ""))
    offered_for, _version = queries.terms_of(request.member.org_id)
    shown = {
        "form": form,
        "page": page,
        "is_narrowed": bool(data.get("status") or resource),
        "offered_for": offered_for,
        "vocabulary": vocabulary_of(request.member.org_id),
        "may_say_terms": request.member.rank.includes(Role.MANAGER),
    }
    return render(request, "waitlist/waitlist.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.MANAGER)
def terms(request: MemberRequest) -> HttpResponse:
    """Say how long an offer lasts."""
    offered_for, version = queries.terms_of(request.member.org_id)
    initial = {"offer_minutes": offered_for // MINUTE, "version": version}
    form = TermsForm(request.POST if request.method == "POST" else None, initial=initial)
    error: Infra24Error | None = None
    if form.is_valid():
        minutes = timedelta(minutes=form.cleaned_data["offer_minutes"])
        try:
            services.set_terms(
                minutes, by=request.member, source=source_of(request), version=form.cleaned_data["version"]
            )
        except Infra24Error as refusal:
            error = refusal
        else:
            messages.success(request, _("Saved."))
            return redirect("waitlist", org=request.organisation.slug)
    shown = {"form": form, "refusal": document(error) if error else None}
    status = error.status if error else 422 if form.errors else 200
    return render(request, "waitlist/terms.html", shown, status=status)
