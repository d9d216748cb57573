"""Deliveries made once more, many at once: counted, some each minute, each once, and stopped."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError
from django.utils import timezone

from infra24.core.errors import Infra24Error
from infra24.facts.models import Fact
from infra24.orgs.models import AuditEntry, Member, Organisation
from infra24.orgs.tenancy import acting_for
from infra24.outbox import replaying
from infra24.outbox.discarding import discard_all
from infra24.outbox.errors import (
    NothingSelected,
    OnlyFailedReplayed,
    ReasonMissing,
    ReplayOver,
    ReplayRunning,
    TooManySelected,
)
from infra24.outbox.failures import Rejected
from infra24.outbox.models import Delivery, Destination, Replay
from infra24.outbox.reactions import Reactions
from infra24.outbox.replaying import preview, start_replay, stop_replay
from infra24.outbox.selecting import Selection
from tests.make import NOON
from tests.outbox.story import Story, confirmed, crm_of, deliveries, organisation, staff_of, statuses

MINUTE = timedelta(minutes=1)


class ReplayStory(Story):
    """A story whose clock also brings replays round."""

    def __init__(self) -> None:
        super().__init__()
        self.reactions = Reactions(
            subscriptions=self.reactions.subscriptions,
            handlers={**self.reactions.handlers, replaying.TIMER: replaying.go_on},
        )


@pytest.fixture
def story(db: None) -> ReplayStory:
    return ReplayStory()


@pytest.fixture
def org(db: None) -> Organisation:
    return organisation()


@pytest.fixture
def alice(org: Organisation) -> Member:
    return staff_of(org, "manager")


@pytest.fixture
def crm(org: Organisation) -> Destination:
    return crm_of(org)


def failed(story: Story, org: Organisation, *notes: str) -> list[UUID]:
    """Deliveries that were refused with these notes, about a booking each; return the bookings."""
    bookings = [confirmed(org) for _ in notes]
    story.clock.now = timezone.now()
    story.answers = [Rejected(note) for note in notes]
    story.run()
    # What follows happens later by both clocks, the story's and the services'.
    story.clock.now = timezone.now()
    return bookings


def started(crm: Destination, by: Member, selection: Selection = Selection(), **more: Any) -> Replay:  # noqa: B008
    with acting_for(by.org_id):
        return start_replay(crm, selection, by=by, source="staff", **more)


def as_it_is(replay: Replay) -> Replay:
    with acting_for(replay.org_id):
        return Replay.objects.get(pk=replay.pk)


def audited(org: Organisation) -> list[str]:
    with acting_for(org.pk):
        return list(AuditEntry.objects.order_by("at", "id").values_list("action", flat=True))


def facts_of(replay: Replay) -> list[tuple[str, dict[str, Any]]]:
    with acting_for(replay.org_id):
        return list(Fact.objects.filter(subject_id=replay.pk).order_by("number").values_list("type", "data"))


def test_so_many_go_out_a_minute_and_each_once(
    story: ReplayStory, org: Organisation, alice: Member, crm: Destination
) -> None:
    bookings = failed(story, org, *["no such field"] * 5)

    replay = started(crm, alice, per_minute=2)
    story.clock.now = timezone.now()
    heard = []
    for _minute in range(4):
        story.run()
        heard.append(len(story.heard))
        story.clock.advance(MINUTE)

    assert heard == [2, 4, 5, 5]
    assert {job.subject_id for job in story.jobs[5:]} == set(bookings)
    replay = as_it_is(replay)
    assert (replay.state, replay.total, replay.replayed) == ("done", 5, 5)
    assert facts_of(replay) == [
        ("replay.started", {"destination_id": str(crm.pk), "total": 5}),
        ("replay.ended", {"replayed": 5, "state": "done"}),
    ]
    assert audited(org) == ["replay.start"]


def test_replays_keep_the_facts_and_their_order(
    story: ReplayStory, org: Organisation, alice: Member, crm: Destination
) -> None:
    booking_id = confirmed(org)
    confirmed(org, booking_id)
    story.answers = [Rejected("no")] * 2
    story.run()
    story.clock.now = timezone.now()

    started(crm, alice, per_minute=1)
    for _minute in range(3):
        story.clock.advance(MINUTE)
        story.run()

    assert story.heard == [("booking.confirmed", 1), ("booking.confirmed", 2)]
    assert [job.fact_id for job in story.jobs[:2]] == [job.fact_id for job in story.jobs[2:]]


def test_what_fails_once_more_is_not_replayed_a_second_time(
    story: ReplayStory, org: Organisation, alice: Member, crm: Destination
) -> None:
    failed(story, org, "no", "no")
    replay = started(crm, alice, per_minute=1)
    story.answers = [Rejected("still no")] * 2

    for _minute in range(5):
        story.clock.advance(MINUTE)
        story.run()

    assert len(story.jobs) == 4
    assert statuses(deliveries(org)).count("dead") == 2
    assert (as_it_is(replay).state, as_it_is(replay).replayed) == ("done", 2)


def test_only_what_was_asked_for_and_seen_goes_out(
    story: ReplayStory, org: Organisation, alice: Member, crm: Destination
) -> None:
    failed(story, org, 'Contact "Ana" has no name.', 'Contact "Ben" has no name.', "No such field.")
    with acting_for(org.pk):
        seen = preview(Selection(text="NO NAME"), viewer=alice)
    failed(story, org, 'Contact "Eve" has no name.')

    replay = started(crm, alice, Selection(text="NO NAME"), settled_before=seen.settled_before)
    story.clock.advance(MINUTE)
    story.run()

    assert (seen.count, as_it_is(replay).total, as_it_is(replay).replayed) == (2, 2, 2)
    assert sorted(one.note for one in deliveries(org) if one.status == "dead") == [
        'Contact "Eve" has no name.',
        "No such field.",
    ]


def test_a_replay_is_stopped_and_nothing_more_goes_out(
    story: ReplayStory, org: Organisation, alice: Member, crm: Destination
) -> None:
    failed(story, org, *["no"] * 3)
    replay = started(crm, alice, per_minute=1)
    story.clock.now = timezone.now()
    story.run()

    with acting_for(org.pk):
        stop_replay(replay, by=alice, source="staff")
    for _minute in range(3):
        story.clock.advance(MINUTE)
        story.run()

    replay = as_it_is(replay)
    assert (len(story.heard), replay.state, replay.replayed, replay.stopped_by_id) == (1, "stopped", 1, alice.pk)
    assert audited(org) == ["replay.start", "replay.stop"]
    assert facts_of(replay)[-1] == ("replay.ended", {"replayed": 1, "state": "stopped"})
    _refused(ReplayOver, lambda: stop_replay(replay, by=alice, source="staff"), org)
    started(crm, alice)


def test_a_replay_waits_while_its_destination_is_paused(
    story: ReplayStory, org: Organisation, alice: Member, crm: Destination
) -> None:
    failed(story, org, "no")
    replay = started(crm, alice)
    with acting_for(org.pk):
        Destination.objects.filter(pk=crm.pk).update(state="paused")
    story.clock.now = timezone.now()
    story.run()
    assert (as_it_is(replay).state, as_it_is(replay).replayed) == ("running", 0)

    with acting_for(org.pk):
        Destination.objects.filter(pk=crm.pk).update(state="active")
    story.clock.advance(MINUTE)
    story.run()
    assert (as_it_is(replay).state, as_it_is(replay).replayed) == ("done", 1)


def test_a_round_that_comes_twice_keeps_the_pace(
    story: ReplayStory, org: Organisation, alice: Member, crm: Destination
) -> None:
    failed(story, org, *["no"] * 3)
    replay = started(crm, alice, per_minute=1)
    story.clock.now = timezone.now()
    story.run()
    with acting_for(org.pk):
        Delivery.objects.filter(handler=replaying.TIMER).update(due_at=story.clock.now)  # as after a lost worker

    story.run()

    assert as_it_is(replay).replayed == 1


def test_whoever_began_it_may_leave_meanwhile(
    story: ReplayStory, org: Organisation, alice: Member, crm: Destination
) -> None:
    failed(story, org, "no")
    replay = started(crm, alice)
    with acting_for(org.pk):
        Member.objects.filter(pk=alice.pk).update(role="member")

    story.clock.now = timezone.now()
    story.run()

    assert as_it_is(replay).replayed == 1


def test_webhooks_alone_are_sent_again_what_they_have_taken(
    story: ReplayStory, org: Organisation, alice: Member, crm: Destination
) -> None:
    confirmed(org)
    story.run()
    story.clock.now = timezone.now()
    taken = Selection(statuses=("delivered",))
    _refused(OnlyFailedReplayed, lambda: start_replay(crm, taken, by=alice, source="staff"), org)

    with acting_for(org.pk):
        Destination.objects.filter(pk=crm.pk).update(kind="webhook")
        crm.refresh_from_db()
    replay = started(crm, alice, taken)
    story.clock.now = timezone.now()
    story.run()

    assert as_it_is(replay).replayed == 1
    assert [one.status for one in deliveries(org) if not one.is_timer] == ["delivered"]
    assert [job.number for job in story.jobs] == [1, 1]


def test_refusals_leave_no_trace(story: ReplayStory, org: Organisation, alice: Member, crm: Destination) -> None:
    _refused(NothingSelected, lambda: start_replay(crm, Selection(), by=alice, source="staff"), org)
    failed(story, org, "no")
    started(crm, alice)
    before = len(deliveries(org)), audited(org)

    _refused(ReplayRunning, lambda: start_replay(crm, Selection(), by=alice, source="staff"), org)

    assert (len(deliveries(org)), audited(org)) == before


def test_two_destinations_are_replayed_at_once(
    story: ReplayStory, org: Organisation, alice: Member, crm: Destination
) -> None:
    other = crm_of(org, "Second")
    confirmed(org)
    story.answers = [Rejected("no")] * 2
    story.run()

    replays = [started(crm, alice), started(other, alice)]

    assert [replay.total for replay in replays] == [1, 1]


@pytest.mark.parametrize(
    ("constraint", "changed"),
    [
        ("replay_one_running", {}),
        ("replay_state_known", {"state": "lost", "finished_at": NOON}),
        ("replay_pace_positive", {"per_minute": 0}),
        ("replay_over_when_finished", {"finished_at": NOON}),
        ("replay_over_when_finished", {"state": "done"}),
    ],
)
def test_postgresql_refuses_what_the_services_never_do(
    org: Organisation, alice: Member, crm: Destination, constraint: str, changed: dict[str, Any]
) -> None:
    row = {"destination": crm, "selection": {}, "settled_before": NOON, "per_minute": 1, "total": 1, "org_id": org.pk}
    row |= {"started_by": alice, "source": "staff", "started_at": NOON, "goes_on_at": NOON}
    with acting_for(org.pk):
        Replay.objects.create(**row)
    other = {**row, "destination": crm_of(org, "Second"), **changed} if changed else row

    with pytest.raises(IntegrityError, match=constraint), acting_for(org.pk):
        Replay.objects.create(**other)


# --- Giving up many ---------------------------------------------------------------


def test_many_are_given_up_with_one_reason_and_a_line_each(
    story: ReplayStory, org: Organisation, alice: Member, crm: Destination
) -> None:
    failed(story, org, "No name.", "No name.", "No such field.")

    with acting_for(org.pk):
        count = discard_all(Selection(text="No name"), reason=" Old. ", by=alice, source="staff")

    assert (count, audited(org)) == (2, ["delivery.discard"] * 2)
    assert sorted((one.status, one.note) for one in deliveries(org)) == [
        ("dead", "No such field."),
        *[("discarded", "Old.")] * 2,
    ]


def test_what_waits_or_failed_since_is_not_given_up(
    story: ReplayStory, org: Organisation, alice: Member, crm: Destination
) -> None:
    failed(story, org, "no")
    seen_at = timezone.now()
    failed(story, org, "no")
    confirmed(org)
    story.hand_out()

    with acting_for(org.pk):
        assert discard_all(Selection(), reason="Old.", by=alice, source="staff", settled_before=seen_at) == 1

    assert sorted(statuses(deliveries(org))) == ["dead", "discarded", "pending"]


def test_giving_up_many_is_refused_without_trace(
    story: ReplayStory, org: Organisation, alice: Member, crm: Destination, monkeypatch: pytest.MonkeyPatch
) -> None:
    _refused(NothingSelected, lambda: discard_all(Selection(), reason="Old.", by=alice, source="staff"), org)
    failed(story, org, "no", "no")
    _refused(ReasonMissing, lambda: discard_all(Selection(), reason=" ", by=alice, source="staff"), org)
    monkeypatch.setattr("infra24.outbox.discarding.MOST_AT_ONCE", 1)
    _refused(TooManySelected, lambda: discard_all(Selection(), reason="Old.", by=alice, source="staff"), org)

    assert (statuses(deliveries(org)), audited(org)) == (["dead", "dead"], [])


def test_strangers_count_nothing(story: ReplayStory, org: Organisation, crm: Destination) -> None:
    failed(story, org, "no")
    elsewhere = staff_of(organisation("elsewhere"), "manager")
    bob = staff_of(org, "member")

    for viewer in (elsewhere, bob):
        with acting_for(viewer.org_id):
            assert preview(Selection(destination_id=crm.pk), viewer=viewer).count == 0


def _refused(error: type[Infra24Error], action: Callable[[], object], org: Organisation) -> None:
    with pytest.raises(error), acting_for(org.pk):
        action()
