"""What the base template knows on every page."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from infra24.core.texts import site_texts
from infra24.orgs.models import Organisation
from infra24.orgs.queries import organisations_of
from infra24.portal.navigation import navigation_for

THEMES = ("light", "dark")


def house(request: HttpRequest) -> dict[str, Any]:
    """Organisation, navigation, the viewer's other organisations, and light or dark by choice."""
    organisation: Organisation | None = getattr(request, "organisation", None)
    member = getattr(request, "member", None)
    theme = request.COOKIES.get("theme")
    return {
        "organisation": organisation,
        "member": member,
        "navigation": SimpleLazyObject(
            lambda: navigation_for(organisation, member, path=request.path) if organisation else []
        ),
        "memberships": SimpleLazyObject(lambda: list(organisations_of(request.user))),
        "site_texts": site_texts,
        "is_account_page": request.path.startswith("/accounts/"),
        "theme": theme if theme in THEMES else "",
    }
