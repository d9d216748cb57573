"""Deliveries over HTTP: staff see and steer them, everybody else finds nothing."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from infra24.orgs.models import AuditEntry
from infra24.orgs.tenancy import acting_for
from infra24.outbox.failures import Rejected
from infra24.outbox.models import Delivery
from infra24.outbox.nights import begin_missing_nights
from infra24.outbox.queries import deliveries
from infra24.outbox.schemas import delivery_out
from tests import make
from tests.make import Cast
from tests.outbox.story import Story, confirmed, crm_of, the_delivery

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make.cast()


@pytest.fixture
def story() -> Story:
    return Story()


def ask(cast: Cast, path: str, *, who: str = "alice", method: str = "get", expect: int = 200, **body: Any) -> Any:
    headers = {"Authorization": f"Bearer {make.token(getattr(cast, who))}"}
    send = getattr(make.client(), method)
    more = {"data": body, "content_type": "application/json"} if method == "post" else {"data": body}
    answer = send(f"/api/outbox/{path}", headers=headers, **more)
    assert answer.status_code == expect, answer.content
    return answer.json()


def failed(cast: Cast, story: Story) -> Delivery:
    crm_of(cast.house)
    confirmed(cast.house)
    story.answers = [Rejected("There is no such field.")]
    story.run()
    return the_delivery(cast.house)


def test_staff_read_deliveries_newest_first_in_pages(cast: Cast, story: Story) -> None:
    crm_of(cast.house)
    bookings = [confirmed(cast.house) for _ in range(3)]
    story.hand_out()

    first = ask(cast, "deliveries", limit=2)
    second = ask(cast, "deliveries", limit=2, cursor=first["next"])

    found = [item["fact"]["subject_id"] for item in first["items"] + second["items"]]
    assert sorted(found) == sorted(map(str, bookings))
    assert (len(first["items"]), second["next"]) == (2, None)
    assert first["items"][0]["destination"]["name"] == "Boomerang"


def test_deliveries_can_be_narrowed_down(cast: Cast, story: Story) -> None:
    delivery = failed(cast, story)
    booking_id = confirmed(cast.house)
    story.hand_out()

    def ids(**filters: Any) -> list[str]:
        return [item["id"] for item in ask(cast, "deliveries", **filters)["items"]]

    assert ids(status="dead") == [str(delivery.pk)]
    assert len(ids(status=["dead", "pending"])) == 2
    assert len(ids(subject=booking_id)) == 1
    assert len(ids(destination=delivery.destination_id)) == 2
    assert ids(destination=booking_id) == []


def test_timers_show_when_asked_for_or_when_they_failed(cast: Cast) -> None:
    begin_missing_nights()
    assert ask(cast, "deliveries")["items"] == []
    assert [item["is_timer"] for item in ask(cast, "deliveries", timers="true")["items"]] == [True]
    with acting_for(cast.house.pk):
        Delivery.objects.update(status="dead")
    assert [item["is_timer"] for item in ask(cast, "deliveries")["items"]] == [True]


def test_one_delivery_comes_with_its_tries(cast: Cast, story: Story) -> None:
    delivery = failed(cast, story)

    found = ask(cast, f"deliveries/{delivery.pk}")

    assert (found["status"], found["outcome"], found["note"]) == ("dead", "rejected", "There is no such field.")
    assert [(t["number"], t["outcome"], t["detail"]) for t in found["tries"]] == [
        (1, "rejected", "There is no such field.")
    ]


def test_a_failed_delivery_can_be_tried_again(cast: Cast, story: Story) -> None:
    delivery = failed(cast, story)

    assert ask(cast, f"deliveries/{delivery.pk}/retry", method="post")["status"] == "pending"
    story.clock.now = timezone.now()
    story.run()

    assert ask(cast, f"deliveries/{delivery.pk}")["status"] == "delivered"
    assert ask(cast, f"deliveries/{delivery.pk}/retry", method="post", expect=409)["code"] == "delivery_settled"
    with acting_for(cast.house.pk):
        assert [
            (e.action, e.source) for e in AuditEntry.objects.filter(action__startswith="delivery.").order_by("id")
        ] == [("delivery.retry", "api")]


def test_a_delivery_is_given_up_with_a_reason(cast: Cast, story: Story) -> None:
    path = f"deliveries/{failed(cast, story).pk}/discard"

    assert ask(cast, path, method="post", expect=422)["code"] == "invalid_request"
    assert ask(cast, path, method="post", expect=422, reason="  ")["code"] == "invalid_request"
    found = ask(cast, path, method="post", reason="Entered by hand.")
    assert (found["status"], found["note"]) == ("discarded", "Entered by hand.")


def test_destinations_tell_what_waits_and_what_failed(cast: Cast, story: Story) -> None:
    failed(cast, story)
    confirmed(cast.house)
    story.hand_out()

    (crm,) = ask(cast, "destinations")

    assert (crm["kind"], crm["name"], crm["state"], crm["waiting"], crm["failed"]) == (
        "crm",
        "Boomerang",
        "active",
        1,
        1,
    )
    assert crm["oldest_due_at"] is not None


def test_a_destination_is_paused_and_resumed(cast: Cast) -> None:
    crm = crm_of(cast.house)

    paused = ask(cast, f"destinations/{crm.pk}/pause", method="post", reason="Stock-taking")
    assert (paused["state"], paused["paused_because"]) == ("paused", "Stock-taking")
    again = ask(cast, f"destinations/{crm.pk}/pause", method="post", reason="Again", expect=409)
    assert again["code"] == "destination_already_paused"
    assert ask(cast, f"destinations/{crm.pk}/resume", method="post")["state"] == "active"


@pytest.mark.parametrize("path", ["deliveries/{delivery}", "deliveries/{delivery}/retry", "destinations/{crm}/resume"])
def test_strangers_and_members_stay_outside(cast: Cast, story: Story, path: str) -> None:
    delivery = failed(cast, story)
    path = path.format(delivery=delivery.pk, crm=delivery.destination_id)
    method = "post" if path.endswith(("retry", "resume")) else "get"

    assert ask(cast, path, who="bob", method=method, expect=403)["code"] == "role_too_low"
    not_found = ask(cast, path, who="charlie", method=method, expect=404)["code"]
    assert not_found in {"delivery_not_found", "destination_not_found"}
    assert the_delivery(cast.house).status == "dead"


def test_a_list_costs_the_same_however_long(cast: Cast, story: Story) -> None:
    crm_of(cast.house)
    costs = []
    for more in (1, 2):
        for _ in range(more):
            confirmed(cast.house)
        story.hand_out()
        with acting_for(cast.house.pk), CaptureQueriesContext(connection) as statements:
            found = [delivery_out(delivery) for delivery in deliveries(cast.alice)]
        costs.append((len(found), len(statements)))

    assert costs == [(1, costs[0][1]), (3, costs[0][1])]
