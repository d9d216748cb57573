"""The staff calendar: an island, and without script a list of the day."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import get_format
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from infra24.bookings import lists
from infra24.bookings.changes import changes_since
from infra24.bookings.forms import BookingForm
from infra24.bookings.forms.series import RepeatForm
from infra24.bookings.texts import calendar_texts
from infra24.core.days import day_span, read_day, wall_of
from infra24.orgs.access import for_role
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest

VIEWS = (
    ("day", _("Day")),
    ("days3", _("3 days")),
    ("week", _("Week")),
    ("timeline-day", _("Timeline")),
    ("timeline-week", _("Timeline of a week")),
    ("timeline-month", _("Timeline of a month")),
    ("month", _("Month")),
    ("agenda", _("Agenda")),
)
"""What the island can show, by the names its script and the address know."""
LIST = "list"


@require_safe
@for_role(Role.STAFF)
def calendar(request: MemberRequest) -> HttpResponse:
    """A day of every resource; `?date=2026-11-23`, `?view=week`, and `?view=list`, where browsers without script go.

    Without a view the one somebody saw last: the script keeps its name in a cookie, as the theme is kept.
    """
    zone = request.organisation.time_zone
    today = wall_of(timezone.now(), zone).date()
    day = read_day(request.GET.get("date"), otherwise=today)
    is_list = request.GET.get("view") == LIST
    shown = {
        **(_listed(request.member, day, today, zone) if is_list else {}),
        "day": day,
        "is_list": is_list,
        "view": _view(request),
        # Before anything is read that the page shows, so that no change falls in between.
        "cursor": changes_since(request.member, None).cursor,
        "views": VIEWS,
        "first_day": get_format("FIRST_DAY_OF_WEEK"),
        "texts": calendar_texts(),
        "form": BookingForm(viewer=request.member, organisation=request.organisation, auto_id="booking_%s"),
        "repeats": RepeatForm(auto_id="booking_%s"),
    }
    return render(request, "bookings/calendar.html", shown)


def _listed(by: Member, day: date, today: date, zone: str) -> dict[str, Any]:
    resources = lists.day_by_resource(by, *day_span(day, zone))
    return {
        "today": today,
        "previous": day - timedelta(days=1),
        "next": day + timedelta(days=1),
        "booked": [one for one in resources if one.bookings or one.closures],
        "unbooked": [one.resource for one in resources if not (one.bookings or one.closures)],
        "has_resources": bool(resources),
    }


def _view(request: MemberRequest) -> str:
    """The view asked for, or else the one remembered; a day where neither is one we know."""
    names = [name for name, _label in VIEWS]
    asked = [request.GET.get("view", ""), request.COOKIES.get("calendar_view", "")]
    return next((name for name in asked if name in names), names[0])
