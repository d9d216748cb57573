"""What the CRM hears of bookings, against a CRM that can fail."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from emulators.bloomerang.server import DEFAULT_KEY
from infra24.bookings.models import Booking
from infra24.crm.models import CrmActivity, CrmLink
from infra24.facts.models import Fact
from infra24.orgs.models import Organisation
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Attempt, Delivery
from infra24.people.models import Person
from tests import make
from tests.crm.story import Story
from tests.emulators.bloomerang import BOOKING_FIELD, PERSON_FIELD, answered, create
from tests.make import NOON

SOON = timedelta(seconds=10)


def custom(record: dict[str, Any], field: int) -> str | None:
    return next((value["Value"]["Value"] for value in record["CustomValues"] if value["FieldId"] == field), None)


def test_a_confirmed_booking_becomes_a_contact_and_an_activity(story: Story) -> None:
    booking = story.book(title="Firing")

    assert story.run() == ["Told Boomerang how the booking stands."]

    (bob,) = story.people()
    assert (bob["FirstName"], bob["LastName"], bob["PrimaryEmail"]["Value"]) == ("Bob", "Díaz", "bob@example.org")
    assert custom(bob, PERSON_FIELD) == str(story.bob.pk)
    visit = story.the_activity()
    assert visit["AccountId"] == bob["Id"]
    assert (visit["Channel"], visit["Purpose"], visit["Subject"]) == ("InPerson", "ImpactCultivation", "Firing")
    assert visit["Note"].startswith("Kiln 2, ")
    assert custom(visit, BOOKING_FIELD) == str(booking.pk)


def test_what_was_asked_and_answered_is_kept_without_the_key(story: Story) -> None:
    story.book(title="Firing")
    story.run()

    with acting_for(story.org.pk):
        (attempt,) = Attempt.objects.filter(delivery__destination__kind="crm")
    last = attempt.exchanges[-1]
    assert (last["method"], last["url"], last["status"]) == ("POST", f"{story.url}/v2/interaction", 200)
    assert "Firing" in last["request"]
    assert "Firing" in last["response"]
    assert DEFAULT_KEY not in str(attempt.exchanges)


def test_the_day_is_the_organisation_s_own(story: Story) -> None:
    late = datetime.combine((NOON + timedelta(days=1)).date(), datetime.min.time(), UTC) + timedelta(hours=1)
    story.book(starts_at=late)  # one o'clock at night in UTC, evening in New York
    story.run()

    day = late.astimezone(ZoneInfo("America/New_York")).date()
    assert story.the_activity()["Date"] == day.isoformat() != late.date().isoformat()


def test_changes_and_cancellations_reach_the_same_activity(story: Story) -> None:
    booking = story.book(title="Firing")
    story.run()
    first = story.the_activity()
    later = NOON + timedelta(days=2)
    story.change(booking, starts_at=later, ends_at=later + timedelta(hours=1), title="Glazing")
    story.run()
    moved = story.the_activity()
    story.cancel(booking)
    story.run()
    ended = story.the_activity()

    assert first["Id"] == moved["Id"] == ended["Id"]
    assert (moved["Subject"], ended["Subject"]) == ("Glazing", "Cancelled: Glazing")
    assert moved["Date"] > first["Date"]


def test_ten_edits_that_waited_become_one_write(story: Story) -> None:
    booking = story.book(title="Title 0")
    for number in range(1, 10):
        story.change(booking, title=f"Title {number}")

    notes = story.run()

    assert story.the_activity()["Subject"] == "Title 9"
    assert notes[1:] == ["Nothing to tell: they know already, or never heard of it."] * 9
    effects = {(e["record_type"], e["change"]): e["times"] for e in story.journal()["effects"]}
    assert effects == {("Constituent", "created"): 1, ("Interaction", "created"): 1}


def test_two_bookings_of_one_person_share_a_contact(story: Story) -> None:
    story.book()
    story.book(starts_at=NOON + timedelta(days=1))
    story.run()

    assert (len(story.people()), len(story.activities())) == (1, 2)


def test_a_booking_without_a_person_sends_nothing(story: Story) -> None:
    story.book(person=None)

    assert story.run() == ["Nothing to tell: no person."]
    assert story.deliveries()[0].status == "delivered"
    assert (story.people(), story.activities()) == ([], [])


def test_what_never_was_certain_is_never_told(story: Story) -> None:
    make.opening_hours(story.org, rules={**make.open_week(), "approval": "always"}, resource=story.kiln)
    make.person(story.org, member=story.cast.bob)
    story.cancel(make.booking(story.cast.bob, story.kiln))
    story.cancel(story.book(status="hold", starts_at=NOON + timedelta(days=1)))

    assert set(story.run()) == {"Nothing to tell: they know already, or never heard of it."}
    assert story.activities() == []


def test_a_dry_run_says_what_it_would_do(story: Story) -> None:
    story.connect(is_dry_run=True)
    story.book()

    assert story.run() == ["Dry run: nothing was sent. 1 activities would have been written."]
    assert (story.people(), story.activities()) == ([], [])


def test_a_booking_given_to_somebody_else_moves_to_their_contact(story: Story) -> None:
    booking = story.book(title="Firing")
    story.run()
    dora = make.person(story.org, name="Dora Ek", email="dora@example.org")
    story.change(booking, person_id=dora.pk)
    story.run()

    subjects = {activity["AccountId"]: activity["Subject"] for activity in story.activities()}
    names = {person["Id"]: person["FirstName"] for person in story.people()}
    assert {names[account]: subject for account, subject in subjects.items()} == {
        "Bob": "Cancelled: Firing",
        "Dora": "Firing",
    }


def test_activities_beyond_the_first_page_are_found(story: Story) -> None:
    booking = story.book()
    story.run()
    (bob,) = story.people()
    for number in range(60):
        answered(
            story.crm.post(
                "/v2/interaction",
                json={"AccountId": bob["Id"], "Date": "2026-01-01", "Channel": "Phone", "Purpose": "Other"}
                | {"Subject": f"Call {number}"},
            )
        )
    with acting_for(story.org.pk):
        CrmActivity.objects.all().update(remote_key="", told="")  # as if the answer had been lost
    story.change(booking, title="Glazing")
    story.run()

    assert story.journal()["extra_records"] == 0


# --- Who is who ---------------------------------------------------------------------------


def test_a_contact_with_the_same_address_and_name_is_linked_and_stamped(story: Story) -> None:
    known = create(
        story.crm,
        FirstName="Robert",
        LastName="Díaz",
        JobTitle="Potter",
        PrimaryEmail={"Value": "Bob@example.org", "IsPrimary": True},
        PrimaryPhone={"Number": "+1 305 555 0100", "IsPrimary": True},
    )
    with acting_for(story.org.pk):
        Person.objects.filter(pk=story.bob.pk).update(name="Rob Díaz")
    story.book()
    story.run()

    (bob,) = story.people()
    assert (bob["Id"], custom(bob, PERSON_FIELD), story.link().how) == (known["Id"], str(story.bob.pk), "matched")
    untouched = ("FirstName", "LastName", "JobTitle", "PrimaryEmail", "PrimaryPhone", "Status")
    assert {name: _unaudited(bob[name]) for name in untouched} == {name: _unaudited(known[name]) for name in untouched}


def _unaudited(value: Any) -> Any:
    """Without the second in which the CRM last wrote it down."""
    return {key: part for key, part in value.items() if key != "AuditTrail"} if isinstance(value, dict) else value


def test_a_relative_on_the_same_address_stays_another_person(story: Story) -> None:
    create(story.crm, FirstName="Ana", LastName="Díaz", PrimaryEmail={"Value": "bob@example.org", "IsPrimary": True})
    story.book()
    story.run()

    assert sorted(person["FirstName"] for person in story.people()) == ["Ana", "Bob"]


def test_a_contact_that_is_somebody_else_s_is_not_taken(story: Story) -> None:
    create(
        story.crm,
        FirstName="Bob",
        LastName="Díaz",
        PrimaryEmail={"Value": "bob@example.org", "IsPrimary": True},
        CustomValues=[{"FieldId": PERSON_FIELD, "Value": "somebody else"}],
    )
    story.book()
    story.run()

    assert len(story.people()) == 2


def test_several_contacts_that_fit_are_a_person_s_decision(story: Story) -> None:
    for _ in range(2):
        create(
            story.crm, FirstName="Bob", LastName="Díaz", PrimaryEmail={"Value": "bob@example.org", "IsPrimary": True}
        )
    story.book()

    (note,) = story.run()

    assert note.startswith("Several contacts in Boomerang fit this person:")
    assert (story.deliveries()[0].status, story.activities()) == ("dead", [])


def test_a_person_with_one_name_is_a_person_s_decision(story: Story) -> None:
    story.book(person=make.person(story.org, name="Cher", email="cher@example.org"))

    assert story.run() == ["The CRM needs a first and a last name. Complete the person's name, then try again."]


def test_a_contact_that_staff_merged_is_found_by_our_id(story: Story) -> None:
    story.book()
    story.run()
    (bob,) = story.people()
    answered(story.crm.delete(f"/v2/constituent/{bob['Id']}"))
    kept = create(
        story.crm,
        FirstName="Bob",
        LastName="Díaz",
        CustomValues=[{"FieldId": PERSON_FIELD, "Value": str(story.bob.pk)}],
    )
    story.book(starts_at=NOON + timedelta(days=1))
    story.run()

    assert story.the_activity()["AccountId"] == kept["Id"]
    assert story.link().remote_key == str(kept["Id"])


def test_a_contact_that_staff_deleted_is_not_made_again(story: Story) -> None:
    story.book()
    story.run()
    (bob,) = story.people()
    answered(story.crm.delete(f"/v2/constituent/{bob['Id']}"))
    story.book(starts_at=NOON + timedelta(days=1))

    note = story.run()[-1]

    assert note == "This person's contact is no longer in the CRM. Restore it there, then try again."
    assert (story.people(), story.deliveries()[-1].outcome) == ([], "gone")
    assert story.link().state == CrmLink.State.ORPHANED


def test_an_activity_that_staff_deleted_is_not_made_again(story: Story) -> None:
    booking = story.book()
    story.run()
    answered(story.crm.delete(f"/v2/interaction/{story.the_activity()['Id']}"))
    story.change(booking, title="Glazing")
    story.run()

    assert (story.activities(), story.deliveries()[-1].outcome) == ([], "gone")


# --- When the CRM fails -----------------------------------------------------------------------


@pytest.mark.parametrize("path", ["POST /v2/constituent", "POST /v2/interaction"])
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "timeout_after_commit"},
        {"kind": "reset"},
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 503, "effect": True},
        {"kind": "wrong_body"},
    ],
    ids=lambda fault: "-".join(map(str, fault.values())),
)
def test_a_create_that_failed_is_looked_for_before_it_is_repeated(
    story: Story, path: str, fault: dict[str, Any]
) -> None:
    booking = story.book()
    story.fail(match=path, times=1, **fault)

    story.run()
    assert story.outcomes() == ["unknown"]
    story.run(later=SOON)

    assert story.outcomes() == ["unknown", "delivered"]
    assert (len(story.people()), custom(story.the_activity(), BOOKING_FIELD)) == (1, str(booking.pk))
    assert story.journal()["extra_records"] == 0


@pytest.mark.parametrize(
    "fault", [{"kind": "status", "status": 502}, {"kind": "reset"}, {"kind": "timeout_after_commit"}]
)
def test_reading_and_changing_are_simply_repeated(story: Story, fault: dict[str, Any]) -> None:
    booking = story.book()
    story.fail(match="GET *", times=1, **fault)
    story.run()
    story.run(later=SOON)
    story.change(booking, title="Glazing")
    story.fail(match="PUT *", times=1, **fault)
    story.run()
    story.run(later=SOON)

    assert story.outcomes() == ["transient", "delivered", "transient", "delivered"]
    assert story.the_activity()["Subject"] == "Glazing"


def test_being_told_to_slow_down_is_obeyed(story: Story) -> None:
    story.book()
    story.fail(kind="status", status=429, retry_after=90, times=1)
    assert story.run() == ["Boomerang asked us to slow down."]
    received = story.journal()["received"]

    story.run(later=timedelta(seconds=80))
    assert story.journal()["received"] == received
    story.run(later=timedelta(seconds=11))

    assert story.outcomes() == ["throttled", "delivered"]
    assert story.deliveries()[0].failures == 0


def test_a_key_that_is_refused_pauses_the_connection_until_it_is_renewed(story: Story) -> None:
    story.book()
    story.fail(kind="status", status=401)
    story.run()
    assert story.destination().state == "paused"
    with acting_for(story.org.pk):
        assert Fact.objects.filter(type="destination.paused").count() == 1
    story.book(starts_at=NOON + timedelta(days=1))
    story.run(later=timedelta(days=3))
    assert [delivery.status for delivery in story.deliveries()] == ["pending", "pending"]

    story.mend()
    story.connect()
    story.run()

    assert [delivery.status for delivery in story.deliveries()] == ["delivered", "delivered"]
    assert len(story.activities()) == 2


def test_refused_data_becomes_a_dead_letter_that_names_fields_and_no_people(story: Story) -> None:
    with acting_for(story.org.pk):
        Person.objects.filter(pk=story.bob.pk).update(email="bob")
    story.book()

    (note,) = story.run()

    assert story.deliveries()[0].status == "dead"
    assert note.startswith("Boomerang refused what we sent: PrimaryEmail")
    assert not any(word in note for word in ("Bob", "Díaz"))


def test_nothing_about_people_reaches_the_log(story: Story, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    story.book()
    story.fail(match="POST /v2/interaction", kind="status", status=500, times=1)
    story.run()
    story.run(later=SOON)

    assert story.key not in caplog.text
    assert not any(word in caplog.text for word in ("Bob", "Díaz", "bob@example.org", "bob%40example.org"))


def test_another_organisation_s_bookings_stay_at_home(story: Story) -> None:
    elsewhere: Organisation = story.cast.elsewhere
    dora = make.person(elsewhere, name="Dora Ek", email="dora@example.org")
    make.booking(story.cast.charlie, make.resource(elsewhere), person=dora, status="confirmed")
    story.run()

    assert story.people() == []
    with acting_for(elsewhere.pk):
        assert not Delivery.objects.filter(destination__kind="crm").exists()
        assert Booking.objects.count() == 1
