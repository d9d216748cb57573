"""Erasing a person: what goes, what stays, and that nothing of them is left to be found."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from infra24.bookings.models import Booking, BookingMessage, Series, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.search import SearchWish
from infra24.bookings.services import BookingChange, cancel_booking, change_booking
from infra24.bookings.services.bulk import Action, BulkWish, Pick, change_many
from infra24.calendars.services.feeds import connect_feed
from infra24.core.errors import Infra24Error, Stale
from infra24.erasure.errors import BookableStill, ErasingOneself, NameDiffers
from infra24.erasure.services import Erased, erase_person
from infra24.facts.models import Fact
from infra24.notifications.errors import LinkInvalid
from infra24.notifications.links import stop_behind, stop_url
from infra24.notifications.models import MailPreference, MailTrouble
from infra24.notifications.policies import Message
from infra24.notifications.queries import digest_of, trouble_with, unwanted_by
from infra24.notifications.services.troubles import note_trouble
from infra24.notifications.services.wishes import wish
from infra24.orgs.errors import LastAdmin, RoleNotYours, RoleTooLow
from infra24.orgs.models import AuditEntry, Member
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import deliver_due
from infra24.outbox.models import Attempt, Destination
from infra24.outbox.reactions import Exchange, Job, Reactions
from infra24.people.errors import PersonNotFound
from infra24.people.models import BusyFeed, BusyTime, Person
from infra24.resources.models import Grant, Resource, ResourceKind, StudioAssignment
from infra24.waitlist.models import Entry
from infra24.waitlist.services import WaitWish, join_waitlist, offer_next
from tests import make
from tests.bookings.series_story import made, states, weekly
from tests.database import TestDatabase
from tests.make import NOON, Cast
from tests.outbox.story import crm_of

pytestmark = pytest.mark.django_db(transaction=True)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NAME, MAIL, PHONE = "Delia Quixano", "delia.quixano@nowhere.example", "(305) 555-0199"
OTHER, PRIVATE = "Somebody else", "private@nowhere.example"


class House:
    """Oolite with its manager Mona, and Delia, about whom everything has been written that can be."""

    def __init__(self) -> None:
        self.cast: Cast = make.cast()
        self.org = self.cast.house
        self.mona = make.member(self.org, role=Role.MANAGER, name="Mona", email="mona@example.org")
        self.alice = self.cast.alice
        self.room = make.resource(self.org, name="Room", rules={**make.open_week(), "horizon_days": 300})
        self.kiln = make.resource(self.org, name="Kiln")
        self.delia = make.person(self.org, name=NAME, email=MAIL)
        with acting_for(self.org.pk):
            Person.objects.filter(pk=self.delia.pk).update(phone=PHONE)

    def live(self) -> None:
        """A past and a future: bookings, a series, a message, a wait, a calendar, a studio, an induction."""
        cellar = make.resource(self.org, rules=make.open_week("00:00", "24:00"))
        self.past = make.begun(self.alice, cellar, person=self.delia, title=f"Visit of {NAME}")
        self.ahead = make.booking(self.alice, self.kiln, person=self.delia, starts_at=NOON + 2 * DAY, title="Glaze")
        with acting_for(self.org.pk):
            change_booking(
                booking_for(self.alice, self.ahead.pk),
                BookingChange(note=f"Call {NAME} at {PHONE}"),
                by=self.alice,
                source=Source.STAFF,
            )
            wish = BulkWish((Pick(self.ahead.pk),), Action.MESSAGE, text=f"Dear {NAME}, bring shoes.")
            change_many(wish, by=self.alice, source=Source.STAFF)
        self.series = made(self.alice, weekly(self.room, person=self.delia, title=f"{NAME} draws"))
        self.taken = make.booking(self.alice, self.kiln, starts_at=NOON + 5 * DAY, title="Firing")
        with acting_for(self.org.pk):
            sought = SearchWish(since=self.taken.starts_at, until=self.taken.ends_at, length=HOUR)
            wait = WaitWish(f"Cups by {NAME}", sought, self.kiln.pk, self.delia.pk)
            self.entry = join_waitlist(wait, by=self.alice, source=Source.STAFF)
            self.feed = connect_feed(
                self.delia, name="Elsewhere", address=f"https://cal.example/{MAIL}", by=self.alice, source="staff"
            )
            BusyTime.objects.create(org_id=self.org.pk, feed=self.feed, starts_at=NOON, ends_at=NOON + HOUR)
        self.studio = make.assignment(self.delia, make.resource(self.org))
        self.grant = make.grant(make.qualification(self.org), self.delia)
        with acting_for(self.org.pk):
            StudioAssignment.objects.update(note=f"{NAME} has the key")
            Grant.objects.update(note=f"Shown to {NAME}")
        self.talk()

    def talk(self) -> None:
        """The CRM is asked about every booking, and what it answers is kept with the delivery."""
        crm_of(self.org)
        reactions = Reactions({"booking.confirmed": {Destination.Kind.CRM: "test.ask"}}, {"test.ask": self._ask})
        deliver_due(reactions)

    def _ask(self, job: Job) -> str:
        with acting_for(self.org.pk):
            booking = Booking.objects.get(pk=job.subject_id)
        about = NAME if booking.person_id == self.delia.pk else OTHER
        job.exchanges.append(Exchange("GET", f"https://crm.example/people?search={about}", 200, "?", about, 12))
        return "asked"

    def erase(self, by: Member | None = None, **more: Any) -> Erased:
        said: dict[str, Any] = {"name": NAME, "ahead": "cancel", **more}
        with acting_for(self.org.pk):
            person = said.pop("person", self.delia)
            return erase_person(person, by=by or self.mona, source=Source.STAFF, **said)


@pytest.fixture
def house() -> House:
    return House()


def everywhere(database: TestDatabase, *texts: str) -> set[str]:
    """`table.column` wherever any of the texts stands, in any case, in any text, JSON, array or binary column."""
    found = set()
    with database.as_owner() as owner:
        columns = owner.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns JOIN information_schema.tables"
            " USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
            " AND data_type IN ('text', 'character varying', 'json', 'jsonb', 'bytea', 'ARRAY')"
        ).fetchall()
        assert len(columns) > 100
        for table, column, kind in columns:
            shown = f"encode({column}, 'escape')" if kind == "bytea" else f"{column}::text"
            for text in texts:
                sql = f"SELECT 1 FROM {table} WHERE position(lower(%s) IN lower({shown})) > 0 LIMIT 1"
                if owner.execute(sql, [text]).fetchone():
                    found.add(f"{table}.{column}")
    return found


def test_nothing_of_the_person_is_found_anywhere_but_in_what_the_history_was_told(
    house: House, database: TestDatabase
) -> None:
    house.live()
    texts = (NAME, "delia quixano", MAIL, PHONE)
    before = everywhere(database, *texts)
    assert {"people_person.name", "people_person.email", "people_person.phone", "people_person.sort_key"} <= before
    assert {"bookings_booking.title", "bookings_booking.note", "bookings_bookingmessage.text"} <= before
    assert {"bookings_series.title", "waitlist_entry.title"} <= before
    assert {"resources_grant.note", "resources_studioassignment.note", "outbox_attempt.exchanges"} <= before

    house.erase()

    # What was written into titles and notes stands in the history of who changed what, which nobody can rewrite.
    assert everywhere(database, *texts) == {"orgs_auditentry.before", "orgs_auditentry.after"} & before


def test_the_history_of_an_erasure_and_its_fact_name_nobody(house: House) -> None:
    house.live()

    erased = house.erase()

    assert erased == Erased(erased.at, cancelled=5, kept=0, withdrawn=1, calendars=1)
    with acting_for(house.org.pk):
        fact = Fact.objects.get(type="person.erased")
        entry = AuditEntry.objects.get(action="person.erase")
    assert (fact.subject_id, fact.data) == (house.delia.pk, {"cancelled": 5, "kept": 0})
    assert (entry.member_id, entry.before, entry.after) == (house.mona.pk, None, {"cancelled": 5, "kept": 0})


def test_of_talks_about_them_only_that_there_was_one_stays(house: House) -> None:
    house.live()

    house.erase()

    with acting_for(house.org.pk):
        kept = [exchange for attempt in Attempt.objects.all() for exchange in attempt.exchanges]
    about = {"method": "GET", "status": 200, "milliseconds": 12}
    blank = {**about, "url": "https://crm.example/people", "request": "", "response": ""}
    others = {**about, "url": f"https://crm.example/people?search={OTHER}", "request": "?", "response": OTHER}
    assert (kept.count(blank), kept.count(others), len(kept)) == (6, 1, 7)


def test_what_is_known_of_their_mails_tells_of_nobody(house: House) -> None:
    bob, org = house.cast.bob, house.org
    person = make.person(org, member=bob, email=PRIVATE)
    with acting_for(org.pk):
        for one in (person.pk, bob.pk):
            wish(org.pk, one, Message.REMINDER, is_wanted=False, by=None, source="mail")
        wish(org.pk, house.alice.pk, Message.REMINDER, is_wanted=False, by=None, source="mail")
        known = {PRIVATE: None, "former@nowhere.example": person.pk, "bob@example.org": bob.pk}
        for address, recipient in known.items():
            note_trouble(org.pk, address, MailTrouble.Kind.BOUNCED, recipient=recipient)
        note_trouble(org.pk, "alice@example.org", MailTrouble.Kind.BOUNCED, recipient=house.alice.pk)
        link = stop_url(org, person.pk, Message.REMINDER, now=timezone.now()).rpartition("/")[2]

    house.erase(person=person, name=person.name)

    with acting_for(org.pk):
        assert unwanted_by(org.pk, [person.pk, bob.pk, house.alice.pk]) == {(house.alice.pk, "reminder")}
        assert MailPreference.objects.count() == 3, "facts are about them"
        assert {row.recipient for row in MailTrouble.objects.all()} == {None, house.alice.pk}
        for address in known:
            assert not MailTrouble.objects.filter(digest=digest_of(org.pk, address)).exists()
        assert trouble_with(org.pk, "alice@example.org") is not None
        with pytest.raises(LinkInvalid):
            stop_behind(org.pk, link)


def test_an_address_that_others_share_stays_known_for_them(house: House) -> None:
    make.person(house.org, name="Her sister", email=MAIL.upper())
    with acting_for(house.org.pk):
        note_trouble(house.org.pk, MAIL, MailTrouble.Kind.BOUNCED, recipient=None)

    house.erase()

    with acting_for(house.org.pk):
        assert trouble_with(house.org.pk, MAIL) is not None


def test_what_has_not_begun_is_cancelled_and_the_past_stays(house: House) -> None:
    house.live()

    house.erase()

    with acting_for(house.org.pk):
        person = Person.objects.get(pk=house.delia.pk)
        past = Booking.objects.get(pk=house.past.pk)
        ahead = Booking.objects.get(pk=house.ahead.pk)
        entry, series = Entry.objects.get(), Series.objects.get()
        assert not BusyFeed.objects.exists()
        assert not BusyTime.objects.exists()
        stay, grant = StudioAssignment.objects.get(), Grant.objects.get()
        message = BookingMessage.objects.get()
    assert (person.name, person.email, person.phone, person.user_id) == ("Erased person", "", "", None)
    assert person.erased_at is not None
    assert (past.status, past.title, past.person_id) == ("confirmed", "Erased person", person.pk)
    assert (ahead.status, ahead.title, ahead.note, ahead.reason) == ("cancelled", "Glaze", "", "The person was erased.")
    assert message.text == "Erased with the person."
    assert (entry.status, entry.title) == ("withdrawn", "Erased person")
    assert (series.title, series.ended_at is not None, set(states(series))) == ("Erased person", True, {"left_out"})
    assert (stay.note, stay.ends_on is not None, grant.note, grant.revoked_at) == ("", True, "", None)


def test_what_has_not_begun_can_be_kept_without_the_person(house: House) -> None:
    house.live()

    erased = house.erase(ahead="keep")

    with acting_for(house.org.pk):
        assert Booking.objects.get(pk=house.ahead.pk).status == "confirmed"
    assert (erased.cancelled, erased.kept) == (0, 5)
    assert states(house.series) == ["confirmed"] * 4


def test_what_was_offered_goes_to_the_next(house: House) -> None:
    house.live()
    second = make.person(house.org, name="Nadège")
    with acting_for(house.org.pk):
        sought = SearchWish(since=house.taken.starts_at, until=house.taken.ends_at, length=HOUR)
        join_waitlist(WaitWish("Bowls", sought, house.kiln.pk, second.pk), by=house.alice, source=Source.STAFF)
        cancel_booking(booking_for(house.alice, house.taken.pk), by=house.alice, source=Source.STAFF)
        offer_next(house.org.pk)
        assert Entry.objects.get(pk=house.entry.pk).status == "offered"

    house.erase()

    with acting_for(house.org.pk):
        offer = offer_next(house.org.pk)
        assert offer is not None
        assert offer.entry.person_id == second.pk


def test_a_member_is_one_no_more_and_the_account_stays(house: House, database: TestDatabase) -> None:
    bob = house.cast.bob
    person = make.person(house.org, member=bob)

    house.erase(person=person, name=person.name.upper())

    with acting_for(house.org.pk):
        assert Member.objects.get(pk=bob.pk).is_active is False
        assert Person.objects.get(pk=person.pk).user_id is None
    where = everywhere(database, bob.user.email)
    assert {column.partition(".")[0] for column in where} <= {"orgs_user", "account_emailaddress"}


def test_an_archived_teacher_loses_name_and_picture(house: House, database: TestDatabase) -> None:
    teacher = make.resource(house.org, kind=ResourceKind.PERSON, name=NAME)
    with acting_for(house.org.pk):
        Resource.objects.filter(pk=teacher.pk).update(
            person=house.delia, archived_at=timezone.now(), description=NAME, photo="0" * 64, photo_alt=NAME
        )

    house.erase()

    with acting_for(house.org.pk):
        teacher.refresh_from_db()
    assert (teacher.name, teacher.photo, teacher.photo_alt) == ("Erased person", "", "")
    assert everywhere(database, NAME) == set()


def bookable(house: House) -> dict[str, Any]:
    teacher = make.resource(house.org, kind=ResourceKind.PERSON)
    with acting_for(house.org.pk):
        Resource.objects.filter(pk=teacher.pk).update(person=house.delia)
    return {}


def admin(house: House) -> dict[str, Any]:
    ada = make.member(house.org, role=Role.ADMIN, name="Ada", email="ada@example.org")
    return {"person": make.person(house.org, member=ada), "name": "Ada"}


def another_admin_who_left(house: House) -> Member:
    left = make.member(house.org, role=Role.ADMIN, name="Lea", email="lea@example.org")
    with acting_for(house.org.pk):
        Member.objects.filter(pk=left.pk).update(is_active=False)
    return left


REFUSALS: dict[str, tuple[Callable[[House], dict[str, Any]], type[Infra24Error]]] = {
    "by staff": (lambda house: {"by": house.alice}, RoleTooLow),
    "another name": (lambda _house: {"name": "Delia"}, NameDiffers),
    "an older version": (lambda _house: {"version": 7}, Stale),
    "oneself": (lambda house: {"person": make.person(house.org, member=house.mona), "name": "Mona"}, ErasingOneself),
    "who can be booked": (bookable, BookableStill),
    "an admin by a manager": (admin, RoleNotYours),
    "the last admin": (lambda house: {**admin(house), "by": another_admin_who_left(house)}, LastAdmin),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_refusal_leaves_no_trace(house: House, database: TestDatabase, refusal: str) -> None:
    house.live()
    prepare, error = REFUSALS[refusal]
    asked = prepare(house)
    before = rows(database)

    with pytest.raises(error):
        house.erase(**asked)

    assert rows(database) == before


def rows(database: TestDatabase) -> list[Any]:
    with database.as_owner() as owner:
        return owner.execute(
            "SELECT p::text FROM people_person p UNION ALL SELECT b::text FROM bookings_booking b"
            " UNION ALL SELECT e::text FROM waitlist_entry e UNION ALL SELECT f::text FROM facts_fact f"
            " UNION ALL SELECT a::text FROM orgs_auditentry a UNION ALL SELECT m::text FROM orgs_member m ORDER BY 1"
        ).fetchall()


def test_nobody_is_erased_twice_or_from_elsewhere(house: House) -> None:
    house.erase()

    with pytest.raises(PersonNotFound):
        house.erase()
    stranger = make.person(house.cast.elsewhere, name=NAME)
    with pytest.raises(PersonNotFound):
        house.erase(person=Person(pk=stranger.pk, org_id=house.org.pk))


def test_five_bookings_take_no_more_statements_than_two(house: House) -> None:
    def counted(name: str, bookings: int) -> int:
        person = make.person(house.org, name=name)
        for _ in range(bookings):
            make.booking(house.alice, make.resource(house.org), person=person)
        with CaptureQueriesContext(connection) as queries:
            house.erase(person=person, name=name)
        return len(queries)

    assert counted("Five", 5) == counted("Two", 2)
