"""What a request knows once the middleware has found its organisation."""

import uuid
from collections.abc import Callable
from datetime import date

from django.http import HttpRequest
from django.utils import timezone

from infra24.core.addresses import caller_key
from infra24.core.days import wall_of
from infra24.orgs.models import Key, Member, Organisation

_STRANGERS = uuid.UUID("5a8c7b0e-61d7-5f0c-9d5e-3f4b6f0a2c11")
"""Namespace of the principals of callers who have not signed in."""


class OrganisationRequest(HttpRequest):
    """A request inside one organisation's transaction; whoever asks may be a stranger."""

    organisation: Organisation
    member: Member | None
    token: Key | None
    after_refusal: list[Callable[[], None]]
    """What is to be written although the request is refused; each runs in a transaction of its own."""


class MemberRequest(OrganisationRequest):
    """A request of a member: behind the doors that ask for a role."""

    member: Member


def principal_of(request: OrganisationRequest) -> uuid.UUID:
    """Whose answers are remembered together: the token's, the user's, or the address's."""
    if request.token is not None:
        return request.token.pk
    if request.user.is_authenticated:
        return request.user.pk
    return uuid.uuid5(_STRANGERS, caller_key(request))


def source_of(request: OrganisationRequest) -> str:
    """Where a change comes from, as bookings, facts and audit entries keep it: `api`, `staff` or `self`."""
    if request.token is not None:
        return "api"
    return "staff" if request.member is not None and request.member.is_staff else "self"


def today_of(request: OrganisationRequest) -> date:
    """The day it is where the organisation is."""
    return wall_of(timezone.now(), request.organisation.time_zone).date()
