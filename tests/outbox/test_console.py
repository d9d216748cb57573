"""What the console tells: how destinations do, what failed for one cause, and all of one delivery."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from infra24.orgs.models import Member, Organisation
from infra24.orgs.tenancy import acting_for
from infra24.outbox.console import failed_groups, places
from infra24.outbox.failures import ConnectionBroken, Gone, Rejected, TransientFailure
from infra24.outbox.history import history_of
from infra24.outbox.models import Attempt, Delivery
from infra24.outbox.queries import deliveries as selected
from infra24.outbox.selecting import Selection
from infra24.outbox.services import pause_destination
from tests.outbox.story import (
    Story,
    cancelled,
    confirmed,
    crm_of,
    deliveries,
    organisation,
    staff_of,
    the_delivery,
)


@pytest.fixture
def story(db: None) -> Story:
    return Story()


@pytest.fixture
def org(db: None) -> Organisation:
    return organisation()


@pytest.fixture
def alice(org: Organisation) -> Member:
    return staff_of(org)


def refused(story: Story, org: Organisation, *notes: str) -> None:
    for _note in notes:
        confirmed(org)
    story.answers = [Rejected(note) for note in notes]
    story.run()


# --- By cause ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "notes",
    [
        ("Contact 4711 is not there.", "Contact 9 is not there."),
        ("“Ana” has no last name.", "“Ben Ode” has no last name."),
        ('There is no field "Level 1".', 'There is no field "Shoe size".'),
        ("Several fit: 12, 13. Merge them.", "Several fit: 1, 22, 333. Merge them."),
        ("No mail to ana@example.org today.", "No mail to b.o+x@example.com today."),
        (
            "Missing 0193aa00-1111-7000-8000-00000000000a here.",
            "Missing 7f93aa00-2222-4000-9000-0000000000ff here.",
        ),
        ("Broken since 2026-11-23 10:00:01.", "Broken since 2027-01-02 03:04:05."),
    ],
)
def test_failures_of_one_cause_stand_together(
    story: Story, org: Organisation, alice: Member, notes: tuple[str, ...]
) -> None:
    crm_of(org)
    refused(story, org, *notes, "Something else altogether.")

    with acting_for(org.pk):
        groups = failed_groups(alice)
        (alike,) = (group for group in groups if group.sample in notes)
        found = selected(alice, alike.selection)

        assert [group.count for group in sorted(groups, key=lambda group: group.count)] == [1, 2]
        assert sorted(one.note for one in found) == sorted(notes)


def test_destination_and_class_keep_failures_apart(story: Story, org: Organisation, alice: Member) -> None:
    for name in ("Boomerang", "Second"):
        crm_of(org, name)
    for _ in range(2):
        confirmed(org)
    story.answers = [Rejected("No."), Rejected("No."), Gone("No."), Rejected("No.")]
    story.run()

    with acting_for(org.pk):
        groups = failed_groups(alice)

    assert sorted((group.outcome, group.count) for group in groups) in (
        [("gone", 1), ("rejected", 1), ("rejected", 2)],
        [("gone", 1), ("rejected", 1), ("rejected", 1), ("rejected", 1)],
    )
    assert {group.destination_name for group in groups} == {"Boomerang", "Second"}
    assert {group.cure for group in groups if group.outcome == "gone"} == {
        "Restore the contact in the CRM and try again, or give it up."
    }


def test_the_newest_cause_comes_first_with_its_first_and_last(story: Story, org: Organisation, alice: Member) -> None:
    crm_of(org)
    refused(story, org, "Old.")
    story.clock.advance(timedelta(hours=1))
    refused(story, org, "New 1.")
    story.clock.advance(timedelta(hours=1))
    refused(story, org, "New 2.")

    with acting_for(org.pk):
        new, old = failed_groups(alice)

    assert (new.count, old.count, new.newest - new.oldest, old.sample) == (2, 1, timedelta(hours=1), "Old.")


def test_only_staff_see_what_failed(story: Story, org: Organisation) -> None:
    crm_of(org)
    refused(story, org, "No.")

    for viewer in (staff_of(org, "member"), staff_of(organisation("elsewhere"), "admin")):
        with acting_for(viewer.org_id):
            assert (failed_groups(viewer), places(viewer)) == ([], [])


def test_groups_and_places_cost_the_same_however_many(story: Story, org: Organisation, alice: Member) -> None:
    costs = []
    for number in range(3):
        crm = crm_of(org, f"CRM {number}")
        refused(story, org, *["No."] * (number + 1))
        with acting_for(org.pk):
            pause_destination(crm, reason="Stock-taking", by=alice, source="staff")
        with acting_for(org.pk), CaptureQueriesContext(connection) as statements:
            found = len(failed_groups(alice)), len(places(alice))
        costs.append((*found, len(statements)))

    assert costs == [(1, 1, costs[0][2]), (2, 2, costs[0][2]), (3, 3, costs[0][2])]


# --- How destinations do -----------------------------------------------------------


def test_a_destination_that_failed_for_good_is_red(story: Story, org: Organisation, alice: Member) -> None:
    crm_of(org)
    refused(story, org, "No.")

    with acting_for(org.pk):
        (place,) = places(alice)

    assert (place.colour, place.happened) == ("red", "Failed for good: 1.")


def test_whoever_paused_a_destination_is_named(org: Organisation, alice: Member) -> None:
    crm = crm_of(org)
    before = timezone.now()
    with acting_for(org.pk):
        pause_destination(crm, reason="Stock-taking", by=alice, source="staff")
        (place,) = places(alice)

    assert place.pause is not None
    assert (place.pause.by, place.pause.at >= before) == (str(alice.user), True)
    assert (place.colour, place.happened) == (
        "amber",
        f"{alice.user} has paused it: Stock-taking. Waiting: 0.",
    )


def test_a_key_that_is_refused_asks_an_admin(story: Story, org: Organisation, alice: Member) -> None:
    crm_of(org)
    confirmed(org)
    story.answers = [ConnectionBroken("The key is refused.")]
    story.run()

    with acting_for(org.pk):
        (place,) = places(alice)

    assert place.pause is not None
    assert (place.colour, place.pause.by) == ("red", None)
    assert place.happened == "We have paused it ourselves: The key is refused. Waiting: 1."
    assert place.act == "An admin must mend the connection, then resume it."


# --- One delivery -------------------------------------------------------------------


def test_neighbours_wait_in_their_order(story: Story, org: Organisation, alice: Member) -> None:
    crm_of(org)
    booking_id = confirmed(org)
    cancelled(org, booking_id)
    confirmed(org)
    story.answers = [TransientFailure("no answer")]
    for _ in range(2):  # of one subject one fact at a time
        story.hand_out()
    story.deliver_one()
    first, second = (one for one in deliveries(org) if one.subject_id == booking_id)

    with acting_for(org.pk):
        of_first, of_second = (history_of(one, viewer=alice) for one in (first, second))

    assert (of_first.waits_for, of_first.behind, of_first.waiting_behind) == (None, [second], 1)
    assert (of_second.waits_for, of_second.behind) == (first, [])
    assert of_second.next_step.startswith("It waits for an earlier one about the same subject")


def with_exchange(org: Organisation, delivery_id: UUID) -> Delivery:
    with acting_for(org.pk):
        Attempt.objects.create(
            org_id=org.pk,
            delivery_id=delivery_id,
            number=1,
            started_at=timezone.now(),
            ended_at=timezone.now(),
            outcome="rejected",
            exchanges=[
                {
                    "method": "GET",
                    "url": "https://crm.example.org/search?search=ana%40example.org",
                    "status": 422,
                    "request": '{"FirstName":"Ana","Id":7}',
                    "response": '{"Message":"Ring 305 555 0100"}',
                    "milliseconds": 12,
                }
            ],
        )
        return Delivery.objects.select_related("fact", "destination").get(pk=delivery_id)


@pytest.mark.parametrize("role", ["staff", "manager", "admin"])
def test_admins_alone_read_what_was_sent_about_people(story: Story, org: Organisation, role: str) -> None:
    crm_of(org)
    confirmed(org)
    story.hand_out()
    delivery = with_exchange(org, the_delivery(org).pk)
    viewer = staff_of(org, role)

    with acting_for(org.pk):
        history = history_of(delivery, viewer=viewer)
    (exchange,) = history.tries[0].exchanges

    told = f"{exchange.url} {exchange.request} {exchange.response}"
    seen = {word for word in ("ana%40example.org", "Ana", "305 555 0100") if word in told}
    assert seen == ({"ana%40example.org", "Ana", "305 555 0100"} if role == "admin" else set())
    assert (history.is_masked, exchange.status, '"Id":7' in exchange.request) == (role != "admin", 422, True)


def test_a_selection_is_kept_and_recalled() -> None:
    now = timezone.now()
    selection = Selection(
        ("dead",), UUID(int=1), UUID(int=2), "booking.confirmed", "rejected", "0" * 32, "text", now, now
    )

    assert Selection.recalled(selection.kept()) == selection
    assert Selection.recalled(Selection().kept()) == Selection()


def test_a_selection_narrows_by_all_it_says(story: Story, org: Organisation, alice: Member) -> None:
    crm_of(org)
    refused(story, org, "No name.", "No field.")
    booking_id = confirmed(org)
    cancelled(org, booking_id)
    story.run()
    now = timezone.now()

    def count(selection: Selection) -> int:
        with acting_for(org.pk):
            return selected(alice, selection).count()

    assert {
        "all": count(Selection()),
        "text": count(Selection(text="NAME")),
        "type": count(Selection(fact_type="booking.cancelled")),
        "subject": count(Selection(subject_id=booking_id)),
        "outcome": count(Selection(outcome="rejected")),
        "since": count(Selection(since=now + timedelta(days=1))),
        "until": count(Selection(until=now + timedelta(days=1))),
        "both": count(Selection(statuses=("dead",), text="field")),
    } == {"all": 4, "text": 1, "type": 1, "subject": 2, "outcome": 2, "since": 0, "until": 4, "both": 1}
