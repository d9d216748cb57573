"""The calendar's views are kept under a name, shared, used by a colleague, called otherwise and given up: all by keys."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from infra24.bookings.models import SavedView
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.journeys.browser import PHONE
from tests.journeys.browser import visitor as visit
from tests.journeys.test_calendar import DAY, NOON, calendar, event, examine
from tests.make import Cast


@pytest.fixture
def cast() -> Cast:
    made = make.cast()
    kiln = make.resource(made.house, name="Kiln room")
    make.booking(made.alice, kiln, starts_at=NOON, title="Glaze firing")
    make.booking(made.alice, kiln, starts_at=NOON + timedelta(hours=2), title="Raku")
    return made


def menu(page: Page) -> Locator:
    return page.locator("summary[aria-keyshortcuts=v]")


def shown(page: Page) -> None:
    """Only what the view leaves is on the page."""
    expect(event(page, "Glaze firing")).to_be_visible()
    expect(page.locator("[data-item]:visible", has_text="Raku")).to_have_count(0)


def test_a_view_is_kept_shared_renamed_and_deleted_by_keys(cast: Cast, live: str, chromium: Browser) -> None:
    with visit(chromium, live, member=cast.alice) as alice:
        page = calendar(alice)
        press, write = page.keyboard.press, page.keyboard.type
        press("/")
        write("glaze")
        expect(page).to_have_url(re.compile("q=glaze"))
        shown(page)
        press("Tab")
        press("v")
        expect(page.get_by_text("None yet.")).to_be_visible()
        expect(page.get_by_role("button", name="Save as a view…")).to_be_focused()
        press("Enter")
        dialog = page.get_by_role("dialog", name="Save as a view")
        expect(dialog.get_by_label("Name")).to_be_focused()
        press("Enter")
        expect(dialog.locator(".error[data-made]")).to_have_text("Give it a name.")
        examine(page)
        write("Glazing")
        press("Tab")
        press("Space")
        press("Enter")
        expect(page.get_by_role("status").get_by_text("Saved as “Glazing”.")).to_be_visible()
        expect(menu(page)).to_be_focused()
        expect(menu(page)).to_have_text("View: Glazing")

        # A name is had once; what the server says stands in the dialog, and what was typed stays.
        press("v")
        examine(page)
        alice.picture("saved-views")
        page.get_by_role("button", name="Save as a view…").press("Enter")
        write("glazing")
        press("Enter")
        expect(dialog.get_by_role("alert")).to_contain_text("You have a view of that name already.")
        expect(dialog.get_by_label("Name")).to_have_value("glazing")
        press("Escape")
        expect(menu(page)).to_be_focused()

        colleague_uses_it(cast, live, chromium)

        press("v")
        expect(page.get_by_role("button", name="Glazing Alice")).to_be_focused()
        press("Tab")
        press("Enter")
        change = page.get_by_role("dialog", name="Change the view")
        expect(change.get_by_label("Name")).to_have_value("Glazing")
        change.get_by_label("Name").fill("Kiln days")
        press("Enter")
        expect(page.get_by_role("status").get_by_text("Saved as “Kiln days”.")).to_be_visible()
        expect(menu(page)).to_have_text("View: Kiln days")

        press("v")
        page.get_by_role("button", name="Change the view “Kiln days”…").press("Enter")
        change.get_by_role("button", name="Delete…").press("Enter")
        question = page.get_by_role("dialog", name="Delete the view “Kiln days”?")
        expect(question).to_contain_text("Colleagues who use it lose it too.")
        question.get_by_role("button", name="Delete the view").press("Enter")
        expect(page.get_by_role("status").get_by_text("The view “Kiln days” is gone.")).to_be_visible()
        expect(menu(page)).to_have_text("Saved views")
        expect(menu(page)).to_be_focused()
    with acting_for(cast.house.pk):
        assert not SavedView.objects.exists()


def colleague_uses_it(cast: Cast, live: str, chromium: Browser) -> None:
    """On a phone: she sees whose it is, and may use it but not change it; her day stays as it is."""
    cara = make.member(cast.house, role=Role.STAFF, email="cara@example.org", name="Cara")
    with visit(chromium, live, member=cara, size=PHONE) as other:
        page = calendar(other)
        expect(event(page, "Raku")).to_be_visible()
        page.keyboard.press("v")
        expect(page.get_by_role("button", name="Glazing Alice")).to_be_focused()
        examine(page)
        expect(page.get_by_role("button", name="Change the view")).to_have_count(0)
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(f"date={DAY}.*q=glaze"))
        expect(menu(page)).to_have_text("View: Glazing")
        shown(page)
        page.go_back()
        expect(event(page, "Raku")).to_be_visible()
