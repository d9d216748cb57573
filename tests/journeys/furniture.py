"""What stands in the house of which every page is looked at: one of each thing, in a state worth seeing."""

from datetime import timedelta

from django.utils import timezone

from infra24.bookings.models import Source
from infra24.bookings.services import cancel_booking
from infra24.calendars.models import CalendarFeed, FeedKind, ImportRow
from infra24.calendars.services.feeds import connect_feed
from infra24.calendars.services.importing import start_import
from infra24.calendars.services.planning import ImportWish
from infra24.calendars.services.publishing import make_feed
from infra24.calendars.services.reading import read_file
from infra24.notifications.links import stop_url
from infra24.notifications.policies import Message
from infra24.orgs import services
from infra24.orgs.keys import mailed_secret
from infra24.orgs.models import Key, Member, Organisation
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
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
from tests.calendars.files import calendar
from tests.calendars.test_importing import firing
from tests.make.bookings import NOON, booking
from tests.outbox.story import crm_of
from tests.waitlist.story import wanted


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
