"""Finding out who stands at which organisation's door.

Before the transaction: counting the request and finding the organisation.
Inside it: finding the member. A request with a token costs one statement
before, which says all of it, and none inside.
"""

import json
import re
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from infra24.core import rates
from infra24.core.addresses import caller_key
from infra24.core.browsers import bearer_of
from infra24.core.errors import TooMany
from infra24.core.problems import is_api
from infra24.core.rows import loaded
from infra24.core.statements import Statement
from infra24.orgs.errors import OrganisationNotFound, TokenInvalid
from infra24.orgs.keys import digest
from infra24.orgs.models import Key, Member, Organisation, User
from infra24.orgs.queries import organisation_ids_of
from infra24.orgs.requests import OrganisationRequest

HEADER = "Infra24-Organisation"
USER_PER_MINUTE, USER_BURST = 600, 120
# A whole house may be one address; a first visit to a page takes three requests.
STRANGER_PER_MINUTE, STRANGER_BURST = 240, 120
_ADMIT = Statement("SELECT * FROM admit_bearer(%(secret)s)")
_SLUG = re.compile(r"^[a-z0-9][a-z0-9-]{0,39}$")


@dataclass(frozen=True)
class Arrival:
    """A request that belongs to one organisation, and whose it is where a token has said so."""

    org_id: UUID
    organisation: Organisation | None = None
    member: Member | None = None
    token: Key | None = None


def arrive(request: HttpRequest) -> Arrival | None:
    """Count the request against the caller's allowance and find its organisation; None when it belongs to none.

    Runs outside any transaction. Raises TooMany, TokenInvalid, OrganisationNotFound.
    """
    if is_api(request):
        if (secret := bearer_of(request)) is not None:
            return _by_token(request, secret)
        _count(request)
        slug = request.headers.get(HEADER) or request.GET.get("organisation")
        return _by_slug(slug) if slug else _only_one_of(request.user)
    if request.path_info.startswith("/o/"):
        _count(request)
        return _by_slug(request.path_info.split("/", 3)[2])
    return None


def enter(request: OrganisationRequest, arrival: Arrival) -> None:
    """Set `request.organisation`, `member` and `token`. Runs inside the organisation's transaction."""
    request.token, request.member = arrival.token, arrival.member  # strangers have neither
    request.organisation = arrival.organisation or Organisation.objects.get(pk=arrival.org_id)
    if arrival.token is None and request.user.is_authenticated:
        member = Member.objects.filter(org_id=arrival.org_id, user=request.user, is_active=True).first()
        if member is not None:
            member.user = request.user
            request.member = member


def _by_token(request: HttpRequest, secret: str) -> Arrival:
    row = _ADMIT.row(secret=digest(secret))
    if row is None:
        # Guesses are counted where they come from.
        rates.take(caller_key(request), per_minute=STRANGER_PER_MINUTE, burst=STRANGER_BURST)
        raise TokenInvalid
    retry_after, key_id, key_name, scopes, member_id, role, user_id, org_id, slug, name, time_zone, locale = row
    if retry_after is not None:
        raise TooMany(retry_after=retry_after)
    return Arrival(
        org_id,
        loaded(Organisation, {"id": org_id, "slug": slug, "name": name, "time_zone": time_zone, "locale": locale}),
        loaded(Member, {"id": member_id, "org_id": org_id, "user_id": user_id, "role": role, "is_active": True}),
        loaded(
            Key,
            {
                "id": key_id,
                "org_id": org_id,
                "kind": "token",
                "name": key_name,
                "member_id": member_id,
                "scopes": json.loads(scopes),
            },
        ),
    )


def _count(request: HttpRequest) -> None:
    if request.user.is_authenticated:
        rates.take(f"user:{request.user.pk}", per_minute=USER_PER_MINUTE, burst=USER_BURST)
    else:
        rates.take(caller_key(request), per_minute=STRANGER_PER_MINUTE, burst=STRANGER_BURST)


def _by_slug(slug: str) -> Arrival:
    organisation = Organisation.objects.filter(slug=slug).first() if _SLUG.match(slug) else None
    if organisation is None:
        raise OrganisationNotFound
    return Arrival(organisation.pk, organisation=organisation)


def _only_one_of(user: User | AnonymousUser) -> Arrival | None:
    """For those who are a member of exactly one organisation and need not name it."""
    found = organisation_ids_of(user)
    return Arrival(found[0]) if len(found) == 1 else None
