"""Pages on which people make and take away the addresses at which calendar programs read."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from infra24.calendars import queries
from infra24.calendars.forms.publishing import ChangeAddressForm, HouseAddressForm, OwnAddressForm
from infra24.calendars.links import links_to_subscribe
from infra24.calendars.models import CalendarFeed, FeedKind
from infra24.calendars.services import publishing as services
from infra24.core.errors import Infra24Error
from infra24.core.problems import document
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.MEMBER)
def my_addresses(request: MemberRequest) -> HttpResponse:
    """The addresses at which the viewer's own bookings are read."""
    form = OwnAddressForm(request.POST if request.method == "POST" else None)
    own = queries.visible_calendar_feeds(request.member).filter(kind=FeedKind.PERSON)
    return _addresses(request, form, own, "calendars/my_addresses.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.STAFF)
def house_addresses(request: MemberRequest) -> HttpResponse:
    """The addresses of the house and of its resources, and whether there is a public programme."""
    sent = request.POST if request.method == "POST" else None
    form = HouseAddressForm(sent, viewer=request.member, initial={"resource": request.GET.get("resource", "")})
    feeds = queries.visible_calendar_feeds(request.member)
    shown = {
        "programme": next(iter(_with_links(request, feeds.filter(kind=FeedKind.PROGRAMME))), None),
        "may_publish": request.member.rank.includes(Role.MANAGER),
    }
    house = feeds.filter(kind__in=[FeedKind.RESOURCE, FeedKind.ORGANISATION])
    return _addresses(request, form, house, "calendars/house_addresses.html", **shown)


@require_POST
@for_role(Role.MANAGER)
def publish_programme(request: MemberRequest) -> HttpResponse:
    """Show the programme to everybody."""
    try:
        services.make_feed(FeedKind.PROGRAMME, by=request.member, source=source_of(request))
    except Infra24Error as error:
        messages.error(request, document(error)["detail"])
    else:
        messages.success(request, _("The programme is public."))
    return redirect("settings_calendars", org=request.organisation.slug)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.MEMBER)
def edit_address(request: MemberRequest, address_id: UUID) -> HttpResponse:
    """What an address is called, what it shows, when it reminds."""
    feed = queries.calendar_feed_for(request.member, address_id)
    form = ChangeAddressForm(request.POST if request.method == "POST" else None, feed=feed)
    error: Infra24Error | None = None
    if form.is_valid():
        version = form.cleaned_data["version"]
        try:
            services.change_feed(feed, form.to_change(), by=request.member, source=source_of(request), version=version)
        except Infra24Error as refusal:
            error = refusal
        else:
            messages.success(request, _("Saved. Calendars that read the address go on doing so."))
            return _back(request, feed)
    status = error.status if error else 422 if form.errors else 200
    shown = {
        "feed": feed,
        "form": form,
        "back_url": _back(request, feed).url,
        "refusal": document(error) if error else None,
    }
    return render(request, "calendars/address_form.html", shown, status=status)


@require_POST
@for_role(Role.MEMBER)
def renew_address(request: MemberRequest, address_id: UUID) -> HttpResponse:
    """Another secret for the same calendar."""
    feed = queries.calendar_feed_for(request.member, address_id)
    try:
        services.renew_feed(feed, by=request.member, source=source_of(request))
    except Infra24Error as error:
        messages.error(request, document(error)["detail"])
    else:
        messages.success(request, _("There is a new address. The old one works no longer."))
    return _back(request, feed)


@require_POST
@for_role(Role.MEMBER)
def end_address(request: MemberRequest, address_id: UUID) -> HttpResponse:
    """Take an address away."""
    feed = queries.calendar_feed_for(request.member, address_id)
    services.end_feed(feed, by=request.member, source=source_of(request))
    if feed.kind == FeedKind.PROGRAMME:
        messages.success(request, _("The programme is no longer public."))
    else:
        messages.success(request, _("The address works no longer."))
    return _back(request, feed)


def _addresses(request: MemberRequest, form: OwnAddressForm, feeds: Any, template: str, **shown: Any) -> HttpResponse:
    error: Infra24Error | None = None
    if form.is_valid():
        try:
            services.make_feed(by=request.member, source=source_of(request), **form.to_wish())
        except Infra24Error as refusal:
            error = refusal
        else:
            messages.success(request, _("Here is the address. Open it in your calendar, or copy it."))
            return redirect(request.path)
    status = error.status if error else 422 if form.errors else 200
    refusal_shown = document(error) if error else None
    context = {"form": form, "feeds": _with_links(request, feeds), "refusal": refusal_shown, **shown}
    return render(request, template, context, status=status)


def _with_links(request: MemberRequest, feeds: Any) -> list[tuple[CalendarFeed, str, Any]]:
    """Each with its address, where the viewer may see it, and the ways to subscribe to it."""
    addresses = [(feed, queries.address_of(feed, request.organisation, viewer=request.member)) for feed in feeds]
    return [(feed, address, links_to_subscribe(address) if address else []) for feed, address in addresses]


def _back(request: MemberRequest, feed: CalendarFeed) -> HttpResponseRedirect:
    page = "my_addresses" if feed.kind == FeedKind.PERSON else "settings_calendars"
    return redirect(page, org=request.organisation.slug)
