"""Signing in, and the pages about members, tokens and history."""

from allauth.account import views as account
from django.urls import path
from django.views.decorators.http import require_http_methods, require_safe
from django.views.generic import TemplateView

from infra24.orgs import views

form, shown = require_http_methods(["GET", "HEAD", "POST"]), require_safe
how_to_get_one = TemplateView.as_view(template_name="account/how_to_get_one.html")

# allauth's own list holds more than the house uses; its names are kept, since it looks them up.
account_patterns = [
    path(f"accounts/{address}/", view, name=f"account_{name}")
    for address, view, name in (
        ("login", form(account.login), "login"),
        ("logout", form(account.logout), "logout"),
        ("inactive", shown(account.account_inactive), "inactive"),
        ("code", form(account.request_login_code), "request_login_code"),
        ("code/confirm", form(account.confirm_login_code), "confirm_login_code"),
        ("password", form(account.password_reset), "reset_password"),
        ("password/code", form(account.confirm_password_reset_code), "confirm_password_reset_code"),
        ("password/new", form(account.complete_password_reset), "complete_password_reset"),
        ("password/done", shown(account.password_reset_from_key_done), "password_reset_completed"),
        ("new", shown(how_to_get_one), "signup"),
    )
]

urlpatterns = [
    *account_patterns,
    path("o/<slug:org>/invitation/<str:secret>", views.invitation, name="invitation"),
    path("o/<slug:org>/admin/settings", views.settings, name="settings"),
    path("o/<slug:org>/admin/settings/members", views.members, name="settings_members"),
    path("o/<slug:org>/admin/settings/members/<uuid:member_id>", views.change_member, name="change_member"),
    path("o/<slug:org>/admin/settings/invitations", views.invite, name="invite"),
    path(
        "o/<slug:org>/admin/settings/invitations/<uuid:invitation_id>/withdraw",
        views.withdraw_invitation,
        name="withdraw_invitation",
    ),
    path("o/<slug:org>/admin/settings/tokens", views.tokens, name="settings_tokens"),
    path("o/<slug:org>/admin/settings/tokens/<uuid:token_id>/revoke", views.revoke_token, name="revoke_token"),
    path("o/<slug:org>/admin/audit", views.audit, name="audit"),
    path("o/<slug:org>/admin/audit.csv", views.audit_file, name="audit_file"),
]
