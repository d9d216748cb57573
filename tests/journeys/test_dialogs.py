"""Every dialog, popover and menu of the calendar and of the request desk, by keyboard alone.

Each has a name, opens by a key, takes the focus, keeps it, closes on Escape and gives it back.
"""

from dataclasses import dataclass

from playwright.sync_api import Browser, Locator, Page, expect

from infra24.bookings.models import ViewPage
from infra24.bookings.services.saving import ViewChange, save_view
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.journeys.browser import visitor
from tests.journeys.test_calendar import DAY, NOON

CALENDAR, DESK = f"/o/oolite/admin/calendar?date={DAY}", "/o/oolite/admin/requests"
AGENDA, MONTH = f"{CALENDAR}&view=agenda", f"{CALENDAR}&view=month"
FIRING, WISH = "[data-item]:visible:has-text('Glaze firing')", "[data-item]:visible:has-text('Salt glaze')"
ETCHING = "[data-item]:visible:has-text('Etching in Room 2')"
SAVED = "summary[aria-keyshortcuts=v]"
ACCOUNT = "[popovertarget=account]"


@dataclass(frozen=True)
class Way:
    """How something is opened: on what one stands and what one presses there; and what it is called.

    `back` is where Escape leads, when that is not where one stood.
    """

    at: str
    keys: str
    name: str
    back: str = ""


DIALOGS = {
    CALENDAR: (
        Way("button[aria-keyshortcuts=n]", "Enter", "New booking"),
        Way(FIRING, "n", "New booking"),
        Way(FIRING, "Enter", "Glaze firing"),
        Way(FIRING, "e", "Change booking"),
        Way(FIRING, "p", "New booking"),
        Way(FIRING, "x", "Cancel this booking?"),
        Way(FIRING, "Enter x", "Cancel this booking?"),
        Way(FIRING, "Enter e", "Change booking"),
        Way(WISH, "d", "Decline this request?"),
        Way(WISH, "Enter d", "Decline this request?"),
        Way(FIRING, "?", "Keys"),
        Way(SAVED, "v Tab Tab Enter", "Save as a view"),
        Way(SAVED, "v Tab Enter", "Change the view"),
        Way(SAVED, "v Tab Enter Tab Tab Tab Enter", "Delete the view “Clay”?"),
    ),
    AGENDA: (
        Way(FIRING, "Enter", "Glaze firing"),
        Way(FIRING, "e", "Change booking"),
        Way(FIRING, "x", "Cancel this booking?"),
        Way(".agenda-head button >> nth=0", "Enter", "New booking"),
    ),
    MONTH: (
        Way(".grid-more", "Enter", f"{DAY:%B} {DAY.day}, {DAY.year}"),
        Way(ETCHING, "Enter", "Etching in Room 2"),
    ),
}
"""By page. Inside a dialog Tab goes round."""

MENUS = {
    CALENDAR: (
        Way(SAVED, "Enter Tab", "Saved views"),
        Way(SAVED, "v", "Saved views"),
        Way("summary:text-is('Filter')", "Enter Tab", "Filter"),
        Way("summary:has-text('Shown:')", "Enter Tab", "Shown"),
        Way(ACCOUNT, "Enter Tab", "Alice"),
    ),
    DESK: (
        Way("[data-request] >> nth=0", "d", "Decline… Salt glaze"),
        Way("[data-request] >> nth=0", "a", "Confirm… Salt glaze"),
        Way(ACCOUNT, "Enter Tab", "Alice"),
    ),
}
"""By page. They open in the page: one may go on from there, and nothing stays in the way."""

WATCH = """box => {
  window.strays = [];
  document.addEventListener("focusin", ({ target }) => {
    if (box.isConnected && box.checkVisibility() && !box.contains(target)) window.strays.push(target.outerHTML.slice(0, 120));
  });
}"""
"""Notes what gets the focus beside the box. A modal dialog may give it to the browser's own controls between rounds."""
TO_FIRST = """box => {
  const stops = [...box.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea")];
  stops.find(stop => stop.tabIndex >= 0 && !stop.disabled && stop.checkVisibility()).focus();
}"""


def go(page: Page, way: Way) -> Locator:
    """Stand there and press the keys, one after the other; each waits until the one before has done its work."""
    at = page.locator(way.at).first
    at.focus(timeout=5000)
    for position, key in enumerate(way.keys.split()):
        if position:
            page.wait_for_timeout(80)
        page.keyboard.press(key)
    return at


def walked(page: Page, box: Locator) -> list[str]:
    """What got the focus outside the box while both of its ends were passed, backwards and forwards."""
    handle = box.element_handle()
    assert handle is not None
    page.evaluate(WATCH, handle)
    page.evaluate(TO_FIRST, handle)
    for key in ("Shift+Tab", "Shift+Tab", "Tab", "Tab", "Tab"):
        page.keyboard.press(key)
    return [f"the focus left it for {element}" for element in page.evaluate("window.strays")]


def faults_of_dialog(page: Page, way: Way) -> list[str]:
    at = go(page, way)
    box = page.get_by_role("dialog", name=way.name, exact=True)
    try:
        expect(box).to_be_visible(timeout=3000)
        expect(box.locator(":focus")).to_have_count(1, timeout=3000)
    except AssertionError:
        return [f"nothing of that name has the focus, but {focused(page)}"]
    faults = walked(page, box)
    page.keyboard.press("Escape")
    try:
        expect(box).to_be_hidden(timeout=3000)
        expect(at).to_be_focused(timeout=3000)
    except AssertionError:
        faults.append(f"after Escape the focus is on {focused(page)}")
    return faults


def faults_of_menu(page: Page, way: Way) -> list[str]:
    at = go(page, way)
    try:
        expect(page.locator(":is(details[open], :popover-open) :focus:not(summary)").first).to_be_visible(timeout=3000)
        expect(page.locator("summary, button").filter(has_text=way.name).first).to_be_visible(timeout=3000)
    except AssertionError:
        return [f"nothing of that name has the focus, but {focused(page)}"]
    page.keyboard.press("Escape")
    try:
        expect(page.locator("details.menu[open], details.step[open], .account:popover-open")).to_have_count(0)
        expect(at).to_be_focused(timeout=3000)
    except AssertionError:
        return [f"after Escape the focus is on {focused(page)}"]
    return []


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.outerHTML.slice(0, 160)"))


def test_every_dialog_and_menu_is_opened_kept_and_left_by_keys(live: str, chromium: Browser) -> None:
    cast = make.cast()
    kiln = make.resource(
        cast.house,
        name="Kiln room",
        rules={**make.open_week("00:00", "24:00"), "approval": "always", "pending_blocks": False},
    )
    others = [make.resource(cast.house, name=f"Room {number}", rules=make.open_week()) for number in range(1, 5)]
    make.booking(cast.alice, others[0], starts_at=NOON, title="Glaze firing")
    for other in others[1:]:
        make.booking(cast.alice, other, starts_at=NOON, title=f"Etching in {other.name}")
    for _twice in range(2):
        make.booking(cast.bob, kiln, starts_at=NOON, title="Salt glaze")
    with acting_for(cast.house.pk):
        wish = ViewChange("Clay", "q=clay", is_shared=False)
        save_view(ViewPage.CALENDAR, wish, by=cast.alice, source="staff")

    faults: dict[str, list[str]] = {}
    with visitor(chromium, live, member=cast.alice) as alice:
        page = alice.page
        for path in {**DIALOGS, **MENUS}:
            alice.open(path)
            expect(page.locator(".calendar[aria-busy=false], .desk").first).to_be_visible()
            for ways, look in ((DIALOGS, faults_of_dialog), (MENUS, faults_of_menu)):
                for way in ways.get(path, ()):
                    if found := look(page, way):
                        faults[f"{way.name} by {way.keys} on {way.at} of {path}"] = found
                        alice.open(path)
                        expect(page.locator(".calendar[aria-busy=false], .desk").first).to_be_visible()
    assert faults == {}
