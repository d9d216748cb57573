"""The page on which members look for something to book: by what they need, or by kind."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from infra24.bookings.forms.search import SearchForm
from infra24.bookings.search import Fit, Found, Miss, Offer, search
from infra24.bookings.views.refusals import refused
from infra24.core.days import wall_of
from infra24.core.errors import Infra24Error
from infra24.core.problems import reason_document
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest
from infra24.resources.models import Resource, ResourceKind
from infra24.resources.queries import visible_resources
from infra24.resources.vocabulary import havings, vocabulary_of


@dataclass(frozen=True)
class OfferShown:
    """A time as a link to the form that takes it."""

    starts_at: datetime
    ends_at: datetime
    needs_approval: bool
    url: str


@dataclass(frozen=True)
class FitShown:
    resource: Resource
    offers: list[OfferShown]


@dataclass(frozen=True)
class ReasonShown:
    """A sentence, what helps, the first window it is about, and on how many more days it was found."""

    detail: str
    cure: str
    window: tuple[datetime, datetime] | None
    more_days: int


@dataclass(frozen=True)
class MissShown:
    resource: Resource
    reasons: list[ReasonShown]


@require_safe
@for_role(Role.MEMBER)
def book(request: MemberRequest) -> HttpResponse:
    """What fits a wish, with its first times; without a wish everything that can be booked, by kind."""
    form = SearchForm(request.GET, viewer=request.member, organisation=request.organisation)
    resources = list(visible_resources(request.member))
    if not form.is_asked:
        form = SearchForm(None, viewer=request.member, organisation=request.organisation)
        vocabulary = vocabulary_of(request.member.org_id)
        described = [(one, havings(one, vocabulary)) for one in resources]
        kinds = [(kind.label, [(one, has) for one, has in described if one.kind == kind]) for kind in ResourceKind]
        shown = {"form": form, "kinds": [(name, ones) for name, ones in kinds if ones]}
        return render(request, "bookings/book.html", shown)
    shown = {"form": form, "is_asked": True}
    status = 422
    if form.is_valid():
        try:
            found = search(request.member, form.to_wish(), zone=request.organisation.time_zone)
        except Infra24Error as refusal:
            shown, status = {**shown, **refused(refusal)}, refusal.status
        else:
            shown, status = {**shown, **_found(request, form, found, {one.pk: one for one in resources})}, 200
    return render(request, "bookings/book.html", shown, status=status)


def _found(request: MemberRequest, form: SearchForm, found: Found, resources: dict[UUID, Resource]) -> dict[str, Any]:
    """What the template needs of an answer. What vanished between two reads is left out."""
    people = form.cleaned_data["people"]
    return {
        "fits": [
            FitShown(resources[fit.resource.id], _offers(request, fit, people))
            for fit in found.fits
            if fit.resource.id in resources
        ],
        "misses": [
            MissShown(resources[miss.resource.id], _reasons(miss))
            for miss in found.misses
            if miss.resource.id in resources
        ],
        "first": wall_of(found.since, form.zone).date(),
        "last": _last_day(found, form.zone),
    }


def _offers(request: MemberRequest, fit: Fit, people: int | None) -> list[OfferShown]:
    page = reverse("book_resource", kwargs={"org": request.organisation.slug, "resource_id": fit.resource.id})
    zone = request.organisation.time_zone
    return [
        OfferShown(one.starts_at, one.ends_at, one.needs_approval, f"{page}?{_taking(one, people, zone)}#book")
        for one in fit.offers
    ]


def _taking(offer: Offer, people: int | None, zone: str) -> str:
    """The query that fills the form of a resource's page with this time."""
    begins, ends = wall_of(offer.starts_at, zone), wall_of(offer.ends_at, zone)
    query: dict[str, Any] = {"date": begins.date(), "start": f"{begins:%H:%M}", "end": f"{ends:%H:%M}"}
    if ends.date() != begins.date():
        query["end_date"] = ends.date()
    if people:
        query["people"] = people
    return urlencode(query)


def _reasons(miss: Miss) -> list[ReasonShown]:
    shown = []
    for one in miss.hindrances:
        said = reason_document(one.reason)
        shown.append(ReasonShown(said["detail"], said["cure"], one.window, max(one.times - 1, 0)))
    return shown


def _last_day(found: Found, zone: str) -> date:
    return wall_of(found.until - timedelta.resolution, zone).date()
