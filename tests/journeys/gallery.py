"""Every page that axe walks, as a picture: wide and narrow, by day and by night. Run by `make screenshots` alone.

Its name keeps it out of the suite. The pictures go below INFRA24_SCREENSHOTS, a folder for each size and look.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.browser import DESKTOP, PHONE, visitor
from tests.journeys.house import furnished

LOOKS: Final[tuple[tuple[str, tuple[int, int], Literal["light", "dark"]], ...]] = (
    ("wide-light", DESKTOP, "light"),
    ("wide-dark", DESKTOP, "dark"),
    ("phone-light", PHONE, "light"),
    ("phone-dark", PHONE, "dark"),
)
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)[\w-]{43}")


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
def test_take_a_picture_of_every_page(live: str, chromium: Browser) -> None:
    folder = Path(os.environ["INFRA24_SCREENSHOTS"])
    house = furnished()
    taken = 0
    for look, size, theme in LOOKS:
        (folder / look).mkdir(parents=True, exist_ok=True)
        for who, paths in house.pages.items():
            with visitor(chromium, live, member=house.members[who], size=size, theme=theme) as somebody:
                for name, path in _named(who, paths):
                    page = somebody.open(path)
                    _settle(page)
                    page.screenshot(path=str(folder / look / f"{name}.png"), full_page=True)
                    taken += 1
                somebody.complaints[:] = [said for said in somebody.complaints if "/nowhere" not in said]

    assert taken == len(LOOKS) * sum(len(paths) for paths in house.pages.values())


def _named(who: str, paths: list[str]) -> Iterator[tuple[str, str]]:
    """Each path with a name for its picture, the same in every run: ids and secrets are left out."""
    seen: Counter[str] = Counter()
    for path in paths:
        bare = _ID.sub("one", path).removeprefix("/o/oolite/")
        bare = re.sub(r"date=[\d-]+", "date", bare)
        name = f"{who}-{re.sub(r'[^a-z0-9]+', '-', bare.lower()).strip('-') or 'home'}"
        seen[name] += 1
        yield (name if seen[name] == 1 else f"{name}-{seen[name]}"), path


def _settle(page: Page) -> None:
    if page.locator("[data-island=calendar]").count():
        page.locator(".grid-event").first.wait_for()
    page.wait_for_load_state("networkidle")
