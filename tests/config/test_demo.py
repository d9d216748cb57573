"""The demo moves in, says how to sign in, and stays as people left it."""

import json
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import pytest
from django.conf import settings as house_settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, F
from django.test import Client
from pytest_django import Settings

from emulators.bloomerang.server import running
from infra24.bookings.ledger import ahead_of
from infra24.bookings.models import Booking, BookingMessage, BulkRun, Leg, Occurrence, Series, Source, Status
from infra24.config.demo.diary import Diary
from infra24.config.demo.history import AHEAD, BACK
from infra24.config.demo.story import ROUND, House, week
from infra24.config.management.commands.seed_demo import HOUSES
from infra24.config.subscriptions import REACTIONS
from infra24.crm.models import CrmConnection
from infra24.facilities.scopes import RuleScope
from infra24.facilities.services.rules import contradictions, read_rules
from infra24.facts.models import Fact, FactPending
from infra24.orgs.models import AuditEntry, Member, Organisation, User
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.orgs.themes import read_theme
from infra24.outbox.delivering import deliver_due
from infra24.outbox.models import Delivery
from infra24.people.models import BusyFeed, BusyTime, Person
from infra24.resources.models import AvailabilityRule, Resource, ResourceKind
from infra24.resources.queries import all_bookables
from infra24.waitlist.models import Entry, Offer
from tests.database import TestDatabase

TABLES = (
    "orgs_organisation", "orgs_user", "orgs_member", "orgs_key", "orgs_auditentry", "people_person",
    "resources_resource", "resources_availabilityrule", "resources_closure", "resources_feature",
    "resources_qualification", "resources_grant", "resources_resourceneed", "resources_studioassignment",
    "bookings_booking", "bookings_leg", "bookings_series", "bookings_occurrence", "waitlist_entry", "waitlist_offer",
    "people_busyfeed", "people_busytime",
    "facts_fact", "facts_factpending", "outbox_delivery",
)  # fmt: skip


@pytest.fixture(scope="module")
def lived_in(
    tmp_path_factory: pytest.TempPathFactory, database: TestDatabase, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Path]:
    """The data folder of a demo that has moved in, for all tests of this file; each takes back what it changes."""
    var = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr(house_settings, "DEMO", True)
        patch.setattr(house_settings, "VAR_DIR", var)
        call_command("seed_demo", stdout=StringIO())
        yield var
        database.empty()


def everything() -> dict[tuple[str, str], str]:
    """All rows the demo has written, digested by organisation and table."""
    digests = {}
    for organisation in Organisation.objects.all():
        with acting_for(organisation.pk), connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"SELECT md5(string_agg(t::text, ';' ORDER BY t::text)) FROM {table} t")
                digests[organisation.slug, table] = cursor.fetchone()[0]
    return digests


def told(var: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((var / "demo.json").read_text())
    return content


def organisations() -> Iterator[tuple[House, Organisation]]:
    """The three, each while it is acting."""
    for house in HOUSES:
        organisation = Organisation.objects.get(slug=house.slug)
        with acting_for(organisation.pk):
            yield house, organisation


# --- The stories -------------------------------------------------------------------


@pytest.mark.parametrize("house", HOUSES, ids=lambda house: house.slug)
def test_a_house_is_written_as_a_demo_needs_it(house: House) -> None:
    read_theme(house.theme)  # people can read it
    assert len(set(house.people)) == 40
    assert set(house.team) == set(Role)
    assert set(house.team.values()) < set(house.people)
    assert 8 <= len(house.things) <= 25
    assert {thing.kind for thing in house.things} == set(ResourceKind.values)
    assert any(thing.units == 6 for thing in house.things)
    assert all(0 <= occasion.week < ROUND for occasion in house.occasions)


def test_weekly_hours_are_read_from_lines() -> None:
    assert week("sat-sun 10:00-13:00", "sun 14:00-18:00", "mon 00:00-24:00") == {
        "mon": [("00:00", "24:00")],
        "tue": [], "wed": [], "thu": [], "fri": [],
        "sat": [("10:00", "13:00")],
        "sun": [("10:00", "13:00"), ("14:00", "18:00")],
    }  # fmt: skip


@pytest.mark.django_db
def test_no_house_says_rules_that_a_page_would_refuse(lived_in: Path) -> None:
    for _house, _organisation in organisations():
        manager = Member.objects.get(role=Role.MANAGER)
        for row in AvailabilityRule.objects.select_related("resource"):
            scope = RuleScope(kind=row.kind, resource=row.resource)
            assert contradictions(manager, read_rules(row.rules), scope=scope, valid_from=row.valid_from) == {}


# --- Moving in ---------------------------------------------------------------------


@pytest.mark.django_db
def test_three_organisations_move_in_with_their_people_and_things(lived_in: Path) -> None:
    found = {}
    for house, organisation in organisations():
        found[organisation.slug] = organisation.time_zone
        assert Resource.objects.count() == len(house.things)
        assert Person.objects.count() == 40
        assert dict(Member.objects.values_list("role").annotate(Count("id"))) == dict.fromkeys(Role, 1)
        assert all(person.email.endswith("@example.org") for person in Person.objects.exclude(email=""))
        hall = Resource.objects.annotate(n=Count("parts")).get(n=2)
        assert hall.kind == ResourceKind.SPACE
    assert found == {
        "seagrape": "America/New_York",
        "casa-manglar": "America/New_York",
        "high-plain": "America/Chicago",
    }


@pytest.mark.django_db
def test_bookings_lie_around_today_in_every_state_and_everything_is_used(lived_in: Path) -> None:
    now = datetime.now(UTC)
    states: set[str] = set()
    for _, organisation in organisations():
        today = now.astimezone(ZoneInfo(organisation.time_zone)).date()
        bookings = Booking.objects.filter(source=Source.IMPORT)
        days = {starts.date() for starts in bookings.values_list("wall_starts_at", flat=True)}
        assert min(days) >= today - BACK
        assert max(days) < today + AHEAD
        assert len(days) > 45  # of 56
        assert bookings.filter(legs__isnull=True).count() == 0
        assert bookings.filter(status=Status.PENDING, starts_at__lt=now - timedelta(minutes=5)).count() == 0
        assert bookings.filter(status__in=["declined", "cancelled"], reason="").count() == 0
        assert bookings.filter(created_at__gt=now).count() == 0
        assert bookings.filter(ends_at__lt=now - timedelta(minutes=5), status="confirmed", outcome="").count() == 0
        used = set(Leg.objects.filter(is_implied=False, is_blocking=True).values_list("resource_id", flat=True))
        assert set(Resource.objects.values_list("pk", flat=True)) == used
        states |= set(bookings.values_list("status", flat=True))
    assert states == set(Status.values)


@pytest.mark.django_db
def test_history_waits_for_nobody_while_what_was_just_booked_goes_out(lived_in: Path) -> None:
    for house, _ in organisations():
        imported = set(Booking.objects.filter(source=Source.IMPORT).values_list("pk", flat=True))
        booked = set(Booking.objects.exclude(source=Source.IMPORT).values_list("pk", flat=True))
        pending = Fact.objects.filter(pk__in=FactPending.objects.values("fact_id"))
        waiting = set(pending.exclude(type="booking.messaged").values_list("subject_id", flat=True))
        assert imported & waiting == set()
        assert booked <= waiting
        alone = Booking.objects.filter(pk__in=booked, occurrences=None, source__in=[Source.STAFF, Source.SELF])
        lively = len(house.lively.queues) + len(house.lively.at_the_door)
        assert 3 <= alone.count() - lively <= len(house.fresh)
        assert imported <= set(Fact.objects.values_list("subject_id", flat=True))


# --- What goes on just now --------------------------------------------------------------


@pytest.mark.django_db
def test_classes_and_meetings_repeat_with_a_date_skipped_and_one_moved(lived_in: Path) -> None:
    now = datetime.now(UTC)
    for house, _ in organisations():
        series = list(Series.objects.order_by("created_at", "pk"))
        assert [one.title for one in series] == [repeated.title for repeated in house.lively.repeated]
        assert all(ahead.booked for ahead in ahead_of(series, now=now))
        dates = Occurrence.objects.filter(series__in=series)
        gone_by = dates.filter(booking__ends_at__lt=now)
        assert set(gone_by.values_list("booking__outcome", flat=True)) <= {"attended"}
        if any(repeated.moved for repeated in house.lively.repeated):
            assert dates.filter(state="skipped", reasons__0__code="closure").count() >= 1
            assert dates.filter(is_override=True, state="booked").count() == 1


@pytest.mark.django_db
def test_some_wait_one_is_offered_what_was_given_back_and_one_waited_in_vain(lived_in: Path) -> None:
    now = datetime.now(UTC)
    for house, _ in organisations():
        given_back = [queue for queue in house.lively.queues if queue.given_back]
        live = Entry.objects.filter(status__in=["waiting", "offered"])
        assert live.count() == sum(len(queue.waiting) for queue in house.lively.queues)
        offers = Offer.objects.select_related("booking", "entry__person")
        assert [offer.entry.person.name for offer in offers] == [queue.waiting[0][0] for queue in given_back]
        for offer in offers:
            assert offer.expires_at > now + timedelta(hours=1)
            assert (offer.booking.status, offer.booking.expires_at) == ("hold", offer.expires_at)
        assert Entry.objects.filter(status="expired", until__lt=now).count() == len(house.lively.in_vain)


@pytest.mark.django_db
def test_teachers_are_busy_elsewhere_by_a_calendar_that_nobody_fetches(lived_in: Path) -> None:
    now = datetime.now(UTC)
    for house, _ in organisations():
        feeds = BusyFeed.objects.select_related("person")
        assert {feed.person.name for feed in feeds} == {one.whose for one in house.lively.elsewhere}
        assert all(feed.host.endswith("example.org") and feed.read_at for feed in feeds)
        assert BusyTime.objects.filter(starts_at__gt=now).count() > 20
        assert not Delivery.objects.filter(handler="calendars.poll_feed").exists()


@pytest.mark.django_db
def test_seagrape_has_a_guest_at_the_door_a_no_show_a_late_cancellation_rivals_and_a_word_to_many(
    lived_in: Path,
) -> None:
    now = datetime.now(UTC)
    with acting_for(Organisation.objects.get(slug=HOUSES[0].slug).pk):
        door = Booking.objects.get(check_in_until__gt=now, check_in_from__lte=now + timedelta(minutes=1))
        assert (door.status, door.checked_in_at, now - door.starts_at < timedelta(minutes=30)) == (
            "confirmed",
            None,
            True,
        )
        missed = Booking.objects.get(outcome="no_show", planned_ends_at__gt=F("ends_at"))
        assert missed.ends_at == missed.check_in_until
        late = Booking.objects.get(is_late_cancelled=True)
        assert late.cancel_until is not None
        assert (late.status, late.changed_at > late.cancel_until) == ("cancelled", True)
        first, second = Booking.objects.filter(status="pending", pending_blocks=False).exclude(source=Source.IMPORT)
        assert (first.starts_at, first.person_id == second.person_id) == (second.starts_at, False)
        run = BulkRun.objects.get()
        assert run.action == "message"
        assert BookingMessage.objects.count() == len(run.done) >= 3


@pytest.mark.django_db
def test_decisions_of_the_past_were_taken_by_staff(lived_in: Path) -> None:
    for house, _ in organisations():
        staff = Member.objects.get(role=Role.STAFF)
        entries = AuditEntry.objects.filter(source=Source.IMPORT, action__in=["booking.confirmed", "booking.declined"])
        assert {entry.member_id for entry in entries} == {staff.pk}, house.slug
        assert {entry.before["status"] for entry in entries if entry.before} == {"pending"}


@pytest.mark.django_db
def test_the_same_day_gives_the_same_diary(lived_in: Path) -> None:
    now = datetime.now(UTC)
    for house, organisation in organisations():
        slugs: dict[UUID, str] = dict(Resource.objects.values_list("pk", "slug"))
        things = {slugs[thing.id]: thing for thing in all_bookables(organisation.pk, since=now - BACK)}
        first, second = (
            list(Diary(house, things, {}, now=now).fill(now.date() - BACK, now.date() + AHEAD)) for _ in range(2)
        )
        assert first == second


@pytest.mark.django_db
def test_moving_in_twice_changes_nothing(lived_in: Path) -> None:
    before, sign_ins = everything(), told(lived_in)

    call_command("seed_demo", stdout=StringIO())

    assert everything() == before
    assert told(lived_in) == sign_ins


@pytest.mark.django_db
def test_weeks_later_the_empty_weeks_ahead_are_filled_around_what_people_booked(lived_in: Path) -> None:
    organisation = Organisation.objects.get(slug=HOUSES[0].slug)
    with acting_for(organisation.pk):
        # As if it had moved in two weeks ago.
        Booking.objects.filter(starts_at__gt=datetime.now(UTC) + timedelta(days=14)).update(source=Source.STAFF)
        before = Booking.objects.count()
    call_command("seed_demo", stdout=StringIO())
    with acting_for(organisation.pk):
        assert Booking.objects.count() > before + 20


# --- Signing in ---------------------------------------------------------------------


@pytest.mark.django_db
def test_every_role_of_every_house_gets_in_by_its_token(lived_in: Path) -> None:
    content = told(lived_in)
    assert [organisation["slug"] for organisation in content["organisations"]] == [house.slug for house in HOUSES]
    for organisation in content["organisations"]:
        assert set(organisation["roles"]) == {role.value for role in Role}
        for sign_in in organisation["roles"].values():
            assert set(sign_in) == {"email", "password", "token"}
            bearer = {"Authorization": f"Bearer {sign_in['token']}"}
            assert Client().get("/api/resources", headers=bearer).status_code == 200


@pytest.mark.django_db
def test_they_also_get_in_by_password(lived_in: Path) -> None:
    # Hashed once: fourteen times would be most of what the first start takes.
    assert User.objects.values("password").distinct().count() == 1
    for organisation, role in zip(told(lived_in)["organisations"], ("staff", "member", "admin"), strict=True):
        sign_in = organisation["roles"][role]
        assert Client().login(email=sign_in["email"], password=sign_in["password"])


@pytest.mark.django_db
def test_only_its_owner_reads_the_sign_ins(lived_in: Path) -> None:
    assert stat.S_IMODE((lived_in / "demo.json").stat().st_mode) == 0o600


@pytest.mark.django_db
def test_a_new_address_keeps_the_tokens_and_a_lost_file_makes_new_ones(lived_in: Path, settings: Settings) -> None:
    before = told(lived_in)
    settings.BASE_URL = "http://localhost:9999"
    call_command("seed_demo", stdout=StringIO())
    assert told(lived_in) == {**before, "base_url": "http://localhost:9999"}

    text = (lived_in / "demo.json").read_text()
    try:
        (lived_in / "demo.json").write_text("not what we wrote")
        call_command("seed_demo", stdout=StringIO())
        fresh = told(lived_in)["organisations"][0]["roles"]["staff"]["token"]
    finally:
        (lived_in / "demo.json").write_text(text)

    stale = before["organisations"][0]["roles"]["staff"]["token"]
    answers = [Client().get("/api/resources", headers={"Authorization": f"Bearer {t}"}) for t in (fresh, stale)]
    assert [answer.status_code for answer in answers] == [200, 401]


# --- The CRM -------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_crm_hears_of_what_was_just_booked_and_keeps_its_connection_at_a_new_address(
    lived_in: Path, tmp_path: Path, settings: Settings
) -> None:
    addresses = []
    for start in (1, 2):
        with running(tmp_path / "crm.sqlite") as url:
            settings.DEMO_CRM_URL, settings.CRM_ADDRESSES = url, [url]
            call_command("seed_demo", stdout=StringIO())
            addresses.append({c.base_url for _ in organisations() for c in CrmConnection.objects.all()})
            assert addresses[-1] == {url}
            if start == 1:
                # Until nothing is due: the confirmed ones with a person arrive, none of them twice.
                deliver_due(REACTIONS)
                journal = httpx.get(f"{url}/_emulator/journal").json()
                assert 5 <= sum(e["times"] for e in journal["effects"] if e["record_type"] == "Interaction") <= 20
                assert journal["extra_records"] == 0
    for _ in organisations():
        assert CrmConnection.objects.count() == 1
        assert Delivery.objects.filter(status=Delivery.Status.DEAD).count() == 0


@pytest.mark.django_db
def test_a_crm_that_is_not_there_is_named(lived_in: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra24.config.demo.connecting.PATIENCE_SECONDS", 0.3)
    settings.DEMO_CRM_URL = "http://127.0.0.1:9"
    settings.CRM_ADDRESSES = [settings.DEMO_CRM_URL]
    with pytest.raises(CommandError, match=r"demo CRM does not answer at http://127\.0\.0\.1:9"):
        call_command("seed_demo", stdout=StringIO())
