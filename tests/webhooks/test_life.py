"""From the proof of an address to its end: what an endpoint hears meanwhile, and who is told."""

from datetime import timedelta
from typing import Any

from infra24.core.ids import new_id
from infra24.orgs.tenancy import acting_for
from infra24.outbox import services as outbox
from infra24.outbox.models import Delivery, Destination
from infra24.outbox.queries import visible_destinations
from infra24.webhooks import services
from tests.recorded import audited, recorded_facts
from tests.webhooks.receiver import Reply
from tests.webhooks.story import Story

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


# --- Proof and tests ------------------------------------------------------------------------------


def test_nothing_leaves_before_the_address_is_proved_and_then_all_that_waited(story: Story) -> None:
    endpoint = story.endpoint(is_proved=False)
    story.happens()
    story.relay()
    assert story.receiver.got == []

    with acting_for(story.org_id):
        services.ask_for_proof(endpoint, by=story.dana, source="staff")
    story.relay()
    story.relay()

    assert story.receiver.types == ["endpoint.proof", "booking.confirmed"]
    assert all(message.is_ours for message in story.receiver.got)
    proof = story.receiver.got[0].body
    assert proof["data"] == {
        "organisation_id": str(story.org_id),
        "subject_id": str(endpoint.pk),
        "number": 2,
        "version": 1,
        "values": {},
    }
    assert (story.again(endpoint).condition, story.again(endpoint).answer) == ("active", "It answered 204.")
    with acting_for(story.org_id):
        assert recorded_facts()[-2:] == ["endpoint.proof_asked", "endpoint.proved"]
        assert audited()[-1] == "endpoint.prove"


def test_a_proof_that_is_refused_proves_nothing_and_is_not_repeated(story: Story) -> None:
    endpoint = story.endpoint(is_proved=False)
    story.receiver.always = Reply(403)
    with acting_for(story.org_id):
        services.ask_for_proof(endpoint, by=story.dana, source="staff")

    story.relay()
    story.relay(after=HOUR)

    found = story.again(endpoint)
    assert (found.condition, found.is_answer_good, found.is_waiting_for_answer) == ("unproved", False, False)
    assert found.answer.startswith("It answered 403.")
    assert len(story.receiver.got) == 1


def test_a_test_is_sent_however_the_endpoint_stands(story: Story) -> None:
    endpoint = story.endpoint()
    with acting_for(story.org_id):
        services.pause_endpoint(endpoint, reason="Moving.", by=story.dana, source="staff")
        services.ask_for_test(endpoint, by=story.dana, source="staff")

    story.relay()

    assert story.receiver.types == ["endpoint.test"]
    assert (story.again(endpoint).condition, story.again(endpoint).is_answer_good) == ("paused", True)


def test_resumed_at_the_console_unproved_it_is_paused_again_and_keeps_what_waits(story: Story) -> None:
    endpoint = story.endpoint(is_proved=False)
    story.happens()
    with acting_for(story.org_id):
        outbox.resume_destination(Destination.objects.get(pk=endpoint.destination_id), by=story.dana, source="staff")

    story.relay()

    assert story.receiver.got == []
    assert (story.again(endpoint).destination.state, story.deliveries(endpoint)[0].status) == ("paused", "pending")


# --- Its life -------------------------------------------------------------------------------------


def test_gone_ends_it_at_once_and_resuming_sends_what_waited_in_order(story: Story) -> None:
    endpoint = story.endpoint()
    story.receiver.replies = [Reply(410)]
    story.happens()
    story.relay()

    found = story.again(endpoint)
    assert (found.condition, found.disabled_because) == ("disabled", "It answered that it is gone for good (410).")
    booking_id = new_id()
    story.happens("booking.requested", booking_id=booking_id)
    story.happens("booking.confirmed", booking_id=booking_id)
    story.relay()
    assert len(story.receiver.got) == 1
    with acting_for(story.org_id):
        assert "endpoint.disabled" in recorded_facts()
        services.resume_endpoint(found, by=story.dana, source="staff")
    story.relay()
    assert story.receiver.types[1:] == ["booking.requested", "booking.confirmed"]
    assert story.again(endpoint).condition == "active"


def test_a_day_of_failures_is_told_once_and_five_end_it(story: Story, mailoutbox: list[Any]) -> None:
    endpoint = story.endpoint()
    story.receiver.always = Reply(500)
    story.happens()
    story.relay()
    assert story.again(endpoint).condition == "failing"

    for hours in (25, 30, 60):
        story.fails_since(endpoint, hours * HOUR)
        story.happens()
        story.relay(after=7 * HOUR)
    assert [mail.subject for mail in mailoutbox] == ["The webhook “Door” needs you"]
    assert f"/admin/webhooks/{endpoint.pk}" in mailoutbox[0].body
    story.fails_since(endpoint, 121 * HOUR)
    story.happens()
    story.relay(after=7 * HOUR)
    story.relay()

    assert story.again(endpoint).condition == "disabled"
    assert [mail.subject for mail in mailoutbox[1:]] == ["The webhook “Door” was ended"]
    with acting_for(story.org_id):
        assert [each for each in recorded_facts() if each.startswith("endpoint.")] == [
            "endpoint.added",
            "endpoint.failing",
            "endpoint.disabled",
        ]


def test_one_success_forgives(story: Story) -> None:
    endpoint = story.endpoint()
    story.fails_since(endpoint, 200 * HOUR)
    story.happens()

    story.relay(after=HOUR)

    found = story.again(endpoint)
    assert (found.condition, found.destination.failing_since) == ("active", None)


def test_the_night_warns_ends_and_gives_up_what_waited_a_month(story: Story) -> None:
    failing, dead, idle = (story.endpoint(name=name) for name in ("Failing", "Dead", "Idle"))
    story.receiver.always = Reply(500)
    story.happens()
    story.relay()
    now = story.clock.now
    story.fails_since(failing, 25 * HOUR)
    story.fails_since(dead, 121 * HOUR)
    with acting_for(story.org_id):
        services.pause_endpoint(idle, reason="Moving.", by=story.dana, source="staff")
        old = Delivery.objects.filter(destination_id=idle.destination_id)
        old.update(created_at=now - timedelta(days=31))

        said = services.look_after(story.org_id, now=now)
        again = services.look_after(story.org_id, now=now)

    assert said == "Warned of one webhook. Ended one webhook. Gave up one delivery."
    assert again == "No webhook needs anything."
    assert [story.again(each).condition for each in (failing, dead, idle)] == ["failing", "disabled", "paused"]
    assert [each.status for each in story.deliveries(idle)] == ["discarded"]


def test_between_nights_each_step_comes_when_it_is_due(story: Story, mailoutbox: list[Any]) -> None:
    endpoint = story.endpoint()
    story.fails_since(endpoint, 20 * HOUR)
    story.night()

    story.relay(after=4 * HOUR - MINUTE)
    assert (story.again(endpoint).warned_at, mailoutbox) == (None, [])
    story.relay(after=2 * MINUTE)
    story.relay()
    assert [mail.subject for mail in mailoutbox] == ["The webhook “Door” needs you"]
    for _half_day in range(8):
        story.relay(after=12 * HOUR - MINUTE)
    assert story.again(endpoint).condition == "failing"
    story.relay(after=12 * MINUTE)
    story.relay()
    assert story.again(endpoint).condition == "disabled"
    assert [mail.subject for mail in mailoutbox[1:]] == ["The webhook “Door” was ended"]


def test_one_timer_looks_after_all_webhooks_and_ends_with_the_last(story: Story) -> None:
    story.night()
    assert story.watches() == []
    endpoints = [story.endpoint(name=name) for name in ("Door", "Gate")]
    story.night()
    story.night()
    assert story.watches() == [("pending", "")]
    story.relay(after=13 * HOUR)
    assert story.watches() == [("pending", "No webhook needs anything.")]

    with acting_for(story.org_id):
        for endpoint in endpoints:
            services.remove_endpoint(endpoint, by=story.dana, source="staff")
    story.relay(after=13 * HOUR)
    assert story.watches() == [("delivered", "There is no webhook any more.")]


def test_resumed_at_the_console_it_begins_anew(story: Story) -> None:
    endpoint = story.endpoint()
    story.fails_since(endpoint, 121 * HOUR)
    now = story.clock.now
    with acting_for(story.org_id):
        services.look_after(story.org_id, now=now)
        outbox.resume_destination(Destination.objects.get(pk=endpoint.destination_id), by=story.dana, source="staff")

        said = services.look_after(story.org_id, now=now)

    assert said == "No webhook needs anything."
    assert story.again(endpoint).condition == "active"


def test_taken_away_while_it_was_being_told(story: Story) -> None:
    endpoint = story.endpoint()
    story.happens()
    story.receiver.always = Reply(500)
    story.relay()
    with acting_for(story.org_id):
        services.remove_endpoint(endpoint, by=story.dana, source="staff")
        Delivery.objects.filter(destination_id=endpoint.destination_id).update(status="pending")

        assert services.look_after(story.org_id, now=story.clock.now).endswith("Gave up one delivery.")
        assert [str(each) for each in visible_destinations(story.dana) if each.kind == "webhook"] == []
    story.happens()
    story.relay()
    assert len(story.receiver.got) == 1
