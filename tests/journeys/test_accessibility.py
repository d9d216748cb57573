"""Every page, by day and by night, wide and narrow, put before axe: nothing may be found."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from infra24.orgs import services
from infra24.orgs.keys import mailed_secret
from infra24.orgs.models import Key, Member, Organisation
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.outbox.failures import Rejected
from tests import make
from tests.journeys.browser import DESKTOP, PHONE, visitor
from tests.make.bookings import NOON, booking
from tests.outbox.story import Story, crm_of, deliveries

AXE = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
LOOKS: list[tuple[Literal["light", "dark"], tuple[int, int]]] = [("light", DESKTOP), ("dark", PHONE)]
RUN = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${help} — ${target} ${failureSummary}`));
}"""


@dataclass(frozen=True)
class House:
    """A house in which every page has something to show."""

    pages: dict[str, list[str]]
    """Paths by who opens them: stranger, member, staff."""
    members: dict[str, Member | None]


def furnished() -> House:
    cast = make.cast(alice=Role.ADMIN)
    Organisation.objects.filter(pk=cast.house.pk).update(
        theme={"brand": "#0b5d52", "brand_night": "#3fa593"}, theme_version=2, mail_address="desk@example.org"
    )
    hall = make.resource(cast.house, name="Great Hall", capacity=40)
    kiln = make.resource(
        cast.house,
        name="Kiln B",
        kind="equipment",
        rules={**make.open_week(), "approval": "always", "buffer_after_minutes": 30},
    )
    make.token(cast.alice)
    ana = make.person(cast.house, name="Ana Lima", email="ana@example.org")
    certain = booking(cast.alice, hall, person=ana, title="Choir")
    asked = booking(cast.bob, kiln, title="Salt glaze")
    story = Story()
    story.answers = [Rejected("The CRM wants an e-mail address.")]
    crm_of(cast.house)
    story.run()
    failed = next(one for one in deliveries(cast.house) if one.status == "dead")
    day = NOON.date().isoformat()
    admin, home = "/o/oolite/admin", "/o/oolite"
    return House(
        pages={
            "stranger": [
                "/",
                f"{home}/",
                f"{home}/nowhere",
                f"{home}/invitation/{invitation_secret(cast)}",
                "/accounts/login/",
                "/accounts/code/",
                "/accounts/password/",
                "/accounts/new/",
                "/api/docs",
                "/dev/components",
                "/dev/mail",
            ],
            "member": [
                f"{home}/",
                f"{home}/my",
                f"{home}/my/{asked.pk}/cancel",
                f"{home}/book",
                f"{home}/book/{kiln.pk}",
            ],
            "staff": [
                f"{home}/",
                f"{admin}/calendar?date={day}",
                f"{admin}/calendar?date={day}&view=list",
                f"{admin}/bookings",
                f"{admin}/bookings?status=cancelled",
                f"{admin}/bookings/new",
                f"{admin}/bookings/{certain.pk}",
                f"{admin}/bookings/{certain.pk}/edit",
                f"{admin}/bookings/{asked.pk}/decline",
                f"{admin}/resources",
                f"{admin}/resources/{kiln.pk}",
                f"{admin}/resources/{kiln.pk}/rules",
                f"{admin}/resources/{kiln.pk}/rules/edit",
                f"{admin}/rules",
                f"{admin}/rules/organisation/edit",
                f"{admin}/people",
                f"{admin}/people/new",
                f"{admin}/outbox",
                f"{admin}/outbox/{failed.pk}",
                f"{admin}/outbox/{failed.pk}/discard",
                f"{admin}/settings/members",
                f"{admin}/settings/tokens",
                f"{admin}/audit",
            ],
        },
        members={"stranger": None, "member": cast.bob, "staff": cast.alice},
    )


def invitation_secret(cast: make.Cast) -> str:
    """What the link in the mail ends with."""
    with acting_for(cast.house.pk):
        invitation = services.invite("dora@example.org", role=Role.MEMBER, by=cast.alice, source="staff")
        return mailed_secret(Key.objects.get(subject_id=invitation.pk).pk)


@pytest.mark.parametrize(("theme", "size"), LOOKS)
def test_axe_finds_nothing_on_any_page(
    live: str, chromium: Browser, theme: Literal["light", "dark"], size: tuple[int, int]
) -> None:
    house = furnished()
    faults: list[str] = []
    for who, paths in house.pages.items():
        with visitor(chromium, live, member=house.members[who], theme=theme, size=size) as somebody:
            for path in paths:
                page = somebody.open(path)
                if page.locator("[data-island=calendar]").count():
                    page.locator(".grid-event").first.wait_for()
                page.evaluate(AXE.read_text())
                faults += [f"{path}: {found}" for found in page.evaluate(RUN)]
                if (width := page.evaluate("document.documentElement.scrollWidth")) > size[0]:
                    faults.append(f"{path}: {width} px wide")
            # A page that is missing says so in the console; that is the point of it.
            somebody.complaints[:] = [said for said in somebody.complaints if "/nowhere" not in said]
    assert not faults, "\n".join(faults)


def test_every_page_can_be_used_without_script(live: str, chromium: Browser) -> None:
    house = furnished()
    for who, paths in house.pages.items():
        with visitor(chromium, live, member=house.members[who], size=PHONE, script=False) as somebody:
            for path in paths:
                page = somebody.open(path)
                assert page.locator("main h1").count() == 1, path
            somebody.complaints.clear()
