"""The house of which every page is looked at, and the list of these pages: a new page needs its line here."""

from dataclasses import dataclass
from datetime import date, timedelta

from infra24.bookings.models import Source, ViewPage
from infra24.bookings.services.saving import ViewChange, save_view
from infra24.notifications.composing import Wording
from infra24.notifications.models import MailTrouble
from infra24.notifications.policies import Message
from infra24.notifications.services.texts import save_text
from infra24.notifications.services.troubles import note_trouble
from infra24.orgs.models import Member, Organisation
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.outbox.failures import Rejected
from infra24.resources.models import Resource
from tests import make
from tests.bookings.series_story import made, walls, weekly
from tests.journeys.furniture import (
    hanging,
    imported,
    invitation_secret,
    paused_feed,
    replayed,
    stop_secret,
    subscribed,
    waiting,
    webhooks,
)
from tests.make.bookings import NOON, booking
from tests.outbox.story import Story, crm_of, deliveries


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
