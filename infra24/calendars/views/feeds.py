"""Pages on which people, or staff for them, connect the calendars that make them busy here."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from infra24.calendars import queries
from infra24.calendars.forms.feeds import FeedForm
from infra24.calendars.services import feeds as services
from infra24.core.errors import Infra24Error
from infra24.core.problems import document
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.people.models import BusyFeed, Person
from infra24.people.queries import own_person, person_for
from infra24.people.services import person_of


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.MEMBER)
def my_calendars(request: MemberRequest) -> HttpResponse:
    """The viewer's own calendars."""
    return _calendars(request, own_person(request.member), own=True)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.STAFF)
def person_calendars(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """Somebody's calendars, for staff."""
    return _calendars(request, person_for(request.member, person_id), own=False)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.MEMBER)
def disconnect_calendar(request: MemberRequest, feed_id: UUID) -> HttpResponse:
    """Take a calendar away; asks first."""
    feed = queries.feed_for(request.member, feed_id)
    if request.method == "POST":
        services.disconnect_feed(feed, by=request.member, source=source_of(request))
        messages.success(request, _("Taken away: %(name)s.") % {"name": feed.name})
        return _back(request, feed.person)
    return render(request, "calendars/feed_remove.html", {"feed": feed, "own": _is_own(request, feed)})


@require_POST
@for_role(Role.MEMBER)
def resume_calendar(request: MemberRequest, feed_id: UUID) -> HttpResponse:
    """Read a paused calendar again."""
    feed = queries.feed_for(request.member, feed_id)
    try:
        services.resume_feed(feed, by=request.member, source=source_of(request))
    except Infra24Error as error:
        messages.error(request, document(error)["detail"])
    else:
        messages.success(request, _("%(name)s is read again.") % {"name": feed.name})
    return _back(request, feed.person)


def _calendars(request: MemberRequest, person: Person | None, *, own: bool) -> HttpResponse:
    form = FeedForm(request.POST if request.method == "POST" else None)
    error: Infra24Error | None = None
    if form.is_valid():
        whose = person or person_of(request.member)
        try:
            services.connect_feed(whose, by=request.member, source=source_of(request), **form.cleaned_data)
        except Infra24Error as refusal:
            error = refusal
        else:
            messages.success(request, _("Connected. It is read within moments."))
            return redirect(request.path)
    shown = {
        "own": own,
        "person": person,
        "feeds": queries.visible_feeds(request.member).filter(person=person) if person else [],
        "form": form,
        "refusal": document(error) if error else None,
    }
    status = error.status if error else 422 if form.errors else 200
    return render(request, "calendars/feeds.html", shown, status=status)


def _is_own(request: MemberRequest, feed: BusyFeed) -> bool:
    return feed.person.user_id == request.member.user_id


def _back(request: MemberRequest, person: Person) -> HttpResponse:
    org = request.organisation.slug
    if person.user_id == request.member.user_id:
        return redirect("my_calendars", org=org)
    return redirect("person_calendars", org=org, person_id=person.pk)
