"""Every page, by day and by night, wide and narrow, put before axe: nothing may be found."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, Page

from infra24.bookings.models import Source, ViewPage
from infra24.bookings.services import cancel_booking
from infra24.bookings.services.saving import ViewChange, save_view
from infra24.calendars.models import CalendarFeed, FeedKind, ImportRow
from infra24.calendars.services.feeds import connect_feed
from infra24.calendars.services.importing import start_import
from infra24.calendars.services.planning import ImportWish
from infra24.calendars.services.publishing import make_feed
from infra24.calendars.services.reading import read_file
from infra24.notifications.composing import Wording
from infra24.notifications.links import stop_url
from infra24.notifications.models import MailTrouble
from infra24.notifications.policies import Message
from infra24.notifications.services.texts import save_text
from infra24.notifications.services.troubles import note_trouble
from infra24.orgs import services
from infra24.orgs.keys import mailed_secret
from infra24.orgs.models import Key, Member, Organisation
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.outbox.failures import Rejected
from infra24.outbox.models import Attempt, Delivery, Destination, Replay
from infra24.outbox.replaying import start_replay
from infra24.outbox.selecting import Selection
from infra24.outbox.services import pause_destination
from infra24.people.models import BusyFeed, Person
from infra24.people.services import person_of
from infra24.resources.models import Resource
from infra24.signage.models import Display, Look
from infra24.signage.services import put_up_display
from infra24.waitlist.models import Entry
from infra24.waitlist.services import join_waitlist, offer_next
from infra24.webhooks.models import Endpoint
from infra24.webhooks.services import ask_for_proof, rotate_secret
from tests import make
from tests.bookings.series_story import made, walls, weekly
from tests.calendars.files import calendar
from tests.calendars.test_importing import firing
from tests.journeys.browser import DESKTOP, PHONE, session_of, visitor
from tests.make.bookings import NOON, booking
from tests.outbox.story import Story, crm_of, deliveries
from tests.waitlist.story import wanted

AXE = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
LOOKED_AT = ["color-contrast", "target-size", "scrollable-region-focusable", "nested-interactive", "aria-hidden-focus"]
"""Rules of axe that may see something else in other colours and at another width."""
FADED = """() => Promise.race([
  Promise.allSettled(document.getAnimations().map((each) => each.finished)),
  new Promise((done) => setTimeout(done, 1000)),
])"""
"""Waits for the last colour to have changed; not for what goes on for ever."""
RUN = """async (options) => {
  const found = await axe.run(document, { resultTypes: ["violations"], ...options });
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
    heat = make.feature(cast.house, "heat", "number", name="Highest temperature", unit="°C")
    make.feature(cast.house, "floor", "choice", name="Floor", choices=["Ground", "First"])
    make.feature(cast.house, "fan", "flag", name="Extraction")
    with acting_for(cast.house.pk):
        Resource.objects.filter(pk=kiln.pk).update(
            features={"heat": 1240, "fan": True}, description="Ask for glazes.", latitude=25.8, longitude=-80.2
        )
    make.token(cast.alice)
    ana = make.person(cast.house, name="Ana Lima", email="ana@example.org")
    press = make.resource(cast.house, name="Press", kind="equipment")
    induction = make.qualification(cast.house, press, name="Press induction", valid_months=12)
    given = make.grant(induction, ana, lapses_on=date(2021, 1, 5))
    make.grant(induction, make.person(cast.house, name="Theo Brandt"))
    bob = make.person(cast.house, member=cast.bob)
    make.grant(make.qualification(cast.house, name="Darkroom"), bob)
    assignment = make.assignment(ana, hall)
    certain = booking(cast.alice, hall, person=ana, title="Choir")
    asked = booking(cast.bob, kiln, title="Salt glaze")
    contest = {**make.open_week("00:00", "24:00"), "approval": "always", "pending_blocks": False}
    booth = make.resource(cast.house, name="Spray booth", rules=contest)
    rival, other = (booking(cast.bob, booth, title=title) for title in ("Lacquer", "Varnish"))
    lost = booking(cast.bob, booth, title="Wax", starts_at=NOON + timedelta(hours=2))
    booking(cast.alice, booth, title="Filter", starts_at=NOON + timedelta(hours=2))
    open_day = {**make.open_week("00:00", "24:00"), "check_in_after_minutes": 90, "cancel_notice_minutes": 7200}
    darkroom = make.resource(cast.house, name="Darkroom", rules=open_day)
    running = make.begun(cast.alice, darkroom, person=bob, title="Prints", hours=3)
    late = booking(cast.bob, darkroom, title="Contact sheets")
    booking(cast.bob, darkroom, title="Enlarging", starts_at=NOON + timedelta(hours=3), status="hold")
    waits, offered = waiting(cast, kiln)
    classes = made(cast.bob, weekly(hall, starts_at=NOON + timedelta(hours=3), rule="FREQ=DAILY;COUNT=3"))
    a_class = walls(classes)[1].isoformat()
    story = Story()
    story.answers = [Rejected("The CRM wants an e-mail address.")]
    crm_of(cast.house)
    story.run()
    failed = next(one for one in deliveries(cast.house) if one.status == "dead")
    dana = make.member(cast.house, role=Role.ADMIN, email="dana@example.org", name="Dana")
    hooks = webhooks(dana)
    running_replay = replayed(cast, failed)
    row = imported(cast.alice, hall)
    feed = paused_feed(cast.bob)
    address = subscribed(cast)
    sample = {"name": "leg_overlap", "table": "bookings_leg", "id": str(certain.pk), "booking_id": str(certain.pk)}
    broken = make.verdict(
        cast.house, violations={"leg_overlap": 2}, information={"confirmed_in_closure": 1}, samples=[sample]
    )
    make.verdict(cast.house, looked_at=NOON + timedelta(days=1))
    with acting_for(cast.house.pk):
        note_trouble(cast.house.pk, ana.email, MailTrouble.Kind.BOUNCED, recipient=ana.pk)
        own = Wording("Moved: {title}", "", "", "Ring the bell.")
        save_text(Message.CHANGED, "en", own, by=cast.alice, source=Source.STAFF)
        view = save_view(ViewPage.BOOKINGS, ViewChange("Firings", "q=firing", True), by=cast.alice, source="staff")
    hung, displays = hanging(cast, darkroom)
    day = NOON.date().isoformat()
    admin, home = "/o/oolite/admin", "/o/oolite"
    return House(
        pages={
            "stranger": [
                "/",
                f"{home}/",
                f"{home}/nowhere",
                f"{home}/invitation/{invitation_secret(cast)}",
                f"{home}/mail/{stop_secret(cast.house, bob)}",
                *(f"{home}/display/{secret}" for secret in displays),
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
                f"{home}/my/{late.pk}/cancel",
                f"{home}/my/{late.pk}/transfer",
                f"{home}/my/mails",
                f"{home}/my/calendar",
                f"{home}/my/calendar/{feed.pk}/remove",
                f"{home}/my/calendar/addresses",
                f"{home}/here/{darkroom.pk}",
                f"{home}/here/{hall.pk}",
                f"{home}/my/series/{classes.pk}",
                f"{home}/my/series/{classes.pk}/edit?from={a_class}",
                f"{home}/my/series/{classes.pk}/cancel?from={a_class}",
                f"{home}/book",
                f"{home}/book?people=2&length=60&days=mon&days=tue",
                f"{home}/book/{kiln.pk}",
                f"{home}/book/{press.pk}",
                f"{home}/waitlist/join?what={kiln.pk}",
                f"{home}/waitlist/{waits.pk}",
                f"{home}/waitlist/{waits.pk}/edit",
                f"{home}/waitlist/{waits.pk}/withdraw",
                f"{home}/waitlist/{offered.pk}",
            ],
            "staff": [
                f"{home}/",
                f"{admin}/calendar?date={day}",
                f"{admin}/calendar?date={day}&view=list",
                f"{admin}/calendar/sheet?date={day}",
                f"{admin}/calendar/sheet?date={day}&layout=list&quiet=on",
                f"{admin}/calendar/sheet?date={day}&resource={press.pk}&readers=door",
                f"{admin}/settings/displays",
                f"{admin}/settings/displays/{hung.pk}",
                f"{home}/here/{darkroom.pk}",
                f"{admin}/bookings",
                f"{admin}/bookings?status=cancelled",
                f"{admin}/bookings?days=all&kind=space&sort=-when&column=note&column=people&column=blocked&column=by",
                f"{admin}/requests",
                f"{admin}/views/{view.pk}",
                f"{admin}/import",
                f"{admin}/import/runs/{row.run_id}",
                f"{admin}/import/rows",
                f"{admin}/import/rows?state=dismissed",
                f"{admin}/import/rows/{row.pk}",
                f"{admin}/people/{feed.person_id}/calendars",
                f"{admin}/settings/calendars",
                f"{home}/calendar-feeds/{address.pk}/edit",
                f"{admin}/bookings/new",
                f"{admin}/waitlist",
                f"{admin}/waitlist?status=taken",
                f"{admin}/bookings/{certain.pk}",
                f"{admin}/bookings/{certain.pk}/edit",
                f"{admin}/bookings/{asked.pk}/decline",
                f"{admin}/bookings/{running.pk}",
                f"{admin}/bookings/{rival.pk}",
                f"{admin}/bookings/{lost.pk}",
                f"{admin}/bookings/{other.pk}/transfer",
                f"{admin}/series",
                f"{admin}/series/{classes.pk}",
                f"{admin}/series/{classes.pk}/edit",
                f"{admin}/series/{classes.pk}/cancel",
                f"{admin}/resources",
                f"{admin}/resources?as=cards",
                f"{admin}/resources?as=table",
                f"{admin}/resources/{kiln.pk}",
                f"{admin}/qualifications",
                f"{admin}/qualifications/new",
                f"{admin}/qualifications/{induction.pk}",
                f"{admin}/qualifications/{induction.pk}/edit",
                f"{admin}/grants/{given.pk}/renew",
                f"{admin}/grants/{given.pk}/revoke",
                f"{admin}/studios",
                f"{admin}/studios/new",
                f"{admin}/studios/{assignment.pk}",
                f"{admin}/studios/{assignment.pk}/end",
                f"{admin}/resources?kind=space&q=hall",
                f"{admin}/resources/new",
                f"{admin}/resources/new?kind=space",
                f"{admin}/resources/{kiln.pk}/edit",
                f"{admin}/resources/{kiln.pk}/archive",
                f"{admin}/resources/{kiln.pk}/restore",
                f"{admin}/resources/{kiln.pk}/photo",
                f"{admin}/resources/import",
                f"{admin}/features",
                f"{admin}/features/{heat.pk}",
                f"{admin}/resources/{kiln.pk}/rules",
                f"{admin}/resources/{kiln.pk}/rules/edit",
                f"{admin}/rules",
                f"{admin}/rules/organisation/edit",
                f"{admin}/people",
                f"{admin}/people/new",
                f"{admin}/people/{ana.pk}",
                f"{admin}/mails",
                f"{admin}/mails/changed",
                f"{admin}/mails/changed/reset",
                f"{admin}/people/{feed.person_id}/erase",
                f"{admin}/outbox",
                f"{admin}/outbox/{failed.pk}",
                f"{admin}/outbox/{failed.pk}/discard",
                f"{admin}/outbox/failed",
                f"{admin}/outbox/discard?destination={failed.destination_id}",
                f"{admin}/outbox/replays",
                f"{admin}/outbox/replays/new",
                f"{admin}/outbox/replays/new?destination={failed.destination_id}",
                f"{admin}/outbox/replays/{running_replay.pk}",
                f"{admin}/settings/members",
                f"{admin}/settings/tokens",
                f"{admin}/audit",
                f"{admin}/audit?kind=booking&subject={certain.pk}",
                f"{admin}/audit?action=nothing",
                f"{admin}/integrity",
                f"{admin}/integrity/{broken.pk}",
            ],
            "admin": [
                f"{admin}/webhooks",
                f"{admin}/webhooks/new",
                f"{admin}/webhooks/{hooks[0].pk}",
                f"{admin}/webhooks/{hooks[0].pk}/edit",
                f"{admin}/webhooks/{hooks[0].pk}/secret",
                f"{admin}/webhooks/{hooks[0].pk}/pause",
                f"{admin}/webhooks/{hooks[0].pk}/remove",
                f"{admin}/webhooks/{hooks[1].pk}",
            ],
        },
        members={"stranger": None, "member": cast.bob, "staff": cast.alice, "admin": dana},
    )


def webhooks(dana: Member) -> list[Endpoint]:
    """One that fails while its secrets change, and one that waits for its proof to be answered."""
    failing, unproved = (make.endpoint(dana, name=name, is_proved=name == "Door")[0] for name in ("Door", "Lobby"))
    with acting_for(dana.org_id):
        Destination.objects.filter(pk=failing.destination_id).update(failing_since=NOON - timedelta(days=400))
        rotate_secret(failing, by=dana, source=Source.STAFF)
        ask_for_proof(unproved, by=dana, source=Source.STAFF)
    return [failing, unproved]


def stop_secret(house: Organisation, person: Person) -> str:
    """Of the address at which somebody wants no more reminders."""
    with acting_for(house.pk):
        return stop_url(house, person.pk, Message.REMINDER, now=NOON).rpartition("/")[2]


def waiting(cast: make.Cast, kiln: Resource) -> tuple[Entry, Entry]:
    """Bob waits for an hour of the kiln, and is being offered another."""
    noon = make.NOON + timedelta(days=1)
    taken = [booking(cast.alice, kiln, starts_at=noon + timedelta(hours=step)) for step in (0, 3)]
    with acting_for(cast.house.pk):
        waits, offered = (
            join_waitlist(wanted(kiln, since=one.starts_at, until=one.ends_at), by=cast.bob, source=Source.SELF)
            for one in taken
        )
        cancel_booking(taken[1], by=cast.alice, source=Source.STAFF)
        offer_next(cast.house.pk)
    return waits, offered


def imported(by: Member, hall: Resource) -> ImportRow:
    """An import of something for which there is no room, with a line that cannot be read."""
    since, until = NOON - timedelta(days=9), NOON + timedelta(days=9)
    text = calendar(firing("a", NOON, "DESCRIPTION:Bring clay"), "DTSTART:soon")
    read = read_file(text.encode(), zone="UTC", since=since, until=until)
    with acting_for(by.org_id):
        start_import(read, ImportWish("Old", since, until, resource_id=hall.pk), by=by, source="staff")
        return ImportRow.objects.get()


def subscribed(cast: make.Cast) -> CalendarFeed:
    """Addresses of each kind at which calendars read; the house's own."""
    with acting_for(cast.house.pk):
        make_feed(FeedKind.PERSON, name="Phone", remind_minutes=30, by=cast.bob, source="self")
        make_feed(FeedKind.PROGRAMME, by=cast.alice, source="staff")
        return make_feed(FeedKind.ORGANISATION, name="Door", by=cast.alice, source="staff")


def hanging(cast: make.Cast, room: Resource) -> tuple[Display, list[str]]:
    """A display by a door, and the secrets of it and of one in the lobby."""
    with acting_for(cast.house.pk):
        hung = put_up_display(name="Tablet", resource=room, by=cast.alice, source="staff")
        lobby = put_up_display(look=Look.LIGHT, by=cast.alice, source="staff")
        keys = [Key.objects.get(subject_id=display.pk) for display in (hung, lobby)]
        return hung, [mailed_secret(key.pk) for key in keys]


def paused_feed(by: Member) -> BusyFeed:
    """A calendar that could not be read five times in a row."""
    with acting_for(by.org_id):
        address = "https://example.org/a.ics"
        feed = connect_feed(person_of(by), name="Home", address=address, by=by, source="self")
        feed.state, feed.last_error = BusyFeed.State.PAUSED, "The calendar's server has trouble (status 500)."
        feed.save()
        return feed


def replayed(cast: make.Cast, failed: Delivery) -> Replay:
    """A replay that is under way; what failed says what was sent and answered, and another place is paused."""
    crm = crm_of(cast.house, "Second CRM")
    with acting_for(cast.house.pk):
        pause_destination(crm, reason="Moving house.", by=cast.alice, source="staff")
        asked = {"request": '{"FirstName": "Ana"}', "response": "no " * 200, "milliseconds": 12}
        Attempt.objects.create(
            org_id=cast.house.pk,
            delivery=failed,
            number=failed.attempts + 1,
            started_at=NOON,
            ended_at=NOON,
            outcome="rejected",
            detail="The CRM wants an e-mail address.",
            exchanges=[{"method": "POST", "url": f"https://crm.example.org/{'a' * 90}", "status": 422, **asked}],
        )
        return start_replay(
            failed.destination, Selection(), by=cast.alice, source="staff", settled_before=timezone.now()
        )


def invitation_secret(cast: make.Cast) -> str:
    """What the link in the mail ends with."""
    with acting_for(cast.house.pk):
        invitation = services.invite("dora@example.org", role=Role.MEMBER, by=cast.alice, source="staff")
        return mailed_secret(Key.objects.get(subject_id=invitation.pk).pk)


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
