"""Every page, by day and by night, wide and narrow, put before axe: nothing may be found."""

import re
from typing import Any

import httpx
from django.conf import settings
from playwright.sync_api import Browser, Page

from tests.journeys.axe import AXE, FADED, LOOKED_AT, RUN
from tests.journeys.browser import DESKTOP, PHONE, session_of, visitor
from tests.journeys.house import furnished


def test_axe_finds_nothing_on_any_page(live: str, chromium: Browser) -> None:
    """All of axe by day on a desk; by night on a phone what colours and widths can change."""
    house = furnished()
    faults: list[str] = []
    for who, paths in house.pages.items():
        with visitor(chromium, live, member=house.members[who]) as somebody:
            somebody.page.add_init_script(AXE.read_text())
            for path in paths:
                page = somebody.open(path)
                if page.locator("[data-island=calendar]").count():
                    page.locator(".grid-event").first.wait_for()
                faults += _found(page, path, DESKTOP, {})
                # Without motion: colours that fade from day to night are those of neither.
                page.emulate_media(color_scheme="dark", reduced_motion="reduce")
                page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
                page.wait_for_function(
                    f"innerWidth === {PHONE[0]} && matchMedia('(prefers-color-scheme: dark)').matches"
                )
                page.evaluate(FADED)
                faults += _found(page, f"{path} by night", PHONE, {"runOnly": LOOKED_AT})
                page.emulate_media(color_scheme="light", reduced_motion="no-preference")
                page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
            # A page that is missing says so in the console; that is the point of it.
            somebody.complaints[:] = [said for said in somebody.complaints if "/nowhere" not in said]
    assert not faults, "\n".join(faults)


def _found(page: Page, where: str, size: tuple[int, int], options: dict[str, Any]) -> list[str]:
    faults = [f"{where}: {found}" for found in page.evaluate(RUN, options)]
    if (width := page.evaluate("document.documentElement.scrollWidth")) > size[0]:
        faults.append(f"{where}: {width} px wide")
    return faults


def test_every_page_can_be_used_without_script(live: str) -> None:
    """As it is sent, a page has its heading: nothing waits for a script to be there."""
    house = furnished()
    for who, paths in house.pages.items():
        member = house.members[who]
        cookies = {settings.SESSION_COOKIE_NAME: session_of(member)} if member else {}
        with httpx.Client(base_url=live, cookies=cookies, follow_redirects=True) as reader:
            for path in paths:
                _before, _, rest = reader.get(path).text.partition("<main")
                main, is_whole, _after = rest.partition("</main>")
                assert is_whole, path
                assert len(re.findall(r"<h1[\s>]", main)) == 1, path
