"""Admins' pages about webhooks: what they show once, what they refuse, and what they ask before."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from infra24.config.subscriptions import REACTIONS
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import hand_out
from infra24.outbox.models import Destination
from infra24.webhooks import services
from infra24.webhooks.models import Endpoint
from tests import make
from tests.recorded import audited

FORM: dict[str, Any] = {"name": "Door", "url": make.HOOK, "everything": "on"}


class House:
    """Dana, an admin, at her browser."""

    def __init__(self) -> None:
        self.cast = make.cast()
        self.dana = make.member(self.cast.house, role=Role.ADMIN, email="dana@example.org", name="Dana")
        self.pages = f"/o/{self.cast.house.slug}/admin/webhooks"
        self.browser: Client = make.client(self.dana)

    def get(self, path: str = "", *, status: int = 200) -> str:
        answer = self.browser.get(self.pages + path)
        assert answer.status_code == status
        return answer.content.decode()

    def post(self, path: str, *, status: int = 302, **data: Any) -> str:
        answer = self.browser.post(self.pages + path, data)
        assert answer.status_code == status, answer.content.decode()[-3000:]
        return answer.content.decode()

    def the_endpoint(self) -> Endpoint:
        with acting_for(self.dana.org_id):
            return Endpoint.objects.select_related("destination").get()


@pytest.fixture
def house(db: None) -> House:
    return House()


def test_the_first_one_is_set_up_and_its_secret_shown_once(house: House) -> None:
    assert "No webhooks yet" in house.get()

    shown = house.post("/new", status=200, **FORM)
    endpoint = house.the_endpoint()
    (secret,) = endpoint.secrets_at(endpoint.created_at)
    assert secret in shown
    assert secret not in house.get() + house.get(f"/{endpoint.pk}") + house.get(f"/{endpoint.pk}/edit")
    assert "not proved to be yours yet" in house.get(f"/{endpoint.pk}")
    assert "Not proved yet" in house.get()


def test_the_pages_with_secrets_are_not_kept_by_browsers(house: House) -> None:
    answer = house.browser.post(f"{house.pages}/new", FORM)

    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"url": "http://hooks.example.org/"}, "must be encrypted"),
        ({"url": "https://10.0.0.1/"}, "private network"),
        ({"url": "https://hooks.example.org:22/"}, "one of these ports"),
        ({"url": "https://me:secret@hooks.example.org/"}, "Leave out the name and password"),
        ({"url": "hooks"}, "Begin with https://"),
        ({"url": "https://"}, "not a web address"),
        ({"everything": ""}, "at least one of the events"),
        ({"everything": "", "types_booking": ["booking.exploded"]}, "Select a valid choice"),
        ({"per_minute": "0"}, "greater than or equal to 1"),
        ({"name": ""}, "required"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(house: House, wrong: dict[str, Any], said: str) -> None:
    assert said in house.post("/new", status=422, **{**FORM, **wrong})
    with acting_for(house.dana.org_id):
        assert (Endpoint.objects.count(), audited()) == (0, [])


def test_a_name_that_is_taken_is_refused_and_what_was_typed_stays(house: House) -> None:
    make.endpoint(house.dana)

    shown = house.post("/new", status=409, **{**FORM, "description": "The lock"})

    assert "There is a webhook of this name already." in shown
    assert "The lock" in shown


def test_types_are_chosen_by_subject_and_shown_as_chosen(house: House) -> None:
    chosen = {"types_booking": ["booking.confirmed", "booking.cancelled"], "types_closure": ["closure.made"]}
    house.post("/new", status=200, **{**FORM, "everything": "", **chosen})
    endpoint = house.the_endpoint()

    assert endpoint.destination.fact_types == ["closure.made", "booking.confirmed", "booking.cancelled"]
    form = house.get(f"/{endpoint.pk}/edit")
    assert form.count(" checked") == 3
    assert "Closure made, Booking confirmed, Booking cancelled" in house.get(f"/{endpoint.pk}")
    assert "3 types of events" in house.get()


def test_a_form_that_is_too_old_is_refused(house: House) -> None:
    endpoint, _secret = make.endpoint(house.dana)
    path = f"/{endpoint.pk}/edit"

    house.post(path, **{**FORM, "name": "Gate", "version": endpoint.version})
    shown = house.post(path, status=412, **{**FORM, "name": "Hatch", "version": endpoint.version})

    assert "Somebody changed this" in shown
    assert house.the_endpoint().destination.name == "Gate"


def test_another_address_is_proved_anew(house: House) -> None:
    endpoint, _secret = make.endpoint(house.dana)
    house.post(f"/{endpoint.pk}/edit", **{**FORM, "url": "https://other.example.org/", "version": endpoint.version})

    assert "not proved to be yours yet" in house.get(f"/{endpoint.pk}")
    house.post(f"/{endpoint.pk}/prove")
    assert "On its way." in house.get(f"/{endpoint.pk}")
    assert "Too many requests" in house.post(f"/{endpoint.pk}/test", status=429)


def test_pausing_asks_why_and_resuming_is_one_button(house: House) -> None:
    endpoint, _secret = make.endpoint(house.dana)
    path = f"/{endpoint.pk}"

    assert "kept for thirty days" in house.get(f"{path}/pause")
    assert "required" in house.post(f"{path}/pause", status=422, reason="")
    house.post(f"{path}/pause", reason="Moving.")
    assert "paused already" in house.post(f"{path}/pause", status=409, reason="Moving.")
    assert "Moving." in house.get(path)
    house.post(f"{path}/resume")
    assert "not paused" in house.post(f"{path}/resume", status=409)
    assert house.the_endpoint().condition == "active"


def test_secrets_change_on_the_page(house: House) -> None:
    endpoint, first = make.endpoint(house.dana)
    path = f"/{endpoint.pk}/secret"

    assert "signs beside the new one for a day" in house.get(path)
    shown = house.post(path, status=200, old_works_hours="24", version=endpoint.version)
    now = house.the_endpoint().created_at
    new, old = house.the_endpoint().secrets_at(now)
    assert (old, new in shown, first in shown) == (first, True, False)
    assert "Old secret signs until" in house.get(f"/{endpoint.pk}")
    house.post(f"{path}/end")
    assert house.the_endpoint().secrets_at(now) == [new]
    assert "Somebody changed this" in house.post(path, status=412, old_works_hours="0", version=endpoint.version)
    house.post(path, status=422, old_works_hours="soon")


def test_taking_it_away_asks_first_and_says_what_goes(house: House) -> None:
    endpoint, _secret = make.endpoint(house.dana, fact_types=["booking.confirmed"])
    make.booking(house.cast.alice, make.resource(house.cast.house), status="confirmed")
    hand_out(REACTIONS)

    assert "One event that waits for it is given up." in house.get(f"/{endpoint.pk}/remove")
    assert house.the_endpoint().pk == endpoint.pk
    house.post(f"/{endpoint.pk}/remove")
    assert "No webhooks yet" in house.get()
    house.get(f"/{endpoint.pk}", status=404)


def test_how_it_stands_is_said_in_a_sentence(house: House) -> None:
    endpoint, _secret = make.endpoint(house.dana)
    with acting_for(house.dana.org_id):
        Destination.objects.filter(pk=endpoint.destination_id).update(failing_since=endpoint.created_at)
    assert "Nothing arrives at the moment." in house.get(f"/{endpoint.pk}")
    with acting_for(house.dana.org_id):
        services.disable_endpoint(house.dana.org_id, endpoint.pk, url=endpoint.url, now=endpoint.created_at)
    assert "We have stopped sending." in house.get(f"/{endpoint.pk}")


def test_the_list_costs_the_same_for_one_and_for_three(house: House) -> None:
    counted = []
    for names in (["a"], ["b", "c"]):
        for name in names:
            make.endpoint(house.dana, name=name)
        house.get()
        with CaptureQueriesContext(connection) as queries:
            house.get()
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_staff_and_members_are_not_let_in(house: House) -> None:
    endpoint, _secret = make.endpoint(house.dana)
    members: list[Member] = [house.cast.alice, house.cast.bob]

    for member in members:
        for path in ("", "/new", f"/{endpoint.pk}"):
            assert make.client(member).get(house.pages + path).status_code == 403
    assert (
        "/admin/webhooks"
        not in make.client(house.cast.alice).get(f"/o/{house.cast.house.slug}/admin/settings/members").content.decode()
    )
