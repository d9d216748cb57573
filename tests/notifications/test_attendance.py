"""Mails to staff about bookings that nobody came to."""

from datetime import timedelta
from typing import Any

import pytest

from infra24.bookings.models import Booking
from infra24.bookings.services import release_no_show
from infra24.config.subscriptions import REACTIONS
from infra24.notifications.kept_mail import kept_mails
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import deliver_due
from infra24.outbox.models import Delivery
from tests import make
from tests.make import NOON, Cast

pytestmark = pytest.mark.django_db
QUARTER = timedelta(minutes=15)


def missed(cast: Cast, **rules: Any) -> Any:
    """Bob's firing, which nobody came to; the mails sent before are forgotten."""
    room = make.resource(cast.house, name="Kiln", rules={"schema": 1, "check_in_after_minutes": 15, **rules})
    made = make.booking(cast.bob, room, make.resource(cast.house))
    with acting_for(cast.house.pk):
        assert release_no_show(cast.house.pk, made.pk, now=NOON + QUARTER)
    return made


def told(subject: str) -> list[str]:
    deliver_due(REACTIONS)
    return sorted(mail.recipients[0] for mail in kept_mails() if mail.subject == subject)


def notes(cast: Cast) -> list[str]:
    with acting_for(cast.house.pk):
        found = Delivery.objects.filter(handler="notifications.tell_about_no_show")
        return list(found.values_list("note", flat=True))


def test_staff_are_told_once_each_where_the_rules_ask_for_it() -> None:
    cast = make.cast()
    make.member(cast.house, role=Role.MANAGER, email="mona@example.org")
    make.member(cast.house, role=Role.INSTRUCTOR, email="ina@example.org")
    gone = make.member(cast.house, role=Role.STAFF, email="gone@example.org")
    with acting_for(cast.house.pk):
        Member.objects.filter(pk=gone.pk).update(is_active=False)
    made = missed(cast, no_show_notice=True)

    assert told("Nobody came: Firing") == ["alice@example.org", "mona@example.org"]
    (mail,) = [one for one in kept_mails() if one.recipients == ("alice@example.org",)]
    assert f"https://rooms.example.org/o/oolite/admin/bookings/{made.pk}" in mail.text
    assert "Kiln" in mail.text
    assert "Bob" in mail.text
    assert notes(cast) == ["Mailed to staff."]


def test_nobody_is_told_where_the_rules_do_not_ask_for_it() -> None:
    cast = make.cast()
    missed(cast)

    assert told("Nobody came: Firing") == []
    assert notes(cast) == ["Nothing to tell: the rules ask for no notice."]


def test_nobody_is_told_once_staff_have_said_otherwise() -> None:
    cast = make.cast()
    made = missed(cast, no_show_notice=True)
    with acting_for(cast.house.pk):
        Booking.objects.filter(pk=made.pk).update(outcome="attended")

    assert told("Nobody came: Firing") == []
    assert notes(cast) == ["Nothing to tell: somebody came after all."]
