"""Pages that say whether everything adds up. For managers."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from infra24.core.paging import page_of
from infra24.invariants import queries
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest

A_MONTH = 30
"""Verdicts on a page."""


@require_safe
@for_role(Role.MANAGER)
def integrity(request: MemberRequest) -> HttpResponse:
    """The last verdict with what is broken, and those before it."""
    pages = page_of(
        queries.visible_verdicts(request.member).defer("samples"),
        by=("-looked_at", "-id"),
        limit=A_MONTH,
        cursor=request.GET.get("cursor", ""),
    )
    shown = {"verdict": queries.last_verdict(request.member), "pages": pages}
    return render(request, "invariants/integrity.html", shown)


@require_safe
@for_role(Role.MANAGER)
def verdict(request: MemberRequest, verdict_id: UUID) -> HttpResponse:
    """One verdict with what is broken."""
    return render(request, "invariants/verdict.html", {"verdict": queries.verdict_for(request.member, verdict_id)})
