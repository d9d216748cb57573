"""The console of deliveries."""

import pytest

from infra24.orgs.models import Member, Organisation
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.outbox.failures import Rejected
from infra24.outbox.models import Delivery, Destination
from tests import make
from tests.outbox.story import Story, confirmed, crm_of, deliveries, organisation, staff_of, statuses, the_delivery

pytestmark = pytest.mark.django_db


@pytest.fixture
def org() -> Organisation:
    return organisation()


@pytest.fixture
def alice(org: Organisation) -> Member:
    return staff_of(org)


def failed(org: Organisation) -> Delivery:
    """A delivery the CRM has refused for good."""
    story = Story()
    story.answers = [Rejected("The CRM wants an e-mail address.")]
    crm_of(org)
    confirmed(org)
    story.run()
    return the_delivery(org)


def test_staff_see_what_did_not_arrive_and_why(org: Organisation, alice: Member) -> None:
    one = failed(org)
    page = make.client(alice)

    listed = page.get("/o/oolite/admin/outbox?status=dead").content.decode()
    assert "The CRM wants an e-mail address." in listed
    assert "Boomerang" in listed
    shown = page.get(f"/o/oolite/admin/outbox/{one.pk}").content.decode()
    assert "Refused" in shown
    assert "Try again now" in shown
    assert "No delivery matches" in page.get("/o/oolite/admin/outbox?status=delivered").content.decode()


def test_staff_try_again(org: Organisation, alice: Member) -> None:
    one = failed(org)

    response = make.client(alice).post(f"/o/oolite/admin/outbox/{one.pk}/retry")

    assert response.headers["Location"] == f"/o/oolite/admin/outbox/{one.pk}"
    assert statuses(deliveries(org)) == ["pending"]
    assert make.client(alice).get(f"/o/oolite/admin/outbox/{one.pk}/retry").status_code == 405


def test_giving_up_needs_a_reason_and_happens_once(org: Organisation, alice: Member) -> None:
    one = failed(org)
    address = f"/o/oolite/admin/outbox/{one.pk}/discard"
    page = make.client(alice)

    assert "Give this delivery up?" in page.get(address).content.decode()
    assert page.post(address, {"reason": ""}).status_code == 422
    assert statuses(deliveries(org)) == ["dead"]
    assert page.post(address, {"reason": "Known by phone."}).status_code == 302
    assert statuses(deliveries(org)) == ["discarded"]
    assert page.post(address, {"reason": "Again."}).status_code == 409
    assert "can still be tried again for 29 days" in page.get(f"/o/oolite/admin/outbox/{one.pk}").content.decode()
    assert page.post(f"/o/oolite/admin/outbox/{one.pk}/retry").status_code == 302
    assert statuses(deliveries(org)) == ["pending"]


def test_staff_pause_a_destination_and_resume_it(org: Organisation, alice: Member) -> None:
    crm = crm_of(org)
    page = make.client(alice)

    assert page.post(f"/o/oolite/admin/outbox/to/{crm.pk}/pause", {"reason": "Moving house."}).status_code == 302
    assert "Moving house." in page.get("/o/oolite/admin/outbox").content.decode()
    assert page.post(f"/o/oolite/admin/outbox/to/{crm.pk}/resume").status_code == 302
    with acting_for(org.pk):
        assert Destination.objects.get(pk=crm.pk).state == "active"
    assert page.post(f"/o/oolite/admin/outbox/to/{crm.pk}/resume").status_code == 409


def test_the_console_is_closed_to_members_and_strangers(org: Organisation) -> None:
    one = failed(org)
    bob = make.member(org, email="bob@example.org")
    charlie = make.member(make.organisation(slug="elsewhere"), role=Role.ADMIN, email="charlie@example.org")
    for page in ("admin/outbox", f"admin/outbox/{one.pk}", f"admin/outbox/{one.pk}/discard"):
        assert make.client(bob).get(f"/o/oolite/{page}").status_code == 403
        assert make.client(charlie).get(f"/o/oolite/{page}").status_code == 404
    assert make.client(charlie).get(f"/o/elsewhere/admin/outbox/{one.pk}").status_code == 404
