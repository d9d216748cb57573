"""The staff's list of everything that repeats."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from infra24.bookings.forms.series import SeriesFilterForm
from infra24.bookings.ledger import SeriesFilter, ahead_of, series_page
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest

PAGE_SIZE = 50


@require_safe
@for_role(Role.STAFF)
def series_list(request: MemberRequest) -> HttpResponse:
    """Every series, the newest first; those that have dates to come unless asked otherwise."""
    form = SeriesFilterForm(request.GET)
    data = form.cleaned_data if form.is_valid() else {}
    is_running = {"": True, "ended": False}.get(data.get("state", ""))
    wanted = SeriesFilter(is_running, data.get("q", ""))
    now, cursor = timezone.now(), request.GET.get("cursor", "")
    page = series_page(request.member, wanted, now=now, limit=PAGE_SIZE, cursor=cursor)
    shown = {
        "page": page,
        "rows": list(zip(page.items, ahead_of(page.items, now=now), strict=True)),
        "form": form,
        "is_narrowed": bool(data.get("state") or data.get("q")),
    }
    return render(request, "bookings/series_list.html", shown)
