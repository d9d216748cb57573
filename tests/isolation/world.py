"""A small world in which every door leads somewhere, and what it held before and after a call."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client

from infra24.bookings.ledger import dates_of
from infra24.bookings.models import Booking, BulkRun, Series, Source, ViewPage
from infra24.bookings.search import SearchWish
from infra24.bookings.services import cancel_booking
from infra24.bookings.services.saving import ViewChange, save_view
from infra24.bookings.services.series import Reach, SeriesWish, create_series, end_series
from infra24.calendars.models import FeedKind, ImportRow, ImportRun
from infra24.calendars.services.feeds import connect_feed
from infra24.calendars.services.importing import start_import
from infra24.calendars.services.planning import ImportWish
from infra24.calendars.services.publishing import make_feed
from infra24.calendars.services.reading import read_file
from infra24.core.days import wall_of
from infra24.facilities.scopes import RuleScope
from infra24.facilities.services.closures import ClosureWish, make_closure
from infra24.facts.models import Fact
from infra24.invariants.models import Verdict
from infra24.notifications.links import stop_url
from infra24.notifications.models import MailTrouble
from infra24.notifications.policies import Message as MailMessage
from infra24.notifications.services.troubles import note_trouble
from infra24.orgs import services
from infra24.orgs.keys import digest, mailed_secret
from infra24.orgs.models import Key, Member, Organisation
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Delivery, Destination, Replay
from infra24.people.models import BusyFeed, Person
from infra24.resources.models import Closure, Resource
from infra24.resources.pictures import file_of
from infra24.signage.services import put_up_display
from infra24.waitlist.models import Entry
from infra24.waitlist.services import WaitWish, join_waitlist, offer_next
from infra24.webhooks.models import Endpoint
from infra24.webhooks.services import pause_endpoint
from tests import make

SECRET_WORD = "xyzzy"
"""In whatever the house does not show to everybody: who may not look in must never read it."""
CALLERS = ("stranger", "foreign", "member", "staff", "admin")
"""Nobody signed in; an admin of another organisation; Bob, Alice and Dana of the house."""


@dataclass(frozen=True)
class World:
    house: Organisation
    callers: dict[str, Member | None]
    ids: dict[str, Any]
    """What the names in routes stand for, all of the house."""
    foreign_token: str
    """Acts for the foreign admin in the other organisation, with every scope."""
    contents: dict[str, str]
    """The house as it was built."""

    def client(self, caller: str) -> Client:
        return make.client(self.callers[caller])


def build() -> World:
    """Everything there is one of: resource, person, bookings, invitation, token, delivery."""
    cast = make.cast()
    house = cast.house
    dana = make.member(house, role=Role.ADMIN, email="dana@example.org", name=f"Dana {SECRET_WORD}")
    bob_as_person = make.person(house, member=cast.bob)
    room = make.resource(house, name="Kiln", location=f"Behind {SECRET_WORD}")
    make.person(house, name="Dora")
    induction = make.qualification(house, name=f"Kiln {SECRET_WORD}")
    grant = make.grant(induction, bob_as_person)
    assignment = make.assignment(bob_as_person, room)
    photo = _with_photo(room)
    unbooked = make.resource(house, name="Unbooked")
    feature = make.feature(house, "projector", "flag", name=f"Projector {SECRET_WORD}")
    mine = make.booking(cast.bob, room, title=f"Firing {SECRET_WORD}")
    requested = _requested(cast.alice, room)
    held = make.booking(cast.bob, room, starts_at=make.NOON + timedelta(days=7), status="hold")
    running = _running(house, cast.alice, bob_as_person)
    make.member(house, email="cara@example.org", name=f"Cara {SECRET_WORD}")
    closure = _closed(cast.alice, room)
    waits, offered = _waiting(cast.bob, room)
    studio = make.resource(house, name="Studio")
    series, left_out = _repeated(cast.bob, studio)
    token = make.token(cast.bob)
    with acting_for(house.pk):
        run = BulkRun.objects.create(
            org_id=house.pk, by=cast.alice, at=datetime.now(UTC), action="move", done=[[str(mine.pk), 1]]
        )
        invitation = services.invite(f"{SECRET_WORD}@example.org", role=Role.MEMBER, by=dana, source="staff")
        delivery = _failed(house, mine)
        paused = Destination.objects.create(
            org_id=house.pk, kind=Destination.Kind.CRM, name=f"Old {SECRET_WORD}", state=Destination.State.PAUSED
        )
        replay = _replayed(paused, dana)
        taken_over, row = _imported(cast.alice, room)
        feed = _connected(cast.bob, bob_as_person)
        address = make_feed(FeedKind.PERSON, name=f"Phone {SECRET_WORD}", by=cast.bob, source=Source.SELF)
        make_feed(FeedKind.PROGRAMME, by=dana, source=Source.STAFF)
        verdict = Verdict.objects.create(
            org_id=house.pk, looked_at=make.NOON, rows=1, violations={SECRET_WORD: 1}, samples=[]
        )
        endpoint, unproved, stopped = _webhooks(dana)
        stop = stop_url(house, bob_as_person.pk, MailMessage.REMINDER, now=make.NOON)
        trouble = note_trouble(house.pk, "old@example.org", MailTrouble.Kind.BOUNCED, recipient=bob_as_person.pk)
        wish = ViewChange(f"Ours {SECRET_WORD}", f"q={SECRET_WORD}", is_shared=True)
        view = save_view(ViewPage.BOOKINGS, wish, by=cast.alice, source="staff")
        key = Key.objects.get(subject_id=invitation.pk)
        feed_key = Key.objects.get(subject_id=address.pk)
        display = put_up_display(name=f"Door {SECRET_WORD}", resource=room, by=cast.alice, source=Source.STAFF)
        display_key = Key.objects.get(subject_id=display.pk)
        version = Booking.objects.get(pk=requested.pk).version
        token_id = Key.objects.get(sha256=digest(token)).pk
    return World(
        house=house,
        callers={"stranger": None, "foreign": cast.charlie, "member": cast.bob, "staff": cast.alice, "admin": dana},
        ids={
            "org": house.slug,
            "resource_id": room.pk,
            "unbooked_id": unbooked.pk,
            "feature_id": feature.pk,
            "picture": f"{photo}-480",
            "person_id": bob_as_person.pk,
            "qualification_id": induction.pk,
            "grant_id": grant.pk,
            "assignment_id": assignment.pk,
            "booking_id": mine.pk,
            "requested_id": requested.pk,
            "requested_version": version,
            "view_id": view.pk,
            "run_id": run.pk,
            "held_id": held.pk,
            "running_id": running.pk,
            "closure_id": closure.pk,
            "entry_id": waits.pk,
            "offered_id": offered.pk,
            "series_id": series.pk,
            "studio_id": studio.pk,
            "left_out": left_out,
            "member_id": cast.bob.pk,
            "invitation_id": invitation.pk,
            "token_id": token_id,
            "secret": mailed_secret(key.pk),
            "delivery_id": delivery.pk,
            "destination_id": delivery.destination_id,
            "paused_id": paused.pk,
            "replay_id": replay.pk,
            "import_id": taken_over.pk,
            "row_id": row.pk,
            "feed_id": feed.pk,
            "address_id": address.pk,
            "calendar_feed_id": address.pk,
            "feed_key": mailed_secret(feed_key.pk),
            "display_id": display.pk,
            "display_key": mailed_secret(display_key.pk),
            "verdict_id": verdict.pk,
            "endpoint_id": endpoint.pk,
            "unproved_id": unproved.pk,
            "stopped_id": stopped.pk,
            "mail_id": "any",
            "service": "postmark",
            "message": "reminder",
            "language": "en",
            "mail_secret": stop.rpartition("/")[2],
            "trouble_id": trouble.pk,
            "number": 1,
            "scope": "space",
            "noon": make.NOON,
            "noon_end": make.NOON + timedelta(hours=1),
            "noon_clock": f"{wall_of(make.NOON, house.time_zone):%H:%M}",
            "noon_end_clock": f"{wall_of(make.NOON + timedelta(hours=1), house.time_zone):%H:%M}",
            "later_day": make.NOON.date(),
            "free_day": make.NOON.date() + timedelta(days=20),
            "later": make.NOON + timedelta(hours=4),
            "later_end": make.NOON + timedelta(hours=5),
        },
        foreign_token=make.token(cast.charlie),
        contents=contents(house.pk),
    )


def _with_photo(room: Resource) -> str:
    """A photo of the room, as its name; visitors may see it, as they may see the room."""
    name = "0" * 64
    path = file_of(room.org_id, f"{name}-480")
    if not default_storage.exists(path):
        default_storage.save(path, ContentFile(b"JPEG"))
    with acting_for(room.org_id):
        Resource.objects.filter(pk=room.pk).update(photo=name, photo_alt="A kiln")
    return name


def _requested(by: Member, room: Any) -> Booking:
    """A booking that waits for a decision."""
    booking = make.booking(by, room, starts_at=make.NOON + timedelta(hours=2), title=f"Asked {SECRET_WORD}")
    with acting_for(by.org_id):
        Booking.objects.filter(pk=booking.pk).update(status="pending")
    return booking


def _running(house: Organisation, by: Member, person: Person) -> Booking:
    """A booking that is on, in a room that asks for check-in."""
    rules = {**make.open_week("00:00", "24:00"), "check_in_before_minutes": 15, "check_in_after_minutes": 120}
    room = make.resource(house, name="Press", rules=rules)
    return make.begun(by, room, hours=4, person=person, title=f"On {SECRET_WORD}")


def _repeated(by: Member, room: Any) -> tuple[Series, str]:
    """Three days in a row, and which of them is left out."""
    wish = SeriesWish(make.wish(room, title=f"Class {SECRET_WORD}"), "FREQ=DAILY;COUNT=3")
    with acting_for(by.org_id):
        series = create_series(wish, on_conflict="refuse", by=by, source=Source.SELF)
        last = dates_of(series)[-1].wall_on
        series = end_series(series, Reach("this", last), by=by, source=Source.SELF)
    return series, last.isoformat()


def _closed(by: Member, room: Any) -> Closure:
    """A closure to come, with nothing booked in it."""
    begins = datetime.combine(make.NOON.date() + timedelta(days=10), time())
    wish = ClosureWish(f"Floor {SECRET_WORD}", begins, begins + timedelta(days=2), scope=RuleScope(resource=room))
    with acting_for(by.org_id):
        return make_closure(wish, decisions={}, by=by, source=Source.STAFF)


def _waiting(bob: Member, room: Any) -> tuple[Entry, Entry]:
    """Bob waits for the room at noon, which he has himself, and is being offered it in the evening."""
    with acting_for(bob.org_id):
        taken = SearchWish(since=make.NOON, until=make.NOON + timedelta(hours=1), length=timedelta(hours=1))
        waits = join_waitlist(WaitWish(f"Firing {SECRET_WORD}", taken, room.pk), by=bob, source=Source.SELF)
    evening = make.booking(bob, room, starts_at=make.NOON + timedelta(hours=6), status="hold")
    with acting_for(bob.org_id):
        wish = replace(taken, since=evening.starts_at, until=evening.ends_at)
        offered = join_waitlist(WaitWish(f"Evening {SECRET_WORD}", wish, room.pk), by=bob, source=Source.SELF)
        cancel_booking(evening, by=bob, source=Source.SELF)
        offer_next(bob.org_id)
    return waits, offered


def _imported(by: Member, room: Resource) -> tuple[ImportRun, ImportRow]:
    """An import of something for which there is no room."""
    ends_at = make.NOON + timedelta(hours=1)
    moment = f"DTSTART:{make.NOON:%Y%m%dT%H%M%SZ}", f"DTEND:{ends_at:%Y%m%dT%H%M%SZ}"
    lines = ("BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:a", *moment, f"SUMMARY:Glaze {SECRET_WORD}", "END:VEVENT")
    since, until = make.NOON - timedelta(days=9), make.NOON + timedelta(days=9)
    read = read_file("\n".join(lines).encode(), zone="UTC", since=since, until=until)
    wish = ImportWish(f"Old {SECRET_WORD}", since, until, resource_id=room.pk)
    run = start_import(read, wish, by=by, source=Source.STAFF)
    return run, ImportRow.objects.get(run=run)


def _connected(by: Member, person: Person) -> BusyFeed:
    """A calendar of the person's that could not be read any more."""
    feed = connect_feed(
        person, name=f"Home {SECRET_WORD}", address="https://example.org/a.ics", by=by, source=Source.SELF
    )
    feed.state, feed.last_error = BusyFeed.State.PAUSED, SECRET_WORD
    feed.save()
    return feed


def _failed(house: Organisation, booking: Booking) -> Delivery:
    """A delivery about a booking that did not arrive."""
    destination = Destination.objects.create(org_id=house.pk, kind=Destination.Kind.CRM, name=f"CRM {SECRET_WORD}")
    fact = Fact.objects.get(subject_id=booking.pk)
    return Delivery.objects.create(
        org_id=house.pk,
        fact=fact,
        destination=destination,
        handler="crm.log_booking",
        subject_id=booking.pk,
        number=fact.number,
        status=Delivery.Status.DEAD,
        due_at=fact.recorded_at,
        settled_at=fact.recorded_at,
        note=SECRET_WORD,
    )


def _webhooks(by: Member) -> list[Endpoint]:
    """One that works, one whose address is not proved, one that is paused."""
    made = []
    for name in ("Door", "Unproved", "Stopped"):
        url, is_proved = f"{make.HOOK}/{SECRET_WORD}", name != "Unproved"
        endpoint, _secret = make.endpoint(by, name=f"{name} {SECRET_WORD}", url=url, is_proved=is_proved)
        made.append(endpoint)
    pause_endpoint(made[2], reason=SECRET_WORD, by=by, source=Source.STAFF)
    return made


def _replayed(destination: Destination, by: Member) -> Replay:
    """A replay that is under way."""
    now = datetime.now(UTC)
    return Replay.objects.create(
        org_id=by.org_id,
        destination=destination,
        selection={"text": SECRET_WORD},
        settled_before=now,
        per_minute=1,
        total=3,
        started_by=by,
        source="staff",
        started_at=now,
        goes_on_at=now,
    )


def contents(org_id: UUID) -> dict[str, str]:
    """A fingerprint of every table of the organisation."""
    with acting_for(org_id), connection.cursor() as cursor:
        cursor.execute(_fingerprints())
        return dict(cursor.fetchall())


@cache
def _fingerprints() -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT table_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name = 'org_id'"
            # When a calendar or a door was read is noted by reading it.
            " AND table_name NOT IN ('calendars_feedreading', 'signage_sighting')"
        )
        tables = [row[0] for row in cursor.fetchall()]
    return " UNION ALL ".join(
        f"SELECT '{table}', coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '') FROM {table} t"
        for table in sorted(tables)
    )
