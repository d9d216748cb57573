"""What endpoints hear, over real HTTP: signed, in order, and what each of their answers leads to."""

import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jsonschema_rs
import pytest
from django.utils import timezone

from infra24.core.calling import Caller
from infra24.core.guarding import Guard
from infra24.core.ids import new_id
from infra24.facts.catalogue import CATALOGUE
from infra24.facts.events import event_schema
from infra24.facts.services import record
from infra24.orgs.tenancy import acting_for
from infra24.outbox import services as outbox
from infra24.outbox.failures import ConnectionBroken, Gone
from infra24.outbox.models import Attempt, Delivery
from infra24.outbox.reactions import Job
from infra24.webhooks import sending, services
from infra24.webhooks.models import Endpoint
from tests.core.test_calling import Wire
from tests.webhooks.receiver import Reply
from tests.webhooks.story import Story

HOUR = timedelta(hours=1)


def attempts(story: Story) -> list[Attempt]:
    with acting_for(story.org_id):
        return list(Attempt.objects.filter(delivery__destination__kind="webhook").order_by("started_at", "id"))


# --- What is sent -----------------------------------------------------------------------------


def test_an_event_arrives_signed_thin_and_as_its_schema_says(story: Story) -> None:
    endpoint = story.endpoint()
    booking_id = new_id()
    fact_id = story.happens("booking.cancelled", booking_id=booking_id, reason="Bob is ill.", late=True)
    before = timezone.now()

    story.relay()

    (message,) = story.receiver.got
    assert message.is_ours
    assert (message.path, message.headers["content-type"]) == ("/hook", "application/json")
    assert message.headers["webhook-id"] == str(fact_id)
    # By the clock on the wall, whatever clock the relay goes by: receivers compare it with theirs.
    assert abs(int(message.headers["webhook-timestamp"]) - before.timestamp()) < 60
    assert message.body["data"] == {
        "organisation_id": str(story.org_id),
        "subject_id": str(booking_id),
        "number": 1,
        "version": 1,
        "values": {"late": True},
    }
    jsonschema_rs.validator_for(event_schema(CATALOGUE["booking.cancelled"]), validate_formats=True).validate(
        message.body
    )
    assert (b"Bob" in message.raw, len(message.raw) < 20_000) == (False, True)
    (delivery,) = story.deliveries(endpoint)
    assert (delivery.status, delivery.note) == ("delivered", "It answered 204.")
    (attempt,) = attempts(story)
    (exchange,) = attempt.exchanges
    assert (exchange["method"], exchange["url"], exchange["status"]) == ("POST", endpoint.url, 204)
    assert "signature" not in str(exchange)
    assert exchange["request"] == message.raw.decode()


def test_an_endpoint_hears_the_types_it_chose_and_no_other_house(story: Story) -> None:
    chosen = story.endpoint(name="Some", fact_types=["booking.held", "booking.expired"])
    everything = story.endpoint(name="All")
    with acting_for(story.cast.charlie.org_id):
        about = {"booking_id": new_id()}
        record(story.cast.charlie.org_id, "booking.confirmed", now=timezone.now(), source="staff", **about)
    story.happens("booking.confirmed")
    story.happens("booking.expired")

    story.relay()

    assert [one.fact.type for one in with_facts(story, chosen)] == ["booking.expired"]
    assert [one.fact.type for one in with_facts(story, everything)] == ["booking.confirmed", "booking.expired"]
    assert sorted(story.receiver.types) == ["booking.confirmed", "booking.expired", "booking.expired"]


def with_facts(story: Story, endpoint: Endpoint) -> list[Delivery]:
    with acting_for(story.org_id):
        found = Delivery.objects.filter(destination_id=endpoint.destination_id).select_related("fact")
        return list(found.order_by("fact__recorded_at"))


def test_every_attempt_has_the_same_id_and_a_signature_of_its_own(story: Story) -> None:
    endpoint = story.endpoint()
    story.receiver.replies = [Reply(500, body=b"oops"), Reply(200)]
    story.happens()

    story.relay()
    story.relay(after=HOUR)
    (delivery,) = story.deliveries(endpoint)
    with acting_for(story.org_id):
        Delivery.objects.filter(pk=delivery.pk).update(status="dead")
        delivery.refresh_from_db()
        outbox.retry(delivery, by=story.dana, source="staff")
    story.relay()

    first, second, replayed = story.receiver.got
    assert len({message.headers["webhook-id"] for message in story.receiver.got}) == 1
    assert first.raw == second.raw == replayed.raw
    assert all(message.is_ours for message in story.receiver.got)
    assert [attempt.outcome for attempt in attempts(story)] == ["transient", "delivered", "delivered"]


def test_rotating_refuses_no_delivery(story: Story) -> None:
    """A receiver that learns the new secret late, and one that learns it at once, both take everything."""
    endpoint = story.endpoint()
    (old,) = story.receiver.secrets
    taken = []
    for step in ("before", "both", "new alone"):
        if step == "both":
            with acting_for(story.org_id):
                endpoint, new = services.rotate_secret(endpoint, by=story.dana, source="staff")
        if step == "new alone":
            with acting_for(story.org_id):
                services.end_previous_secret(endpoint, by=story.dana, source="staff")
        for known in ([old], [new] if step != "before" else [old]):
            story.receiver.secrets[:] = known
            story.happens()
            story.relay()
            taken.append((step, known == [old], story.receiver.got[-1].is_ours))

    assert taken == [
        ("before", True, True),
        ("before", True, True),
        ("both", True, True),
        ("both", False, True),
        ("new alone", True, False),  # whoever had the old secret has nothing by now
        ("new alone", False, True),
    ]


# --- What an answer leads to ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "status", "outcome", "note"),
    [
        (Reply(200), "delivered", "delivered", "It answered 200."),
        (Reply(202), "delivered", "delivered", "It answered 202."),
        (Reply(302, {"Location": "/elsewhere"}), "pending", "transient", "It answered 302, which points elsewhere."),
        (Reply(400), "pending", "transient", "It answered 400 instead of 2xx."),
        (Reply(401), "pending", "transient", "It answered 401. Does it check"),
        (Reply(403), "pending", "transient", "It answered 403. Does it check"),
        (Reply(404), "pending", "transient", "It answered 404 instead of 2xx."),
        (Reply(410), "dead", "gone", "It answered that it is gone for good (410)."),
        (Reply(429), "pending", "throttled", "It asked us to slow down (429)."),
        (Reply(429, {"Retry-After": "nonsense"}), "pending", "throttled", "It asked us to slow down (429)."),
        (Reply(500), "pending", "transient", "It answered 500 instead of 2xx."),
        (Reply(503), "pending", "transient", "It answered 503 instead of 2xx."),
        (Reply(503, {"Retry-After": "7"}), "pending", "throttled", "It asked us to slow down (503)."),
    ],
)
def test_what_answers_mean(story: Story, reply: Reply, status: str, outcome: str, note: str) -> None:
    endpoint = story.endpoint()
    story.receiver.always = reply
    story.happens()

    story.relay()

    (delivery,) = story.deliveries(endpoint)
    assert (delivery.status, delivery.outcome) == (status, outcome)
    assert delivery.note.startswith(note)
    assert len(story.receiver.got) == 1


def test_a_destination_rests_as_long_as_it_asks(story: Story) -> None:
    endpoint = story.endpoint()
    story.receiver.replies = [Reply(429, {"Retry-After": "600"})]
    story.happens()

    story.relay()
    story.relay(after=timedelta(minutes=9))
    assert len(story.receiver.got) == 1
    story.relay(after=timedelta(minutes=2))
    assert (len(story.receiver.got), story.deliveries(endpoint)[0].failures) == (2, 0)


def test_who_cannot_be_reached_is_tried_again(story: Story, settings: Any) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{unused.getsockname()[1]}"
    settings.WEBHOOK_ADDRESSES = [story.receiver.address, nowhere]
    endpoint = story.endpoint()
    with acting_for(story.org_id):
        Endpoint.objects.filter(pk=endpoint.pk).update(url=f"{nowhere}/hook?token=xyzzy")
    story.happens()

    story.relay()

    (delivery,) = story.deliveries(endpoint)
    assert (delivery.status, delivery.note) == ("pending", "It could not be reached.")
    (attempt,) = attempts(story)
    assert attempt.exchanges[0]["status"] is None
    assert attempt.exchanges[0]["url"] == f"{nowhere}/hook?…"


def test_an_address_that_leads_inside_by_now_is_not_called(story: Story, settings: Any) -> None:
    endpoint = story.endpoint()
    settings.WEBHOOK_ADDRESSES = []
    story.happens()

    story.relay()

    (delivery,) = story.deliveries(endpoint)
    assert (delivery.outcome, delivery.note.startswith("Its name stands for no server")) == ("transient", True)
    assert story.receiver.got == []


def test_of_an_answer_only_a_short_printable_piece_is_kept_and_of_servers_inside_nothing(
    story: Story, settings: Any
) -> None:
    endpoint = story.endpoint()
    story.receiver.always = Reply(200, body=b"all\x00 well \xff" + b"x" * 100_000)
    story.happens()
    story.relay()
    assert attempts(story)[0].exchanges[0]["response"] == ""

    # The same from a server in the open.
    settings.WEBHOOK_ADDRESSES = []
    wire = Wire(story.receiver.port)
    outside = Caller(patience=timedelta(seconds=10), most_read=2000, user_agent="test", network=wire)
    openly = sending.WebhookSender(
        outside, lambda: Guard(schemes=("http",), resolve=lambda host, port: ["93.184.216.34"])
    )
    story.reactions = replace(story.reactions, senders={"webhooks.send": openly})
    with acting_for(story.org_id):
        Endpoint.objects.filter(pk=endpoint.pk).update(url="http://hooks.example.org/")
    story.happens()
    story.relay()

    shown = attempts(story)[1].exchanges[0]["response"]
    assert (shown[:11], len(shown), wire.asked) == ("all  well �", 500, ["93.184.216.34"])


def test_events_of_one_subject_keep_their_order_while_others_go_on(story: Story) -> None:
    story.endpoint()
    first = new_id()
    story.receiver.replies = [Reply(500)]
    story.happens("booking.held", booking_id=first, expires_at=timezone.now())
    story.relay()
    story.happens("booking.confirmed", booking_id=first)
    story.happens("booking.requested")
    story.relay()
    story.relay(after=HOUR)

    heard = [(each.body["type"], each.body["data"]["number"]) for each in story.receiver.got]
    assert heard[0] == ("booking.held", 1)
    assert heard.index(("booking.held", 1), 1) < heard.index(("booking.confirmed", 2))
    assert ("booking.requested", 1) in heard


# --- Many at once -----------------------------------------------------------------------------------


def test_loading_asks_as_often_for_many_as_for_one(story: Story, django_assert_num_queries: Any) -> None:
    endpoint, other = story.endpoint(), story.endpoint(name="Other")
    facts = [story.happens() for _ in range(6)]
    jobs = [job(story, one, fact) for fact in facts for one in (endpoint, other)]

    for some in (jobs[:1], jobs):
        with django_assert_num_queries(1):
            loaded = sending.SENDER.load(some)
        assert [type(loaded[one.delivery_id]) for one in some] == [sending.Outgoing] * len(some)


def test_without_the_lease_nothing_is_told_of_an_endpoint(story: Story) -> None:
    mine = job(story, story.endpoint(), story.happens())
    loaded = sending.SENDER.load([replace(mine, lease=new_id())])
    assert [type(each) for each in loaded.values()] == [Gone]


def test_what_cannot_be_loaded_says_why(story: Story) -> None:
    unproved, gone = story.endpoint(is_proved=False), story.endpoint(name="Gone")
    fact = story.happens()
    with acting_for(story.org_id):
        services.remove_endpoint(gone, by=story.dana, source="staff")
    loaded = sending.SENDER.load([job(story, unproved, fact), job(story, gone, fact)])
    tests = sending.PROBE_SENDER.load([job(story, gone, fact, subject_id=gone.pk, handler="webhooks.send_test")])

    assert [type(each) for each in (*loaded.values(), *tests.values())] == [ConnectionBroken, Gone, Gone]


def job(
    story: Story,
    endpoint: Endpoint,
    fact_id: UUID,
    *,
    subject_id: UUID | None = None,
    handler: str = "webhooks.send",
) -> Job:
    """A delivery that a worker holds."""
    lease = new_id()
    with acting_for(story.org_id):
        delivery = Delivery.objects.create(
            org_id=story.org_id,
            fact_id=fact_id,
            destination_id=endpoint.destination_id,
            handler=handler,
            subject_id=subject_id or new_id(),
            number=1,
            due_at=datetime.now(UTC),
            lease=lease,
            leased_until=datetime.now(UTC),
        )
    return Job(
        organisation=story.cast.house,
        delivery_id=delivery.pk,
        destination_id=endpoint.destination_id,
        fact_id=fact_id,
        fact_type="booking.confirmed",
        subject_id=delivery.subject_id,
        number=1,
        data={},
        version=1,
        recorded_at=datetime.now(UTC),
        attempt=1,
        now=datetime.now(UTC),
        lease=lease,
    )
