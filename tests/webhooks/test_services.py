"""Setting webhooks up, and what that leaves behind."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from infra24.core.errors import Infra24Error, Stale, TooMany
from infra24.core.sealing import unseal
from infra24.facts.events import PUBLIC
from infra24.facts.models import Fact
from infra24.orgs.models import AuditEntry, Member
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.outbox.errors import DestinationAlreadyPaused, DestinationNotPaused, ReasonMissing
from infra24.outbox.models import Delivery, Destination
from infra24.webhooks import queries, services
from infra24.webhooks.errors import (
    EndpointAddressRefused,
    EndpointBeingTried,
    EndpointNameTaken,
    EndpointNotFound,
    EndpointNotProved,
    EndpointProvedAlready,
    EventTypesUnknown,
    TooManyEndpoints,
)
from infra24.webhooks.models import Endpoint
from infra24.webhooks.policies import MOST_ENDPOINTS, TEST_PATIENCE
from infra24.webhooks.services import EndpointWish
from tests import make
from tests.recorded import audited, recorded_facts

WISH = EndpointWish("Door", make.HOOK, ["booking.confirmed"])


@pytest.fixture
def dana(db: None) -> Iterator[Member]:
    cast = make.cast()
    dana = make.member(cast.house, role=Role.ADMIN, email="dana@example.org", name="Dana")
    with acting_for(cast.house.pk):
        yield dana


def add(dana: Member, wish: EndpointWish = WISH) -> Endpoint:
    return services.add_endpoint(wish, by=dana, source="staff")[0]


def prove(endpoint: Endpoint) -> Endpoint:
    Endpoint.objects.filter(pk=endpoint.pk).update(proved_at=timezone.now())
    Destination.objects.filter(pk=endpoint.destination_id).update(state="active", paused_because="")
    return again(endpoint)


def again(endpoint: Endpoint) -> Endpoint:
    return Endpoint.objects.select_related("destination").get(pk=endpoint.pk)


def waiting(endpoint: Endpoint, **values: object) -> Delivery:
    """Something that should go there."""
    fact = Fact.objects.filter(org_id=endpoint.org_id).latest("id")
    about = {
        "subject_id": fact.subject_id,
        "number": fact.number,
        "due_at": timezone.now(),
        "handler": "webhooks.send",
        **values,
    }
    return Delivery.objects.create(org_id=endpoint.org_id, fact=fact, destination_id=endpoint.destination_id, **about)


def test_a_webhook_waits_to_be_proved_and_its_secret_is_kept_as_one(dana: Member) -> None:
    made, secret = services.add_endpoint(WISH, by=dana, source="staff")

    found = again(made)
    target = found.destination
    assert (target.kind, target.name, target.state, target.fact_types) == (
        "webhook",
        "Door",
        "paused",
        ["booking.confirmed"],
    )
    assert (found.condition, found.url, found.secrets_at(timezone.now())) == ("unproved", make.HOOK, [secret])
    assert secret not in found.sealed_secret
    assert (recorded_facts(), audited()) == (["endpoint.added"], ["endpoint.add"])


@pytest.mark.parametrize(
    ("wish", "error"),
    [
        (EndpointWish("Other", "http://hooks.example.org/"), EndpointAddressRefused),
        (EndpointWish("Other", "https://127.0.0.1/"), EndpointAddressRefused),
        (EndpointWish("Other", "https://user:x@hooks.example.org/"), EndpointAddressRefused),
        (EndpointWish("Other", "https://hooks.example.org:22/"), EndpointAddressRefused),
        (EndpointWish("Other", "nonsense"), EndpointAddressRefused),
        (EndpointWish("Other", make.HOOK, []), EventTypesUnknown),
        (EndpointWish("Other", make.HOOK, ["booking.exploded"]), EventTypesUnknown),
        (EndpointWish("Other", make.HOOK, ["invitation.sent"]), EventTypesUnknown),
        (WISH, EndpointNameTaken),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_no_trace(
    dana: Member, wish: EndpointWish, error: type[Infra24Error]
) -> None:
    first = add(dana)

    with pytest.raises(error):
        add(dana, wish)
    other = add(dana, EndpointWish("Another", make.HOOK))
    with pytest.raises(error):
        services.change_endpoint(other, wish, by=dana, source="staff")
    assert list(Endpoint.objects.order_by("id").values_list("pk", "url")) == [
        (each.pk, make.HOOK) for each in (first, other)
    ]
    assert recorded_facts() == ["endpoint.added"] * 2
    assert audited() == ["endpoint.add"] * 2


def test_twenty_are_the_most(dana: Member) -> None:
    for number in range(MOST_ENDPOINTS):
        add(dana, EndpointWish(f"Door {number}", make.HOOK))

    with pytest.raises(TooManyEndpoints):
        add(dana, EndpointWish("One more", make.HOOK))
    assert Endpoint.objects.count() == Destination.objects.count() == MOST_ENDPOINTS


def test_another_address_has_to_be_proved_anew_and_another_name_does_not(dana: Member) -> None:
    made = prove(add(dana))

    made = services.change_endpoint(
        made, EndpointWish("Gate", make.HOOK, None, "x", 60), by=dana, source="staff", version=made.version
    )
    assert (made.condition, made.destination.name, made.destination.fact_types, made.destination.per_minute) == (
        "active",
        "Gate",
        None,
        60,
    )
    same = services.change_endpoint(made, EndpointWish("Gate", make.HOOK, None, "x", 60), by=dana, source="staff")
    assert same.version == made.version
    moved = services.change_endpoint(made, EndpointWish("Gate", make.HOOK + "2"), by=dana, source="staff")
    assert (moved.condition, again(moved).destination.state) == ("unproved", "paused")
    with pytest.raises(Stale):
        services.change_endpoint(made, WISH, by=dana, source="staff", version=made.version)
    assert recorded_facts() == ["endpoint.added", "endpoint.changed", "endpoint.changed"]
    facts = Fact.objects.filter(type="endpoint.changed").order_by("id")
    assert [sorted(fact.data["fields"]) for fact in facts] == [
        ["description", "event_types", "name", "per_minute"],
        ["description", "per_minute", "url"],
    ]


def test_what_an_address_may_hold_besides_is_in_no_history(dana: Member) -> None:
    made = add(dana, EndpointWish("Door", make.HOOK + "?token=xyzzy"))
    services.change_endpoint(made, EndpointWish("Door", make.HOOK + "?token=plugh"), by=dana, source="staff")

    assert audited() == ["endpoint.add", "endpoint.change"]
    assert {entry.after["url"] for entry in AuditEntry.objects.all() if entry.after} == {make.HOOK + "?…"}


def test_taken_away_it_hears_nothing_and_its_name_is_free(dana: Member) -> None:
    made = prove(add(dana))
    late, failed = waiting(made), waiting(made, handler="x", status="dead")

    services.remove_endpoint(made, by=dana, source="staff")

    assert Endpoint.objects.count() == 0
    target = Destination.objects.get(pk=made.destination_id)
    assert (target.state, target.fact_types) == ("removed", [])
    assert (
        sorted(Delivery.objects.filter(pk__in=[late.pk, failed.pk]).values_list("status", "note"))
        == [("discarded", "The webhook was taken away.")] * 2
    )
    assert add(dana).destination.name == "Door"
    with pytest.raises(EndpointNotFound):
        services.remove_endpoint(made, by=dana, source="staff")
    assert recorded_facts() == ["endpoint.added", "endpoint.removed", "endpoint.added"]


def test_the_old_secret_signs_for_a_day_or_not_at_all(dana: Member) -> None:
    made, first = services.add_endpoint(WISH, by=dana, source="staff")
    now = timezone.now()

    made, second = services.rotate_secret(made, by=dana, source="staff", version=made.version)
    assert made.secrets_at(now) == [second, first]
    assert made.secrets_at(now + timedelta(hours=25)) == [second]
    made, third = services.rotate_secret(made, by=dana, source="staff")
    assert made.secrets_at(now) == [third, second]
    made = services.end_previous_secret(made, by=dana, source="staff")
    assert (made.secrets_at(now), made.sealed_previous, made.previous_until) == ([third], "", None)
    version = made.version
    assert services.end_previous_secret(made, by=dana, source="staff").version == version
    made, fourth = services.rotate_secret(made, by=dana, source="staff", old_works=timedelta())
    assert again(made).secrets_at(now) == [fourth]
    with pytest.raises(Stale):
        services.rotate_secret(made, by=dana, source="staff", version=1)
    assert len({first, second, third, fourth}) == 4
    assert not any(unseal(made.sealed_secret) in str(entry) for entry in Fact.objects.values_list("data"))
    assert audited() == [
        "endpoint.add",
        "endpoint.rotate",
        "endpoint.rotate",
        "endpoint.end_previous",
        "endpoint.rotate",
    ]


def test_pausing_keeps_and_resuming_sends_at_once(dana: Member) -> None:
    made = prove(add(dana))
    with pytest.raises(ReasonMissing):
        services.pause_endpoint(made, reason=" ", by=dana, source="staff")
    paused = services.pause_endpoint(made, reason="Moving.", by=dana, source="staff")
    assert (paused.condition, paused.destination.paused_because) == ("paused", "Moving.")
    with pytest.raises(DestinationAlreadyPaused):
        services.pause_endpoint(made, reason="Moving.", by=dana, source="staff")
    later = waiting(made, due_at=timezone.now() + timedelta(hours=20), failures=9)

    resumed = services.resume_endpoint(paused, by=dana, source="staff")

    assert (resumed.condition, resumed.version) == ("active", made.version + 2)
    later.refresh_from_db()
    assert (later.due_at <= timezone.now(), later.failures) == (True, 0)
    with pytest.raises(DestinationNotPaused):
        services.resume_endpoint(resumed, by=dana, source="staff")


def test_what_is_not_proved_is_not_resumed(dana: Member) -> None:
    made = add(dana)

    with pytest.raises(EndpointNotProved):
        services.resume_endpoint(made, by=dana, source="staff")
    assert again(made).condition == "unproved"


def test_a_proof_is_asked_for_once_at_a_time(dana: Member) -> None:
    made = services.ask_for_proof(add(dana), by=dana, source="staff")

    with pytest.raises(TooMany):
        services.ask_for_test(made, by=dana, source="staff")
    Endpoint.objects.update(asked_at=timezone.now() - timedelta(seconds=30))
    with pytest.raises(EndpointBeingTried):
        services.ask_for_proof(made, by=dana, source="staff")
    Endpoint.objects.update(asked_at=timezone.now() - TEST_PATIENCE)
    services.ask_for_test(made, by=dana, source="staff")
    (proof, test) = Delivery.objects.order_by("created_at", "id")
    assert {(one.handler, one.subject_id, str(one.destination), one.status) for one in (proof, test)} == {
        ("webhooks.send_test", made.pk, "Tests of webhooks", "pending")
    }
    with pytest.raises(EndpointProvedAlready):
        services.ask_for_proof(prove(made), by=dana, source="staff")
    assert recorded_facts() == ["endpoint.added", "endpoint.proof_asked", "endpoint.test_asked"]
    assert audited() == ["endpoint.add", "endpoint.ask_for_proof", "endpoint.ask_for_test"]


def test_a_good_answer_to_the_proof_opens_the_door_and_another_does_not(dana: Member) -> None:
    made = add(dana)

    def answered(fact_type: str, *, url: str = make.HOOK, is_good: bool = True) -> Endpoint:
        services.note_answer(
            dana.org_id, made.pk, fact_type=fact_type, url=url, is_good=is_good, answer="It said.", now=timezone.now()
        )
        return again(made)

    assert answered("endpoint.proof_asked", url="https://elsewhere.example.org/").answered_at is None
    assert answered("endpoint.test_asked").condition == "unproved"
    assert answered("endpoint.proof_asked", is_good=False).condition == "unproved"
    proved = answered("endpoint.proof_asked")
    assert (proved.condition, proved.answer, proved.destination.state) == ("active", "It said.", "active")
    assert recorded_facts() == ["endpoint.added", "endpoint.proved"]


def test_only_admins_see_them_and_strangers_find_nothing(dana: Member) -> None:
    made = add(dana)
    alice = make.member(make.organisation(slug="another"), role=Role.ADMIN, email="eve@example.org", name="Eve")
    bob = Member.objects.exclude(pk=dana.pk).first()
    assert bob is not None

    assert [each.pk for each in queries.visible_endpoints(dana)] == [made.pk]
    for stranger in (alice, bob):
        assert list(queries.visible_endpoints(stranger)) == []
        with pytest.raises(EndpointNotFound):
            queries.endpoint_for(stranger, made.pk)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"sealed_secret": ""}, "endpoint_secret_present"),
        ({"sealed_previous": "x"}, "endpoint_previous_has_end"),
        ({"previous_until": timezone.now()}, "endpoint_previous_has_end"),
    ],
)
def test_postgresql_keeps_secrets_whole(dana: Member, values: dict[str, object], name: str) -> None:
    made = add(dana)

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Endpoint.objects.filter(pk=made.pk).update(**values)


def test_postgresql_keeps_one_endpoint_for_a_destination(dana: Member) -> None:
    made = add(dana)
    made.pk, made._state.adding = type(made)().pk, True

    with pytest.raises(IntegrityError, match="endpoint_destination_once"), transaction.atomic():
        made.save(force_insert=True)


def test_every_type_can_be_chosen_and_keeps_its_place(dana: Member) -> None:
    made = add(dana, EndpointWish("All", make.HOOK, list(reversed(list(PUBLIC)))))

    assert made.destination.fact_types == list(PUBLIC)
