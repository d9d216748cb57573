"""The whole house in one story: a booking dragged, a clash refused, the mail sent, the CRM told."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from emulators.bloomerang.server import DEFAULT_KEY, running
from infra24.bookings.models import Booking
from infra24.crm.services import connect
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.database import TestDatabase
from tests.journeys.browser import Visitor, box, visitor
from tests.running import process, until, web

DAY = (datetime.now(ZoneInfo("America/New_York")) + timedelta(days=3)).date()


@pytest.fixture
def crm(tmp_path: Path) -> Iterator[str]:
    with running(tmp_path / "crm.sqlite3") as address:
        yield address


@pytest.fixture
def cast() -> make.Cast:
    return make.cast()


@pytest.fixture
def house(database: TestDatabase, crm: str, tmp_path: Path, settings: object) -> Iterator[str]:
    """Web and worker of one installation, connected to the demo CRM. Yields the web's address."""
    settings.CRM_ADDRESSES = [crm]  # type: ignore[attr-defined]
    told = {"INFRA24_DEMO": "1", "INFRA24_DEMO_CRM_URL": crm}
    worker = [sys.executable, "manage.py", "worker"]
    with web(database, environment=told) as address, process(worker, {**database.environment(), **told}):
        yield address


def drag(page: Page, column: str, since: str, until_hour: str) -> None:
    """Press on a column at one hour's line and let go at another's; hours as the axis writes them, `1PM`."""
    header = box(page.get_by_role("columnheader", name=column))
    top, bottom = (box(page.get_by_text(hour, exact=True)) for hour in (since, until_hour))
    x = header["x"] + header["width"] / 2
    page.mouse.move(x, top["y"] + 10)
    page.mouse.down()
    page.mouse.move(x, top["y"] + 40, steps=4)
    page.mouse.move(x, bottom["y"] - 2, steps=8)
    page.mouse.up()


def mails(page: Page) -> Locator:
    """The mails about the firing, on the demo's page of mails."""
    return page.get_by_role("link", name="Glaze firing")


def calendar(staff: Visitor) -> Page:
    page = staff.open(f"/o/oolite/admin/calendar?date={DAY}")
    expect(page.get_by_role("columnheader", name="Kiln room")).to_be_visible()
    return page


def test_staff_drag_a_booking_and_everybody_who_should_hears_of_it(
    cast: make.Cast, house: str, crm: str, chromium: Browser
) -> None:
    kiln, press = make.resource(cast.house, name="Kiln room"), make.resource(cast.house, name="Print shop")
    make.person(cast.house, name="Dora Ledesma", email="dora@example.org")
    connect(cast.house.pk, api_key=DEFAULT_KEY, base_url=crm, by=None)

    with visitor(chromium, house, member=cast.alice) as staff:
        page = calendar(staff)
        expect(page.get_by_role("columnheader", name="Print shop")).to_be_visible()

        # She drags two hours in the kiln room's column and says for whom.
        drag(page, "Kiln room", "1PM", "3PM")
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_label("Where")).to_have_value(str(kiln.pk))
        expect(dialog.get_by_label("From")).to_have_value("13:00")
        expect(dialog.get_by_label("To", exact=True)).to_have_value("15:00")
        dialog.get_by_label("Title").fill("Glaze firing")
        dialog.get_by_role("combobox", name="For").fill("Dora")
        page.get_by_role("option", name="Dora Ledesma").click()
        dialog.get_by_role("button", name="Book", exact=True).click()
        event = page.get_by_role("button", name="Glaze firing").first
        expect(event).to_be_visible()
        with acting_for(cast.house.pk):
            made = Booking.objects.get()
        local = made.starts_at.astimezone(ZoneInfo("America/New_York"))
        assert (made.status, local.date(), local.hour, made.source) == ("confirmed", DAY, 13, "staff")

        # A second one over it is refused in words, with other times to click.
        drag(page, "Kiln room", "10AM", "11AM")
        dialog.get_by_label("Title").fill("Bisque firing")
        dialog.get_by_label("From").fill("14:00")
        dialog.get_by_label("To", exact=True).fill("16:00")
        dialog.get_by_role("button", name="Book", exact=True).click()
        refusal = dialog.get_by_role("alert")
        expect(refusal).to_contain_text("Kiln room is already booked then.")
        refusal.get_by_role("button").first.click()
        expect(dialog.get_by_label("From")).to_have_value("15:00")
        dialog.get_by_role("button", name="Never mind").click()
        with acting_for(cast.house.pk):
            assert Booking.objects.count() == 1

        # Dragged to the print shop it moves there; the server has checked it again.
        now, column = box(event), box(page.get_by_role("columnheader", name="Print shop"))
        pull(page, (now["x"] + 20, now["y"] + 15), (column["x"] + 60, now["y"] + 15))
        until(lambda: places(cast, made) == [press.pk], "the booking has moved to the print shop")

        # The mail comes, however busy the machine: the page is asked again until it is there.
        page = staff.open("/dev/mail")
        until(lambda: bool(page.reload() and mails(page).count()), "the mail about her firing has come")
        expect(mails(page).first).to_be_visible()

    until(lambda: len(interactions(crm)) == 1, "the CRM has received the visit")
    assert "Glaze firing" in interactions(crm)[0]["Subject"]
    journal = httpx.get(f"{crm}/_emulator/journal").json()
    assert journal["extra_records"] == 0


def test_a_refused_move_goes_back_and_a_resize_stays(cast: make.Cast, live: str, chromium: Browser) -> None:
    kiln, press = make.resource(cast.house, name="Kiln room"), make.resource(cast.house, name="Print shop")
    noon = datetime.combine(DAY, time(12), tzinfo=ZoneInfo("America/New_York")).astimezone(UTC)
    firing = make.booking(cast.alice, kiln, starts_at=noon, title="Glaze firing")
    make.booking(cast.alice, press, starts_at=noon, title="Etching")

    with visitor(chromium, live, member=cast.alice) as staff:
        page = calendar(staff)
        event = page.get_by_role("button", name="Glaze firing").first
        before, column = box(event), box(page.get_by_role("columnheader", name="Print shop"))

        # Onto the press, which is taken then: refused in words, and back where it was.
        pull(page, (before["x"] + 20, before["y"] + 15), (column["x"] + 60, before["y"] + 15))
        expect(page.get_by_text("Print shop is already booked then.").first).to_be_visible()
        expect(event).to_be_visible()
        assert box(event) == before
        assert places(cast, firing) == [kiln.pk]

        # Its lower edge an hour down: an hour longer.
        hour = hour_height(page)
        edge = (before["x"] + before["width"] / 2, before["y"] + before["height"] - 2)
        page.mouse.move(*edge)
        pull(page, edge, (edge[0], edge[1] + hour))
        until(lambda: ends(cast, firing) == noon + timedelta(hours=2), "the booking lasts an hour longer")


def test_by_keyboard_alone_and_without_script(cast: make.Cast, live: str, chromium: Browser) -> None:
    kiln = make.resource(cast.house, name="Kiln room")

    with visitor(chromium, live, member=cast.alice) as staff:
        page = calendar(staff)
        page.keyboard.press("n")
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_label("Title")).to_be_focused()
        page.keyboard.type("Raku")
        dialog.get_by_label("From").fill("10:00")
        dialog.get_by_label("To", exact=True).fill("11:00")
        page.keyboard.press("Enter")
        event = page.get_by_role("button", name="Raku").first
        expect(event).to_be_visible()
        event.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_contain_text("Raku")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)

    with visitor(chromium, live, member=cast.alice, script=False) as staff:
        page = staff.open(f"/o/oolite/admin/calendar?date={DAY}")
        expect(page.get_by_role("link", name="Raku").first).to_be_visible()
    with acting_for(cast.house.pk):
        assert [leg.resource_id for leg in Booking.objects.get().legs.all()] == [kiln.pk]


def test_the_list_shows_the_day_the_grid_has_come_to(cast: make.Cast, live: str, chromium: Browser) -> None:
    make.resource(cast.house, name="Kiln room")
    tomorrow = DAY + timedelta(days=1)

    with visitor(chromium, live, member=cast.alice) as staff:
        page = calendar(staff)
        page.get_by_role("button", name="Next day").click()
        page.get_by_role("link", name="List", exact=True).click()
        expect(
            page.get_by_role("heading", name=f"{tomorrow:%A}, {tomorrow:%B} {tomorrow.day}", exact=True)
        ).to_be_visible()


def pull(page: Page, since: tuple[float, float], to: tuple[float, float]) -> None:
    """Drag from one point to another, slowly enough to be noticed."""
    page.mouse.move(*since)
    page.mouse.down()
    page.mouse.move(since[0] + 4, since[1] + 4, steps=3)
    page.mouse.move(*to, steps=12)
    page.mouse.up()


def hour_height(page: Page) -> float:
    first, second = (box(page.get_by_text(hour, exact=True)) for hour in ("11AM", "12PM"))
    return second["y"] - first["y"]


def ends(cast: make.Cast, booking: Booking) -> datetime:
    with acting_for(cast.house.pk):
        return Booking.objects.get(pk=booking.pk).ends_at


def places(cast: make.Cast, booking: Booking) -> list[object]:
    with acting_for(cast.house.pk):
        return list(booking.legs.values_list("resource_id", flat=True))


def interactions(crm: str) -> list[dict[str, str]]:
    answer = httpx.get(f"{crm}/v2/interactions", headers={"X-API-KEY": DEFAULT_KEY})
    found: list[dict[str, str]] = answer.json()["Results"]
    return found
