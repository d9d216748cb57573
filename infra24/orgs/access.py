"""Who may pass a door: one declaration for the API, one for pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.http import HttpRequest, HttpResponse
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from infra24.core.errors import Unauthenticated
from infra24.core.problems import CsrfFailed
from infra24.orgs.errors import OrganisationNotFound, OrganisationNotNamed, RoleTooLow, ScopeMissing
from infra24.orgs.models import Member
from infra24.orgs.policies import SCOPES, Role
from infra24.orgs.requests import MemberRequest, OrganisationRequest

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponse)
SAFE = {"GET", "HEAD", "OPTIONS"}


class MemberAuth(AuthBase):
    """Lets members of `role` and above pass, tokens only with `scope`; see `member_auth`."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, role: Role, scope: str | None) -> None:
        assert scope is None or scope in SCOPES, f"{scope} is not in orgs.policies.SCOPES"
        super().__init__()
        self.role, self.scope = role, scope

    def __call__(self, request: HttpRequest) -> Member:
        visit = cast(OrganisationRequest, request)
        member = _member_of(visit)
        if visit.token is None:
            _require_csrf(request)
        elif self.scope is not None and self.scope not in visit.token.scopes:
            raise ScopeMissing(fields={"scope": self.scope})
        _require_role(member, self.role)
        return member


class AnyoneAuth(AuthBase):
    """Lets everybody pass who names an organisation; see `anyone`."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> bool:
        visit = cast(OrganisationRequest, request)
        if getattr(visit, "organisation", None) is None:
            raise OrganisationNotNamed
        if visit.token is None and request.user.is_authenticated:
            _require_csrf(request)
        return True


def member_auth(role: Role = Role.MEMBER, *, scope: str | None) -> MemberAuth:
    """For `auth=` of an API operation: a member of this role or above, by session or by a token with this scope.

    A session's writes need the CSRF token. `scope=None` lets every token pass.
    Answers 401 without sign-in, 404 for strangers to the organisation, 403 for a lower role or a missing scope.
    """
    return MemberAuth(role, scope)


def anyone() -> AnyoneAuth:
    """For `auth=` of a public API operation: only the organisation must be named."""
    return AnyoneAuth()


def for_role(
    role: Role,
) -> Callable[[Callable[Concatenate[MemberRequest, P], R]], Callable[..., R]]:
    """For views under /o/<slug:org>/: a member of this role or above; the view itself does not take `org`.

    Sends who is not signed in to the sign-in page; strangers get 404, lower roles 403.
    """

    def decorate(view: Callable[Concatenate[MemberRequest, P], R]) -> Callable[..., R]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> R:
            kwargs.pop("org", None)
            _require_role(_member_of(cast(OrganisationRequest, request)), role)
            return view(cast(MemberRequest, request), *args, **kwargs)

        return guarded

    return decorate


def _member_of(request: OrganisationRequest) -> Member:
    member: Member | None = getattr(request, "member", None)
    if member is not None:
        return member
    if not request.user.is_authenticated:
        raise Unauthenticated
    if getattr(request, "organisation", None) is None:
        raise OrganisationNotNamed
    raise OrganisationNotFound


def _require_role(member: Member, role: Role) -> None:
    if not member.rank.includes(role):
        raise RoleTooLow


def _require_csrf(request: HttpRequest) -> None:
    if request.method not in SAFE and check_csrf(request) is not None:
        raise CsrfFailed
