"""Pages of the whole installation, and those that join several parts of an organisation."""

from hashlib import sha256

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import condition, require_POST, require_safe

from infra24.bookings.lists import day_by_resource, own_upcoming, waiting
from infra24.bookings.rivals import taken_requests
from infra24.core.days import day_span, wall_of
from infra24.core.demo import in_demo_only
from infra24.orgs.models import Organisation
from infra24.orgs.queries import organisations_of
from infra24.orgs.requests import OrganisationRequest
from infra24.orgs.themes import mark, read_theme, stylesheet
from infra24.outbox.models import Delivery
from infra24.outbox.queries import deliveries
from infra24.outbox.selecting import Selection
from infra24.portal.context import THEMES
from infra24.portal.examples import REFUSAL, SECTIONS, STATES, look_of
from infra24.portal.queries import public_resources

YEAR = 365 * 24 * 3600
"""Seconds."""
UPCOMING_SHOWN = 5
WAITING_SHOWN = 10


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """What Infra24 is; who is signed in goes on to their organisation, or chooses among several."""
    if request.user.is_authenticated:
        mine = list(organisations_of(request.user))
        if len(mine) == 1:
            return redirect("home", org=mine[0].slug)
        return render(request, "portal/chooser.html", {"organisations": mine})
    shown = list(Organisation.objects.order_by("name")) if settings.DEMO else []
    return render(request, "portal/front.html", {"organisations": shown})


@require_safe
def home(request: OrganisationRequest, **_: str) -> HttpResponse:
    """Today for staff, what comes next for members, what this house is for strangers."""
    member = request.member
    if member is None:
        names = public_resources(request.organisation)
        return render(request, "portal/home_public.html", {"kinds": names})
    upcoming = own_upcoming(member)[:UPCOMING_SHOWN]
    if not member.is_staff:
        return render(request, "portal/home_member.html", {"upcoming": upcoming})
    zone = request.organisation.time_zone
    today = wall_of(timezone.now(), zone).date()
    resources = day_by_resource(member, *day_span(today, zone))
    requests = list(waiting(member)[:WAITING_SHOWN])
    shown = {
        "today": today,
        "booked": [one for one in resources if one.bookings],
        "unbooked": [one.resource for one in resources if not one.bookings],
        "has_resources": bool(resources),
        "waiting": requests,
        "taken": taken_requests(member, requests, now=timezone.now()),
        "waiting_count": waiting(member).count(),
        "failed_count": deliveries(member, Selection(statuses=(Delivery.Status.DEAD,))).count(),
    }
    return render(request, "portal/home_staff.html", shown)


@require_safe
def my_calendar(request: HttpRequest) -> HttpResponse:
    """`/admin/calendar`: the calendar of the viewer's organisation, or the choice among several."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    mine = list(organisations_of(request.user))
    if len(mine) == 1:
        return redirect("calendar", org=mine[0].slug)
    return render(request, "portal/chooser.html", {"organisations": mine, "goes_to": "calendar"})


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Remember light or dark for a year; anything else forgets it, so that the device decides."""
    answer = HttpResponseRedirect(_safe_next(request))
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        answer.set_cookie("theme", theme, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    else:
        answer.delete_cookie("theme", samesite="Lax")
    return answer


def _look_etag(request: OrganisationRequest, **_: str) -> str:
    """Changes with whatever the organisation's style sheet and mark are made from."""
    organisation = request.organisation
    return f'"{sha256(f"{organisation.name} {sorted(organisation.theme.items())}".encode()).hexdigest()[:20]}"'


@require_safe
@condition(etag_func=_look_etag)
def theme_css(request: OrganisationRequest, **_: str) -> HttpResponse:
    """The organisation's colours and type, as variables of the house's style sheet."""
    return _kept(request, stylesheet(read_theme(request.organisation.theme)), "text/css")


@require_safe
@condition(etag_func=_look_etag)
def mark_svg(request: OrganisationRequest, **_: str) -> HttpResponse:
    """The organisation's lettermark."""
    organisation = request.organisation
    return _kept(request, mark(read_theme(organisation.theme), organisation.name), "image/svg+xml")


def _kept(request: OrganisationRequest, content: str, content_type: str) -> HttpResponse:
    """For good under the address that names this version; else for a minute."""
    answer = HttpResponse(content, content_type=f"{content_type}; charset=utf-8")
    is_versioned = request.GET.get("v") == str(request.organisation.theme_version)
    answer["Cache-Control"] = f"public, max-age={YEAR}, immutable" if is_versioned else "public, max-age=60"
    return answer


@require_safe
@in_demo_only
def components(request: HttpRequest) -> HttpResponse:
    """Every component in all its states, by day and by night, for those who build pages. Only in demo mode."""
    shown = {"looks": [look_of(theme) for theme in THEMES], "sections": SECTIONS, "refusal": REFUSAL, "states": STATES}
    return render(request, "portal/components.html", shown)


def _safe_next(request: HttpRequest) -> str:
    target = request.POST.get("next", "/")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if is_ours else "/"
