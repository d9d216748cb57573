"""Signing in, and the pages about members, tokens and history."""

from allauth.account import views as account
from django.urls import path
from django.views.generic import TemplateView

from infra24.orgs import views

# allauth's own list holds more than the house uses; its names are kept, since it looks them up.
account_patterns = [
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/code/", account.request_login_code, name="account_request_login_code"),
    path("accounts/code/confirm/", account.confirm_login_code, name="account_confirm_login_code"),
    path("accounts/password/", account.password_reset, name="account_reset_password"),
    path("accounts/password/code/", account.confirm_password_reset_code, name="account_confirm_password_reset_code"),
    path("accounts/password/new/", account.complete_password_reset, name="account_complete_password_reset"),
    path("accounts/password/done/", account.password_reset_from_key_done, name="account_password_reset_completed"),
    path("accounts/new/", TemplateView.as_view(template_name="account/how_to_get_one.html"), name="account_signup"),
]

urlpatterns = [
    *account_patterns,
    path("o/<slug:org>/invitation/<str:secret>", views.invitation, name="invitation"),
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
]
