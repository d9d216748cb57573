"""A manager says when a studio can be had: drawn by keys and by mouse, rehearsed, saved."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import AvailabilityRule
from tests import make
from tests.journeys.browser import PHONE, box, visitor


@pytest.fixture
def cast() -> make.Cast:
    return make.cast(alice=Role.MANAGER)


def hour_of(page: Page, day: str, hour: float) -> tuple[float, float]:
    """Where an hour of a day is drawn, in the middle of its column, with the whole week in sight."""
    page.locator(".week-grid").first.evaluate("each => each.scrollIntoView({ block: 'center' })")
    column = box(page.get_by_role("group", name=f"{day}:").locator(".week-column").first)
    hours = int(page.locator(".week-grid").first.evaluate("each => each.style.getPropertyValue('--hours')"))
    return column["x"] + column["width"] / 2, column["y"] + column["height"] * hour / hours


def pull(page: Page, since: tuple[float, float], until: tuple[float, float]) -> None:
    page.mouse.move(*since)
    page.mouse.down()
    page.mouse.move(since[0], since[1] + 6, steps=2)
    page.mouse.move(*until, steps=6)
    page.mouse.up()


def saved(cast: make.Cast) -> list[AvailabilityRule]:
    with acting_for(cast.house.pk):
        return list(AvailabilityRule.objects.filter(resource__isnull=False))


def test_a_manager_draws_the_hours_sees_what_they_would_mean_and_saves(
    cast: make.Cast, live: str, chromium: Browser
) -> None:
    hall = make.resource(cast.house, name="Hall")
    choir = make.booking(cast.alice, hall, title="Choir")
    weekday = f"{choir.starts_at:%A}"
    # Two other days, so that the booking's day can be closed.
    drawn, typed = [day for day in ("Wednesday", "Thursday", "Friday") if day != weekday][:2]

    with visitor(chromium, live, member=cast.alice) as manager:
        page = manager.open(f"/o/oolite/admin/resources/{hall.pk}/rules")
        page.get_by_role("link", name="Change", exact=True).click()
        expect(page.get_by_role("group", name="Opening hours")).to_be_hidden()
        page.get_by_label("Its own hours").check()

        # By keys: the day's block an hour later, its end half an hour earlier, then away with it.
        page.get_by_role("button", name=f"{weekday}, 09:00 to 21:00").focus()
        for _ in range(4):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Shift+ArrowUp")
        page.keyboard.press("Shift+ArrowUp")
        expect(page.locator(f"#id_{weekday[:3].lower()}")).to_have_value("10:00-21:30")
        expect(page.get_by_role("button", name=f"{weekday}, 10:00 to 21:30")).to_be_focused()
        page.keyboard.press("Delete")
        expect(page.locator(f"#id_{weekday[:3].lower()}")).to_have_value("")
        expect(page.get_by_role("status").filter(has_text=f"Removed. {weekday} is closed now.")).to_be_attached()

        # By mouse: a new block on the day without one, another's end past midnight, and that one a day further.
        other = page.locator(f"#id_{drawn[:3].lower()}")
        other.fill("")
        pull(page, hour_of(page, drawn, 10.05), hour_of(page, drawn, 12.95))
        expect(other).to_have_value("10:00-13:00")
        pull(page, hour_of(page, drawn, 12.9), hour_of(page, drawn, 25.9))
        expect(other).to_have_value("10:00-02:00")
        page.locator(f"#id_{typed[:3].lower()}").fill("")
        pull(page, hour_of(page, drawn, 16), hour_of(page, typed, 17))
        expect(other).to_have_value("")
        expect(page.locator(f"#id_{typed[:3].lower()}")).to_have_value("11:00-03:00")
        page.locator(f"#id_{typed[:3].lower()}").fill("10:00-18:00")
        other.fill("10:00-18:00")

        page.get_by_role("button", name="Look at what it would mean").last.click()
        expect(page.get_by_role("heading", name="What it would mean")).to_be_visible()
        expect(page.get_by_role("link", name="Choir")).to_be_visible()
        expect(page.get_by_text("Hall is closed that day.")).to_be_visible()
        assert saved(cast) == []
        page.get_by_role("button", name="Back to the form").click()
        expect(other).to_have_value("10:00-18:00")
        page.get_by_label("Why", exact=False).last.fill("Quiet days")
        page.get_by_role("button", name="Look at what it would mean").last.click()
        page.get_by_role("button", name="Save anyway").click()
        expect(page.get_by_text("Saved. It holds from today.")).to_be_visible()

    [row] = saved(cast)
    assert row.rules["weekly"][weekday[:3].lower()] == []
    assert row.rules["weekly"][drawn[:3].lower()] == [["10:00", "18:00"]]
    assert (row.note, row.created_at.date()) == ("Quiet days", datetime.now(UTC).date())


def test_a_finger_taps_hours_onto_a_day_on_a_phone(cast: make.Cast, live: str, chromium: Browser) -> None:
    hall = make.resource(cast.house, name="Hall")

    with visitor(chromium, live, member=cast.alice, size=PHONE) as manager:
        page = manager.open(f"/o/oolite/admin/resources/{hall.pk}/rules/edit")
        page.get_by_label("Its own hours").check()
        page.locator("#id_sun").fill("")
        x, y = hour_of(page, "Sunday", 10.05)
        page.mouse.click(x, y)
        expect(page.locator("#id_sun")).to_have_value("10:00-12:00")
        page.get_by_role("button", name="Copy Sunday to all weekdays").click()
        expect(page.locator("#id_mon")).to_have_value("10:00-12:00")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
