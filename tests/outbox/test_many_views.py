"""Pages about many deliveries at once, and what the API tells of them."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from infra24.orgs.models import AuditEntry
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.outbox.failures import Rejected
from infra24.outbox.models import Delivery, Destination, Replay
from infra24.outbox.nights import begin_missing_nights
from tests import make
from tests.make import Cast
from tests.outbox.story import Story, confirmed, crm_of, deliveries, statuses

pytestmark = pytest.mark.django_db
OUTBOX = "/o/oolite/admin/outbox"


@pytest.fixture
def cast() -> Cast:
    return make.cast(alice=Role.MANAGER)


@pytest.fixture
def page(cast: Cast) -> Client:
    return make.client(cast.alice)


@pytest.fixture
def crm(cast: Cast) -> Destination:
    return crm_of(cast.house)


def failed(cast: Cast, *notes: str) -> list[Delivery]:
    """Deliveries that were refused with these notes."""
    story = Story()
    for _note in notes:
        confirmed(cast.house)
    story.answers = [Rejected(note) for note in notes]
    story.run()
    return deliveries(cast.house)


def text_of(page: Client, path: str, *, expect: int = 200, **query: Any) -> str:
    answer = page.get(path, query)
    assert answer.status_code == expect, answer.content.decode()
    return re.sub(r"\s+", " ", answer.content.decode())


def settled_before(text: str) -> str:
    found = re.search(r'name="settled_before" value="([^"]+)"', text)
    assert found
    return found[1]


def test_failures_stand_by_cause_with_what_helps(cast: Cast, page: Client, crm: Destination) -> None:
    assert "Nothing has failed" in text_of(page, f"{OUTBOX}/failed")
    failed(cast, "Contact 4711 has no name.", "Contact 12 has no name.", "There is no such field.")

    text = text_of(page, f"{OUTBOX}/failed")

    assert "2 to Boomerang" in text
    assert "1 to Boomerang" in text
    assert "Complete the person or the booking, or mend the contact in the CRM, then try again." in text
    query = re.search(r'href="/o/oolite/admin/outbox(\?[^"]*)">Open<span class="visually-hidden"> Contact', text)
    assert query
    opened = text_of(page, OUTBOX + query[1].replace("&amp;", "&"))
    assert ("Contact 4711 has no name." in opened, "There is no such field." in opened) == (True, False)
    assert "Only those that failed for one cause." in opened


def test_staff_see_causes_and_managers_act_on_them(cast: Cast, crm: Destination) -> None:
    failed(cast, "No.")
    staff = make.client(make.member(cast.house, role=Role.STAFF, email="sam@example.org"))

    text = text_of(staff, f"{OUTBOX}/failed")

    assert ("Open" in text, "Try all again" in text) == (True, False)
    assert "Try all of these again" not in text_of(staff, OUTBOX, status="dead")
    for path in ("discard", "replays/new"):
        assert staff.get(f"{OUTBOX}/{path}").status_code == 403


def test_a_replay_is_counted_before_it_begins(cast: Cast, page: Client, crm: Destination) -> None:
    failed(cast, "No name.", "No name.", "No field.")
    address = f"{OUTBOX}/replays/new?destination={crm.pk}&text=name&per_minute=1"

    text = text_of(page, address)
    assert "2 would go out again" in text
    assert "about 2 minutes" in text
    assert not text_of(page, f"{OUTBOX}/replays/new").count("would go out again")
    assert "No delivery matches" in text_of(page, f"{OUTBOX}/replays/new?destination={crm.pk}&text=nowhere")

    answer = page.post(address, {"settled_before": settled_before(text)})
    with acting_for(cast.house.pk):
        replay = Replay.objects.get()
    assert answer.headers["Location"] == f"{OUTBOX}/replays/{replay.pk}"
    assert (replay.total, replay.per_minute, replay.selection["text"]) == (2, 1, "name")
    assert "0 of 2 went out again" in text_of(page, f"{OUTBOX}/replays/{replay.pk}")
    assert "0 of 2" in text_of(page, f"{OUTBOX}/replays")


def test_a_second_replay_is_refused_on_its_page(cast: Cast, page: Client, crm: Destination) -> None:
    failed(cast, "No.")
    address = f"{OUTBOX}/replays/new?destination={crm.pk}"
    assert page.post(address).status_code == 302

    refused = page.post(address)

    assert refused.status_code == 409
    assert "Another replay of this destination is running." in refused.content.decode()
    assert page.post(f"{address}&status=delivered").status_code == 409
    assert page.post(f"{address}&per_minute=0").status_code == 422
    with acting_for(cast.house.pk):
        assert Replay.objects.count() == 1


def test_a_replay_is_stopped_on_its_page(cast: Cast, page: Client, crm: Destination) -> None:
    failed(cast, "No.")
    page.post(f"{OUTBOX}/replays/new?destination={crm.pk}")
    with acting_for(cast.house.pk):
        address = f"{OUTBOX}/replays/{Replay.objects.get().pk}"

    part = page.get(address, headers={"HX-Request": "true"})
    assert ("HX-Refresh" in part.headers, "<html" in part.content.decode()) == (False, False)

    assert page.post(f"{address}/stop").headers["Location"] == address
    assert page.get(address, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    text = text_of(page, address)
    assert ("Stopped" in text, "stopped by" in text, "Kept up to date" in text) == (True, True, False)
    assert page.post(f"{address}/stop").status_code == 409


def test_many_are_given_up_after_a_look_and_with_a_reason(cast: Cast, page: Client, crm: Destination) -> None:
    failed(cast, "No name.", "No name.", "No field.")
    address = f"{OUTBOX}/discard?destination={crm.pk}&text=name"

    text = text_of(page, address)
    assert "2 failed deliveries are given up." in text
    assert page.post(address, {"reason": ""}).status_code == 422
    assert statuses(deliveries(cast.house)) == ["dead"] * 3
    seen = {"settled_before": settled_before(text)}
    failed(cast, "No name either.")
    assert page.post(address, {**seen, "reason": "Old."}).headers["Location"] == f"{OUTBOX}/failed"

    assert sorted(statuses(deliveries(cast.house))) == ["dead", "dead", "discarded", "discarded"]
    assert page.post(address, {**seen, "reason": "Old."}).status_code == 409
    with acting_for(cast.house.pk):
        assert AuditEntry.objects.filter(action="delivery.discard", member_id=cast.alice.pk).count() == 2


def test_what_the_address_names_wrongly_gives_nothing_up(cast: Cast, page: Client, crm: Destination) -> None:
    failed(cast, "No.")

    answer = page.post(f"{OUTBOX}/discard?destination=nonsense", {"reason": "Old."})

    assert (answer.status_code, statuses(deliveries(cast.house))) == (422, ["dead"])


def test_filters_live_in_the_address(cast: Cast, page: Client, crm: Destination) -> None:
    failed(cast, "No name.", "No field.")
    today = timezone.localdate()

    def found(**query: Any) -> set[str]:
        text = text_of(page, OUTBOX, **query)
        return {note for note in ("No name.", "No field.") if note in text}

    both = {"No name.", "No field."}
    assert found(text="NAME") == {"No name."}
    assert found(type="booking.cancelled") == set()
    assert found(since=(today - timedelta(days=2)).isoformat(), until=(today + timedelta(days=2)).isoformat()) == both
    assert found(since=(today + timedelta(days=2)).isoformat()) == set()
    assert found(status="pending") == set()
    assert "No delivery matches" in text_of(page, OUTBOX, text="nowhere")
    assert page.get(OUTBOX, {"since": "tomorrow"}).status_code == 422


def test_the_upper_part_comes_alone_when_the_page_asks_for_it(cast: Cast, page: Client, crm: Destination) -> None:
    failed(cast, "No.")

    part = page.get(OUTBOX, headers={"HX-Request": "true"}).content.decode()

    assert ("<html" in part, "Needs somebody" in part, "Failed for good: 1." in part) == (False, True, True)
    text = text_of(page, OUTBOX)
    assert ("hx-get" in text, "hx-get" in text_of(page, OUTBOX, still="1")) == (True, False)


def test_the_clock_is_shown_when_it_needs_somebody(cast: Cast, page: Client) -> None:
    begin_missing_nights()
    assert "Timers</h3>" not in text_of(page, OUTBOX)
    with acting_for(cast.house.pk):
        Delivery.objects.update(status="dead")

    assert "Timers</h3>" in text_of(page, OUTBOX)


def test_a_failed_delivery_says_where_to_mend_it(cast: Cast, page: Client, crm: Destination) -> None:
    (one,) = failed(cast, "No name.")

    text = text_of(page, f"{OUTBOX}/{one.pk}")

    assert "Complete the person or the booking" in text
    assert f'href="/o/oolite/admin/bookings/{one.subject_id}"' in text
    assert "What is sent is read anew at each try" in text


def test_members_and_strangers_stay_outside(cast: Cast, crm: Destination) -> None:
    failed(cast, "No.")
    for path in ("failed", "replays", "replays/new", "discard"):
        assert make.client(cast.bob).get(f"{OUTBOX}/{path}").status_code == 403
        assert make.client(cast.charlie).get(f"{OUTBOX}/{path}").status_code == 404
    assert make.client(cast.charlie).post(f"{OUTBOX}/replays/new?destination={crm.pk}").status_code == 404
    assert statuses(deliveries(cast.house)) == ["dead"]
