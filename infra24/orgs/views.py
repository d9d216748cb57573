"""Pages: accepting an invitation; members, tokens and history."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from infra24.core.errors import Infra24Error, Invalid
from infra24.core.paging import page_of
from infra24.core.problems import document
from infra24.core.tables import write_table
from infra24.orgs import history, queries, services
from infra24.orgs.access import for_role
from infra24.orgs.forms import AuditForm, InvitationForm, NameForm, TokenForm, grantable
from infra24.orgs.models import User
from infra24.orgs.policies import SCOPES, Role
from infra24.orgs.requests import MemberRequest, OrganisationRequest, source_of

ALLAUTH = "allauth.account.auth_backends.AuthenticationBackend"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: OrganisationRequest, org: str, secret: str) -> HttpResponse:
    """Where the mailed link leads: says what is offered; the button accepts."""
    del org
    found = queries.invitation_by_secret(secret)
    user = request.user if isinstance(request.user, User) else None
    has_account = User.objects.filter(email=found.email).exists()
    form = NameForm(request.POST or None)
    if request.method == "POST" and (user or has_account or form.is_valid()):
        name = "" if user or has_account else form.cleaned_data["name"]
        member = services.accept_invitation(found, user=user, name=name)
        if user is None:
            login(request, member.user, backend=ALLAUTH)
        messages.success(request, _("Welcome to %(name)s.") % {"name": request.organisation.name})
        return redirect("home", org=request.organisation.slug)
    context = {
        "invitation": found,
        "form": form,
        "is_for_viewer": user is not None and queries.owns_address(user, found.email),
        "has_account": has_account,
    }
    answer = render(request, "orgs/invitation.html", context)
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@require_safe
@for_role(Role.STAFF)
def settings(request: MemberRequest) -> HttpResponse:
    """The first of the settings."""
    return redirect("settings_members", org=request.organisation.slug)


@require_safe
@for_role(Role.STAFF)
def members(request: MemberRequest) -> HttpResponse:
    """Who belongs, who is invited; managers invite and change."""
    return _members(request, InvitationForm(by=request.member))


@require_POST
@for_role(Role.MANAGER)
def invite(request: MemberRequest) -> HttpResponse:
    form = InvitationForm(request.POST, by=request.member)
    if not form.is_valid():
        return _members(request, form, status=422)
    email, role = form.cleaned_data["email"], Role(form.cleaned_data["role"])
    try:
        services.invite(email, role=role, by=request.member, source=source_of(request))
    except Infra24Error as error:
        form.add_error(None, document(error)["detail"])
        return _members(request, form, status=error.status)
    messages.success(request, _("The invitation to %(email)s is on its way.") % {"email": email})
    return redirect("settings_members", org=request.organisation.slug)


@require_POST
@for_role(Role.MANAGER)
def withdraw_invitation(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    found = queries.invitation_for(request.member, invitation_id)
    services.withdraw_invitation(found, by=request.member, source=source_of(request))
    messages.success(request, _("The invitation is withdrawn."))
    return redirect("settings_members", org=request.organisation.slug)


@require_POST
@for_role(Role.MANAGER)
def change_member(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """`role=…` gives a role, `end` ends the membership."""
    member, source = queries.member_for(request.member, member_id), source_of(request)
    if "end" in request.POST:
        services.deactivate_member(member, by=request.member, source=source)
        messages.success(request, _("%(name)s is no longer a member.") % {"name": member.user})
    else:
        services.change_role(member, role=_role(request.POST.get("role", "")), by=request.member, source=source)
        messages.success(request, _("The role of %(name)s is changed.") % {"name": member.user})
    return redirect("settings_members", org=request.organisation.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_role(Role.STAFF)
def tokens(request: MemberRequest) -> HttpResponse:
    """Tokens in use, and a form for a new one, whose secret is shown on the answer and never again."""
    form, secret, status = TokenForm(request.POST or None), "", 200
    if request.method == "POST":
        if form.is_valid():
            try:
                _key, secret = services.make_token(
                    name=form.cleaned_data["name"],
                    scopes=form.cleaned_data["scopes"],
                    expires_at=form.expires_at(request.organisation),
                    by=request.member,
                    source=source_of(request),
                )
                form = TokenForm()
            except Infra24Error as error:
                form.add_error(None, [document(error)["detail"], *error.fields.values()])
                status = error.status
        else:
            status = 422
    listed = page_of(queries.tokens_for(request.member), by=("-id",), limit=100, cursor=request.GET.get("cursor", ""))
    return render(
        request,
        "orgs/tokens.html",
        {"form": form, "secret": secret, "pages": listed, "all_scopes": len(SCOPES)},
        status=status,
    )


@require_POST
@for_role(Role.STAFF)
def revoke_token(request: MemberRequest, token_id: UUID) -> HttpResponse:
    token = queries.token_for(request.member, token_id)
    services.revoke_token(token, by=request.member, source=source_of(request))
    messages.success(request, _("The token “%(name)s” works no longer.") % {"name": token.name})
    return redirect("settings_tokens", org=request.organisation.slug)


@require_safe
@for_role(Role.MANAGER)
def audit(request: MemberRequest) -> HttpResponse:
    """Who did what, newest first; narrowed as the address says."""
    form = AuditForm(request.GET, viewer=request.member, zone=request.organisation.time_zone)
    cursor = request.GET.get("cursor", "")
    pages = history.audit_page(request.member, form.to_filter(), limit=50, cursor=cursor)
    names = history.actors_of(pages.items, viewer=request.member)
    rows = [
        (entry, names.get(entry.member_id) if entry.member_id else None, _told(entry.before), _told(entry.after))
        for entry in pages.items
    ]
    query = request.GET.copy()
    query.pop("cursor", None)
    return render(request, "orgs/audit.html", {"rows": rows, "pages": pages, "form": form, "query": query.urlencode()})


@require_safe
@for_role(Role.MANAGER)
def audit_file(request: MemberRequest) -> HttpResponse:
    """The same, all pages of it, for a spreadsheet."""
    zone = request.organisation.time_zone
    form = AuditForm(request.GET, viewer=request.member, zone=zone)
    heads, rows = history.audit_table(request.member, form.to_filter(), zone=zone)
    # With a mark, as spreadsheets want it.
    response = HttpResponse(write_table(heads, rows).encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{request.organisation.slug}-history.csv"'
    return response


def _members(request: MemberRequest, form: InvitationForm, *, status: int = 200) -> HttpResponse:
    pages = page_of(
        queries.members_for(request.member).filter(is_active=True),
        by=("id",),
        limit=100,
        cursor=request.GET.get("cursor", ""),
    )
    roles = grantable(request.member)
    context = {
        "form": form,
        "pages": pages,
        "roles": roles,
        "given": {role for role, _label in roles},
        "invitations": queries.open_invitations(request.member).order_by("id")[:100],
        "may_invite": request.member.rank.includes(Role.MANAGER),
    }
    return render(request, "orgs/members.html", context, status=status)


def _told(values: Mapping[str, Any] | None) -> list[tuple[str, Any]]:
    """What an entry holds, to be read: names without underscores, instants as instants; what is empty is left out."""
    said = {name: value for name, value in (values or {}).items() if value or isinstance(value, (bool, int))}
    return [(name.replace("_", " "), _readable(value)) for name, value in said.items()]


def _readable(value: Any) -> Any:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    return _instant(value) or value


def _instant(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None


def _role(value: str) -> Role:
    try:
        return Role(value)
    except ValueError:
        raise Invalid(fields={"role": _("Choose one of the roles.")}) from None
