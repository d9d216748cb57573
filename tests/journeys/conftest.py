"""Whole stories through a real browser, against the product's own web server in demo mode."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.database import TestDatabase
from tests.journeys.browser import launch
from tests.running import web


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks journeys, and puts them last: the browser's loop stays in the thread, where no other can run after it."""
    for item in items:
        if _is_journey(item):
            item.add_marker(pytest.mark.journey)
            item.add_marker(pytest.mark.django_db(transaction=True))
    items.sort(key=_is_journey)


def _is_journey(item: pytest.Item) -> bool:
    return "journeys" in item.path.parts


@pytest.fixture(scope="session")
def live(database: TestDatabase, django_db_setup: None) -> Iterator[str]:
    """Address of a web server on this process's clone, in demo mode: mails are kept, /dev exists."""
    with web(database, environment={"INFRA24_DEMO": "1"}) as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all journeys; each visitor has a profile of their own."""
    # Playwright runs a loop in this thread; the tests use the database from the same thread, one thing at a time.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()
