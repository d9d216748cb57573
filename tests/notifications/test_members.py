"""Mails to those who run a house, or are asked to join it."""

import re

import pytest
from django.utils import timezone

from infra24.config.subscriptions import REACTIONS
from infra24.facts.services import record
from infra24.notifications.kept_mail import kept_mails
from infra24.orgs.models import Invitation, Organisation
from infra24.orgs.policies import Role
from infra24.orgs.services import invite, withdraw_invitation
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import deliver_due
from infra24.outbox.models import Destination
from infra24.outbox.services import resume_destination
from tests import make
from tests.make import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make.cast(alice=Role.ADMIN)


def invited(cast: Cast) -> Invitation:
    with acting_for(cast.house.pk):
        return invite("dora@example.org", role=Role.STAFF, by=cast.alice, source="staff")


def link_in(text: str) -> str:
    (link,) = re.findall(r"https://rooms\.example\.org(/o/oolite/invitation/\S+)", text)
    return str(link)


def test_an_invitation_is_mailed_with_a_link_that_opens_it(cast: Cast) -> None:
    invited(cast)
    deliver_due(REACTIONS)

    (mail,) = kept_mails()
    assert (mail.recipients, mail.subject) == (("dora@example.org",), "Your invitation to Oolite")
    assert link_in(mail.text) in mail.html
    answer = make.client().get(link_in(mail.text))
    assert answer.status_code == 200
    assert "dora@example.org" in answer.content.decode()


def test_an_invitation_withdrawn_in_time_is_not_mailed(cast: Cast) -> None:
    invitation = invited(cast)
    with acting_for(cast.house.pk):
        withdraw_invitation(invitation, by=cast.alice, source="staff")
    deliver_due(REACTIONS)

    assert kept_mails() == []


def paused(org: Organisation) -> Destination:
    with acting_for(org.pk):
        crm = Destination.objects.create(
            org_id=org.pk, kind="crm", name="Boomerang", state="paused", paused_because="The key was refused."
        )
        record(org.pk, "destination.paused", now=timezone.now(), source="clock", destination_id=crm.pk)
    return crm


def test_admins_hear_once_that_a_connection_broke(cast: Cast) -> None:
    make.member(cast.house, role=Role.ADMIN, email="ada@example.org")
    make.member(cast.house, role=Role.MANAGER, email="max@example.org")
    paused(cast.house)
    deliver_due(REACTIONS)

    mails = kept_mails()
    assert sorted(mail.recipients for mail in mails) == [("ada@example.org",), ("alice@example.org",)]
    assert {mail.subject for mail in mails} == {"Boomerang needs you"}
    assert "The key was refused." in mails[0].text


def test_a_connection_mended_meanwhile_is_no_news(cast: Cast) -> None:
    crm = paused(cast.house)
    with acting_for(cast.house.pk):
        resume_destination(crm, by=cast.alice, source="staff")
    deliver_due(REACTIONS)

    assert kept_mails() == []
