"""No page carries a script or a style of its own: the content policy allows none."""

import re
from html.parser import HTMLParser

import pytest
from pytest_django import Settings

from infra24.orgs.policies import Role
from tests import make
from tests.make.bookings import booking

pytestmark = pytest.mark.django_db

CALENDARS = ("https://calendar.google.com/", "https://outlook.live.com/", "http://localhost:8000/")
"""Where links lead that people follow to put a booking into their own calendar: others', and ours by its full address."""


class Inline(HTMLParser):
    """Collects what `default-src 'self'` would block, and addresses of other sites."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        is_data = tag == "script" and given.get("type") == "application/json"
        if (tag == "script" and "src" not in given and not is_data) or tag == "style" or "style" in given:
            self.found.append(self.get_starttag_text() or tag)
        self.found += [f"{tag} {name}" for name in given if name.startswith("on")]
        for name in ("href", "src", "action"):
            leads_out = re.match(r"(?i)\s*(javascript:|https?:|//)", given.get(name) or "")
            if leads_out and not (tag == "a" and str(given[name]).startswith(CALENDARS)):
                self.found.append(f"{tag} {name}={given[name]}")


def test_no_page_has_inline_scripts_or_styles_or_calls_elsewhere(settings: Settings) -> None:
    settings.DEMO = True
    cast = make.cast(alice=Role.ADMIN)
    kiln = make.resource(cast.house, rules={**make.open_week(), "approval": "always"})
    asked = booking(cast.bob, kiln)
    admin = "/o/oolite/admin"
    pages = {
        None: [
            "/",
            "/o/oolite/",
            "/o/oolite/nowhere",
            "/accounts/login/",
            "/accounts/code/",
            "/dev/components",
            "/dev/mail",
        ],
        cast.bob: [
            "/o/oolite/",
            "/o/oolite/my",
            f"/o/oolite/my/{asked.pk}/cancel",
            "/o/oolite/book",
            f"/o/oolite/book/{kiln.pk}",
        ],
        cast.alice: [
            "/o/oolite/",
            f"{admin}/calendar",
            f"{admin}/calendar?view=list",
            f"{admin}/bookings",
            f"{admin}/bookings/new",
            f"{admin}/bookings/{asked.pk}",
            f"{admin}/bookings/{asked.pk}/edit",
            f"{admin}/bookings/{asked.pk}/decline",
            f"{admin}/resources",
            f"{admin}/resources/{kiln.pk}",
            f"{admin}/people",
            f"{admin}/people/new",
            f"{admin}/outbox",
            f"{admin}/settings/members",
            f"{admin}/settings/tokens",
            f"{admin}/audit",
        ],
    }
    faults = {}
    for member, addresses in pages.items():
        browser = make.client(member)
        for address in addresses:
            response = browser.get(address)
            reader = Inline()
            reader.feed(response.content.decode())
            if reader.found or response.status_code not in {200, 404}:
                faults[address] = (response.status_code, reader.found)
            assert "default-src 'self'" in response["Content-Security-Policy"], address
    assert faults == {}
