"""Addresses that take no mail: told by a mail service, shown on the person's page, cleared by staff."""

import base64
import json
from typing import Any

import pytest
from django.urls import reverse

from infra24.core.errors import Conflict
from infra24.notifications.models import MailTrouble
from infra24.notifications.policies import trouble_of
from infra24.notifications.queries import digest_of, trouble_with
from infra24.notifications.services.troubles import clear_trouble, note_trouble
from infra24.orgs.errors import RoleTooLow
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Delivery
from infra24.people.services import PersonChange, change_person
from tests import make
from tests.notifications.story import HOUR, House, subjects_to
from tests.recorded import audited, recorded_facts

pytestmark = pytest.mark.django_db
BOB = "bob@example.org"
SECRET = "mail:a long shared secret"


@pytest.fixture
def house() -> House:
    return House()


def tell(house: House, *, secret: str = SECRET, to: str = BOB, **more: Any) -> int:
    """What Postmark posts when a mail comes back; returns the answer's status."""
    body = {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "TypeCode": 1,
        "ID": 42,
        "Email": to,
        "MessageID": "a",
        "BouncedAt": "2026-11-27T03:00:00Z",
        "Metadata": {"organisation": str(house.org.pk), "recipient": str(house.bob.pk)},
        **more,
    }
    credentials = base64.b64encode(secret.encode()).decode()
    answer = make.client(csrf=True).post(
        "/anymail/postmark/tracking/",
        json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Basic {credentials}"},
    )
    return int(answer.status_code)


@pytest.fixture
def with_secret(settings: Any) -> None:
    settings.ANYMAIL_WEBHOOK_SECRET = SECRET


@pytest.mark.parametrize(
    ("event", "reason", "trouble"),
    [
        ("bounced", "bounced", "bounced"),
        ("bounced", "invalid", "bounced"),
        ("bounced", None, "bounced"),
        ("bounced", "timed_out", None),
        ("bounced", "spam", None),
        ("bounced", "blocked", None),
        ("complained", "spam", "complained"),
        ("complained", None, "complained"),
        ("rejected", "bounced", "bounced"),
        ("rejected", "spam", "complained"),
        ("rejected", "other", None),
        ("rejected", None, None),
        ("deferred", "bounced", None),
        ("delivered", None, None),
        ("unsubscribed", None, None),
    ],
)
def test_only_what_lasts_is_a_trouble(event: str, reason: str | None, trouble: str | None) -> None:
    assert trouble_of(event, reason) == trouble


@pytest.mark.parametrize("name", ["SoftBounce", "soft_bounce", "activity.soft_bounced", "Transient"])
def test_a_full_mailbox_is_no_trouble_whatever_a_service_calls_it(name: str) -> None:
    assert trouble_of("bounced", "bounced", own_names=[name]) is None
    assert trouble_of("complained", "spam", own_names=[name]) == "complained"


def test_a_soft_bounce_stops_no_mail_and_a_hard_one_after_it_does(house: House, with_secret: None) -> None:
    assert tell(house, Type="SoftBounce", TypeCode=4096) == 200
    house.book()
    house.run()
    assert subjects_to(BOB) == ["Confirmed: Firing"]
    with acting_for(house.org.pk):
        assert not MailTrouble.objects.exists()

    tell(house)
    with acting_for(house.org.pk):
        assert trouble_with(house.org.pk, BOB) is not None


def test_mail_that_came_back_stops_further_mail_and_says_what_to_do(house: House, with_secret: None) -> None:
    assert tell(house) == 200
    house.book()
    house.run()

    assert subjects_to(BOB) == []
    assert house.notes("notifications.tell_about_booking") == [
        "Mail to this address came back: it does not exist. Correct it on the person's page."
    ]
    with acting_for(house.org.pk):
        delivery = Delivery.objects.get(handler="notifications.tell_about_booking")
        assert (delivery.status, delivery.outcome) == ("dead", "rejected")
        trouble = MailTrouble.objects.get()
        assert (trouble.kind, trouble.recipient) == ("bounced", house.bob.pk)
        assert BOB not in str(vars(trouble))
        assert "mailtrouble.noted" in recorded_facts()
        assert "mailtrouble.note" in audited()


def test_a_complaint_stops_further_mail_too(house: House, with_secret: None) -> None:
    tell(house, RecordType="SpamComplaint", Type="SpamComplaint", TypeCode=512)
    house.book()
    house.run()

    (note,) = house.notes("notifications.tell_about_booking")
    assert note.startswith("Whoever reads mail at this address has reported it as unwanted.")


def test_an_address_in_trouble_in_one_house_is_none_in_another(house: House, with_secret: None) -> None:
    tell(house)
    with acting_for(house.cast.elsewhere.pk):
        assert trouble_with(house.cast.elsewhere.pk, BOB) is None
    assert digest_of(house.org.pk, BOB) != digest_of(house.cast.elsewhere.pk, BOB)
    assert digest_of(house.org.pk, BOB) == digest_of(house.org.pk, " Bob@Example.org ")


@pytest.mark.parametrize("secret", ["", "mail:wrong", "other:a long shared secret"])
def test_nobody_without_the_secret_is_believed(house: House, with_secret: None, secret: str) -> None:
    assert tell(house, secret=secret) == 400
    with acting_for(house.org.pk):
        assert MailTrouble.objects.count() == 0


def test_without_a_secret_or_for_mail_that_comes_in_there_is_no_such_page(house: House, settings: Any) -> None:
    assert tell(house) == 404
    settings.ANYMAIL_WEBHOOK_SECRET = SECRET
    for path in ("/anymail/postmark/inbound/", "/anymail/nobody/tracking/"):
        assert make.client().post(path, "{}", content_type="application/json").status_code == 404


@pytest.mark.parametrize("metadata", [{}, {"organisation": "nonsense"}, {"organisation": "0" * 32}])
def test_mail_of_no_organisation_is_the_operator_s_business(
    house: House, with_secret: None, metadata: dict[str, str]
) -> None:
    assert tell(house, Metadata=metadata) == 200
    with acting_for(house.org.pk):
        assert MailTrouble.objects.count() == 0


def trouble_of_bob(house: House) -> MailTrouble:
    with acting_for(house.org.pk):
        return note_trouble(house.org.pk, BOB, MailTrouble.Kind.BOUNCED, recipient=house.bob.pk)


def test_told_twice_is_noted_once_and_anew_after_it_was_cleared(house: House) -> None:
    first = trouble_of_bob(house)
    again = trouble_of_bob(house)
    assert (first.pk, first.noted_at) == (again.pk, again.noted_at)
    with acting_for(house.org.pk):
        clear_trouble(first, by=house.cast.alice, source="staff")
        with pytest.raises(Conflict):
            clear_trouble(first, by=house.cast.alice, source="staff")
    later = trouble_of_bob(house)
    assert later.cleared_at is None
    with acting_for(house.org.pk):
        assert audited() == ["mailtrouble.note", "mailtrouble.clear", "mailtrouble.note"]


def test_staff_let_mail_go_there_again_and_members_do_not(house: House) -> None:
    trouble = trouble_of_bob(house)
    with pytest.raises(RoleTooLow), acting_for(house.org.pk):
        clear_trouble(trouble, by=house.cast.bob, source="self")
    page = reverse("person", kwargs={"org": "oolite", "person_id": house.bob.pk})
    alice = make.client(house.cast.alice)
    assert "Mail to this address comes back." in alice.get(page).content.decode()

    clear = reverse("mail_trouble_clear", kwargs={"org": "oolite", "trouble_id": trouble.pk})
    assert alice.post(clear).status_code == 302

    assert "Mail to this address comes back." not in alice.get(page).content.decode()
    house.book()
    house.run()
    assert subjects_to(BOB) == ["Confirmed: Firing"]


def test_a_corrected_address_has_no_trouble(house: House) -> None:
    trouble_of_bob(house)
    with acting_for(house.org.pk):
        change_person(house.bob, PersonChange(email="robert@example.org"), by=house.cast.alice, source="staff")
    house.book(starts_at=make.NOON + HOUR)
    house.run()

    assert subjects_to("robert@example.org") == ["Confirmed: Firing"]


def test_one_bad_address_among_staff_keeps_nothing_from_the_others(house: House) -> None:
    make.member(house.org, role=house.cast.alice.rank, email="zoe@example.org")
    with acting_for(house.org.pk):
        note_trouble(house.org.pk, "alice@example.org", MailTrouble.Kind.BOUNCED, recipient=house.cast.alice.pk)
    make.opening_hours(house.org, rules={**make.open_week(), "approval": "always"}, resource=house.kiln)
    make.booking(house.cast.bob, house.kiln)
    house.run()

    assert subjects_to("alice@example.org") == []
    assert subjects_to("zoe@example.org") == ["New request: Firing"]
    assert subjects_to(BOB) == ["Request received: Firing"]
    with acting_for(house.org.pk):
        delivery = Delivery.objects.get(handler="notifications.tell_about_request")
        assert (delivery.status, delivery.outcome) == ("dead", "rejected")
