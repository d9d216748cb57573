"""A visitor with a real browser, who notices every complaint of the page."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, FloatRect, Locator, Page, Playwright

from infra24.orgs.models import Member

SYSTEM_CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP, PHONE = (1440, 900), (390, 844)
"""Width and height in CSS pixels."""
_REFUSAL = re.compile(r"Failed to load resource: the server responded with a status of 4(09|12|22|29) ")


def launch(playwright: Playwright) -> Browser:
    """Chromium: the one CHROMIUM names, the system's, or Playwright's own."""
    named = os.environ.get("CHROMIUM") or (str(SYSTEM_CHROMIUM) if SYSTEM_CHROMIUM.exists() else None)
    return playwright.chromium.launch(executable_path=named, args=list(FLAGS))


@dataclass
class Visitor:
    """Somebody in front of the product. `page` is their only tab; `complaints` is what its console said."""

    page: Page
    base_url: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Go to a path of the site and wait until its scripts have loaded."""
        self.page.goto(f"{self.base_url}{path}", wait_until="load")
        return self.page

    def picture(self, name: str) -> None:
        """Keep a picture for the documentation, when INFRA24_SCREENSHOTS names a folder."""
        if folder := os.environ.get("INFRA24_SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=str(Path(folder) / f"{name}.png"))


@contextmanager
def visitor(
    browser: Browser,
    base_url: str,
    *,
    member: Member | None = None,
    size: tuple[int, int] = DESKTOP,
    theme: Literal["light", "dark"] = "light",
    script: bool = True,
    touch: bool = False,
) -> Iterator[Visitor]:
    """A visitor, signed in as the member, with a mouse or with fingers. Fails at the end when the page broke its content policy or had an error.

    Refusals by the server (409, 412, 422, 429) are answers, not errors.
    """
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=theme,
        timezone_id="America/New_York",
        locale="en-US",
        java_script_enabled=script,
        has_touch=touch,
    )
    if member is not None:
        sign_in(context, base_url, member)
    somebody = Visitor(context.new_page(), base_url)

    def hear(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not _REFUSAL.match(message.text):
            somebody.complaints.append(f"{somebody.page.url}: {message.text}")

    somebody.page.on("console", hear)
    somebody.page.on("pageerror", lambda error: somebody.complaints.append(f"{somebody.page.url}: {error}"))
    try:
        yield somebody
    finally:
        context.close()
    assert somebody.complaints == []


def sign_in(context: BrowserContext, base_url: str, member: Member) -> None:
    """Give the browser a session of the member."""
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session_of(member), "url": base_url}])


def session_of(member: Member) -> str:
    """The key of a new session of the member, as signing in would make it."""
    session = SessionStore()
    session[SESSION_KEY] = str(member.user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = member.user.get_session_auth_hash()
    session.create()
    assert session.session_key
    return str(session.session_key)


def box(locator: Locator) -> FloatRect:
    """Where something is on the page, in CSS pixels. While it is drawn anew it is nowhere for a moment: waits for it."""
    for _ in range(100):
        if (found := locator.bounding_box()) is not None:
            return found
        locator.page.wait_for_timeout(50)
    raise AssertionError("it is not on the page")
