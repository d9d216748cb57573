"""The page staff keep open all day: its views, its keys, its undo, and two people at it at once."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect

from infra24.bookings.models import Booking
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Resource
from tests import make
from tests.journeys.axe import AXE, FADED, RUN
from tests.journeys.browser import DESKTOP, PHONE, Visitor, box, visitor
from tests.running import until

ZONE = ZoneInfo("America/New_York")
DAY = (datetime.now(ZONE) + timedelta(days=3)).date()
NOON = datetime.combine(DAY, time(12), tzinfo=ZONE).astimezone(UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def cast() -> make.Cast:
    return make.cast()


def calendar(staff: Visitor, query: str = "view=day") -> Page:
    page = staff.open(f"/o/oolite/admin/calendar?date={DAY}&{query}")
    expect(page.locator(".calendar[aria-busy=false]")).to_be_visible()
    return page


def event(page: Page, title: str) -> Locator:
    # What another view has drawn stays in the page, hidden, for when somebody comes back to it.
    return page.locator("[data-item]:visible", has_text=title).first


def place(page: Page) -> FloatRect | None:
    """Where the firing is; None while it is drawn anew."""
    return event(page, "Glaze firing").bounding_box()


def pull(page: Page, at: Locator, by: tuple[float, float]) -> None:
    """Drag something by so many pixels, from near its upper left corner."""
    corner = box(at)
    x, y = corner["x"] + 20, corner["y"] + 12
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 4, y + 4, steps=3)
    page.mouse.move(x + by[0], y + by[1], steps=10)
    page.mouse.up()


def as_now(cast: make.Cast, booking: Booking) -> Booking:
    with acting_for(cast.house.pk):
        return Booking.objects.get(pk=booking.pk)


def examine(page: Page) -> None:
    """Nothing for axe to find, and nothing to scroll sideways for."""
    page.evaluate(AXE.read_text())
    page.evaluate(FADED)
    assert page.evaluate(RUN, {}) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_two_people_see_each_others_changes_and_one_takes_hers_back(
    cast: make.Cast, live: str, chromium: Browser
) -> None:
    kiln = make.resource(cast.house, name="Kiln room", rules=make.open_week("00:00", "24:00"))
    firing = make.booking(cast.alice, kiln, starts_at=NOON, title="Glaze firing")

    with visitor(chromium, live, member=cast.alice) as alice, visitor(chromium, live, member=cast.alice) as other:
        hers, theirs = calendar(alice), calendar(other)
        before = box(event(theirs, "Glaze firing"))
        # Somebody with the form open is not disturbed: what is new waits until it is closed.
        theirs.keyboard.press("n")
        theirs.get_by_role("dialog").get_by_label("Title").fill("Half written")

        pull(hers, event(hers, "Glaze firing"), (0, box(event(hers, "Glaze firing"))["height"]))
        until(lambda: as_now(cast, firing).starts_at == NOON + HOUR, "the booking has moved by an hour")
        expect(hers.locator(".toast")).to_contain_text("Moved to")
        expect(theirs.get_by_role("dialog").get_by_label("Title")).to_have_value("Half written")
        theirs.keyboard.press("Escape")
        until(lambda: place(theirs) is not None and place(theirs) == place(hers), "both see it")
        assert box(event(theirs, "Glaze firing")) != before

        hers.keyboard.press("Control+z")
        until(lambda: as_now(cast, firing).starts_at == NOON, "it is back where it was")
        until(lambda: place(theirs) == before, "for the other one as well")


def test_a_time_that_cannot_be_had_is_refused_while_choosing_and_others_are_offered(
    cast: make.Cast, live: str, chromium: Browser
) -> None:
    kiln = make.resource(cast.house, name="Kiln room", rules={**make.open_week(), "buffer_after_minutes": 30})
    make.booking(cast.alice, kiln, starts_at=NOON, title="Glaze firing")

    with visitor(chromium, live, member=cast.alice) as alice:
        page = calendar(alice)
        page.keyboard.press("n")
        dialog = page.get_by_role("dialog")
        preview = dialog.locator(".form-preview")
        dialog.get_by_label("From").fill("10:00")
        dialog.get_by_label("To", exact=True).fill("11:00")
        expect(preview).to_contain_text("This time is free. Pack-down until 11:30")
        dialog.get_by_label("From").fill("12:30")
        dialog.get_by_label("To", exact=True).fill("13:00")
        expect(preview).to_contain_text("Kiln room is already booked then.")
        # Nothing has been sent yet; what is missing is said beside the fields, all at once.
        dialog.get_by_label("From").fill("")
        dialog.get_by_role("button", name="Book", exact=True).click()
        expect(dialog.locator(".error[data-made]")).to_have_text(["Say what it is.", "Say when it begins."])
        dialog.get_by_label("From").fill("12:30")
        dialog.get_by_label("Title").fill("Bisque firing")
        preview.locator(".alternatives button").first.click()
        expect(preview).to_contain_text("This time is free.")
        dialog.get_by_role("button", name="Book", exact=True).click()
        expect(event(page, "Bisque firing")).to_be_visible()

        # While it is dragged, what is not free is painted, and why is said in words.
        corner = box(event(page, "Bisque firing"))
        target = box(event(page, "Glaze firing"))
        page.mouse.move(corner["x"] + 20, corner["y"] + 8)
        page.mouse.down()
        page.mouse.move(target["x"] + 20, target["y"] + 12, steps=8)
        expect(page.locator(".grid-background.refused").first).to_be_attached()
        expect(page.locator(".calendar-hint")).to_contain_text("already booked")
        page.mouse.up()
        expect(page.locator(".toast.error")).to_contain_text("already booked")
        expect(page.locator(".grid-background.refused")).to_have_count(0)


def test_by_keys_alone_a_booking_is_made_confirmed_and_given_up(cast: make.Cast, live: str, chromium: Browser) -> None:
    make.resource(cast.house, name="Kiln room", rules=make.open_week("00:00", "24:00"))

    with visitor(chromium, live, member=cast.alice) as alice:
        page = calendar(alice)
        page.keyboard.press("8")
        expect(page).to_have_url(re.compile("view=agenda"))
        page.keyboard.press("n")
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_label("Title")).to_be_focused()
        page.keyboard.type("Raku")
        dialog.get_by_label("As").select_option("hold")
        dialog.get_by_label("Title").press("Enter")
        title = page.get_by_role("button", name="Raku")
        expect(title).to_be_visible()
        title.press("c")
        expect(page.locator(".toast").last).to_contain_text("Confirmed.")
        expect(page.locator(".agenda-row .badge.confirmed")).to_be_visible()
        title.press("Enter")
        popover = page.get_by_role("dialog", name="Raku")
        expect(popover).to_contain_text("Kiln room")
        page.keyboard.press("x")
        question = page.get_by_role("dialog", name="Cancel this booking?")
        question.get_by_label("Reason").fill("Rain")
        question.get_by_role("button", name="Cancel the booking").press("Enter")
        expect(page.locator(".toast").last).to_contain_text("Cancelled.")
        expect(title).to_have_count(0)
        # It was the wrong one: a key brings it back as it was, and then it goes for good.
        page.keyboard.press("u")
        expect(title).to_be_visible()
        expect(page.locator(".agenda-row .badge.confirmed")).to_be_visible()
        title.press("x")
        question.get_by_label("Reason").fill("Rain")
        question.get_by_role("button", name="Cancel the booking").press("Enter")
        expect(page.locator(".toast", has_text="Cancelled.")).to_be_visible()
    with acting_for(cast.house.pk):
        assert [(one.status, one.reason) for one in Booking.objects.all()] == [("cancelled", "Rain")]


@pytest.mark.parametrize(("theme", "size"), [("light", DESKTOP), ("dark", PHONE)])
def test_every_view_has_an_address_and_nothing_for_axe(
    cast: make.Cast, live: str, chromium: Browser, theme: Literal["light", "dark"], size: tuple[int, int]
) -> None:
    rooms = [make.resource(cast.house, name=f"Room {number}") for number in range(1, 9)]
    make.booking(cast.alice, rooms[0], starts_at=NOON, title="Glaze firing")
    make.booking(cast.alice, rooms[1], starts_at=NOON, title="Etching", status="hold")

    with visitor(chromium, live, member=cast.alice, theme=theme, size=size) as alice:
        page = calendar(alice)
        examine(page)
        for key, view in ((4, "timeline-day"), (7, "month"), (8, "agenda")):
            page.keyboard.press(str(key))
            expect(page).to_have_url(re.compile(f"view={view}"))
            expect(event(page, "Glaze firing")).to_be_visible()
            examine(page)
        # A week of eight rooms nobody can read; it says so, and offers what can be read.
        page.keyboard.press("3")
        expect(page.get_by_role("heading", name="8 side by side would be 56 columns")).to_be_visible()
        examine(page)
        page.get_by_role("button", name="Show as a timeline").click()
        expect(page).to_have_url(re.compile("view=timeline-week"))
        page.go_back()
        page.go_back()
        expect(event(page, "Glaze firing")).to_be_visible()
        event(page, "Glaze firing").click()
        expect(page.get_by_role("dialog", name="Glaze firing")).to_contain_text("Room 1")
        examine(page)
        # What was seen last is where the next visit begins.
        page.goto(f"{live}/o/oolite/admin/calendar?date={DAY}")
        expect(page).to_have_url(re.compile(r"date=[^&]*$"))
        expect(page.get_by_role("link", name="Agenda")).to_have_attribute("aria-current", "page")


def test_columns_are_narrowed_by_a_number_and_fold_by_their_group(
    cast: make.Cast, live: str, chromium: Browser
) -> None:
    make.feature(cast.house, "heat", "number", name="Highest temperature", unit="°C")
    for name, group, heat in (("Old kiln", "Yard", 1000), ("New kiln", "Yard", 1240), ("Great Hall", "", None)):
        made = make.resource(cast.house, name=name)
        with acting_for(cast.house.pk):
            Resource.objects.filter(pk=made.pk).update(group=group, features={"heat": heat} if heat else {})

    with visitor(chromium, live, member=cast.alice) as alice:
        page = calendar(alice, "view=day&kind=all")
        heads = page.locator(".calendar [role=columnheader]:visible")
        page.locator("summary", has_text="Filter").press("Enter")
        least = page.get_by_label("Highest temperature in °C, at least")
        least.fill("1200")
        least.press("Tab")
        expect(heads).to_have_text(["New kiln"])
        examine(page)
        expect(page).to_have_url(re.compile(r"feature=heat%3E%3D1200"))
        page.reload()
        expect(heads).to_have_text(["New kiln"])
        page.locator("summary", has_text="Filter (1)").press("Enter")
        expect(least).to_have_value("1200")
        page.get_by_role("button", name="Clear the filter").press("Enter")
        expect(heads).to_have_count(3)

        page.locator("summary", has_text="Shown: 3 of 3").press("Enter")
        yard = page.get_by_role("group", name="Yard")
        yard.get_by_label("Old kiln").press("Space")
        expect(heads).to_have_text(["Great Hall", "New kiln"])
        whole = yard.get_by_label("Yard")
        expect(whole).to_have_js_property("indeterminate", value=True)
        examine(page)
        whole.press("Space")
        expect(heads).to_have_count(3)
        whole.press("Space")
        expect(heads).to_have_text(["Great Hall"])
        expect(page.get_by_role("status").filter(has_text="Yard: 0 of 2")).to_be_attached()


def test_several_are_chosen_with_a_lasso_and_moved_together(cast: make.Cast, live: str, chromium: Browser) -> None:
    kiln, press = (make.resource(cast.house, name=name) for name in ("Kiln room", "Print shop"))
    make.booking(cast.alice, kiln, starts_at=NOON, title="Glaze firing")
    make.booking(cast.alice, press, starts_at=NOON, title="Etching")

    with visitor(chromium, live, member=cast.alice) as alice:
        page = calendar(alice)
        one, other = box(event(page, "Glaze firing")), box(event(page, "Etching"))
        page.keyboard.down("Shift")
        page.mouse.move(one["x"] + 6, one["y"] - 30)
        page.mouse.down()
        page.mouse.move(other["x"] + 40, other["y"] + 20, steps=6)
        page.mouse.up()
        page.keyboard.up("Shift")
        bar = page.locator(".calendar-bulk")
        expect(bar).to_contain_text("2 bookings chosen")
        bar.get_by_label("What to do with them").select_option("move")
        bar.get_by_role("button", name="Go on…").click()
        expect(page).to_have_url(re.compile("/admin/bookings/bulk"))
        page.get_by_label("Days").fill("1")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Nothing stands against it.")).to_be_visible()


def test_a_finger_drags_after_a_moment(cast: make.Cast, live: str, chromium: Browser) -> None:
    kiln = make.resource(cast.house, name="Kiln room", rules=make.open_week("00:00", "24:00"))
    firing = make.booking(cast.alice, kiln, starts_at=NOON, title="Glaze firing")

    with visitor(chromium, live, member=cast.alice, size=(820, 1180), touch=True) as alice:
        page = calendar(alice)
        corner = box(event(page, "Glaze firing"))
        x, y = corner["x"] + 30, corner["y"] + 14
        finger = page.context.new_cdp_session(page)

        def touch(kind: str, *points: tuple[float, float]) -> None:
            at = [{"x": one, "y": two} for one, two in points]
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

        touch("touchStart", (x, y))
        expect(page.locator(".grid-event.mirror")).to_be_visible()
        for step in range(1, 11):
            touch("touchMove", (x, y + 2 * corner["height"] * step / 10))
            page.wait_for_timeout(30)
        touch("touchEnd")
        until(lambda: as_now(cast, firing).starts_at > NOON, "the booking has moved to a later time")


def test_a_house_with_nothing_to_book_is_told_where_to_add_it(cast: make.Cast, live: str, chromium: Browser) -> None:
    with visitor(chromium, live, member=cast.alice) as alice:
        page = alice.open("/o/oolite/admin/calendar")
        expect(page.get_by_role("heading", name="There is nothing to book yet")).to_be_visible()
        expect(page.locator(".calendar").get_by_role("link", name="Resources")).to_be_visible()
        expect(page.get_by_role("combobox", name="Show", exact=True)).to_have_value("space")


def test_without_script_the_day_is_a_list_with_its_decisions(cast: make.Cast, live: str, chromium: Browser) -> None:
    kiln = make.resource(cast.house, name="Kiln room", rules={**make.open_week(), "approval": "always"})
    asked = make.booking(cast.bob, kiln, starts_at=NOON, title="Salt glaze")

    with visitor(chromium, live, member=cast.alice, script=False) as alice:
        page = alice.open(f"/o/oolite/admin/calendar?date={DAY}")
        expect(page.get_by_role("link", name="Decline… Salt glaze")).to_be_visible()
        expect(page.get_by_role("link", name="Week", exact=True)).not_to_be_visible()
        page.get_by_role("button", name="Confirm Salt glaze").click()
        expect(page.get_by_text("Confirmed.").first).to_be_visible()
    assert as_now(cast, asked).status == "confirmed"
