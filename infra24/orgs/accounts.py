"""How allauth fits: accounts are made by invitation, not by signing up; callers are counted by the house's rule."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from infra24.core.addresses import client_address


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        del request
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)
