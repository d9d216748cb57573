"""The door through which an erasure empties what attempts recorded, and nothing else."""

import pytest

from infra24.core.ids import new_id
from infra24.orgs.tenancy import acting_for
from infra24.outbox.erasing import blank_exchanges
from infra24.outbox.models import Attempt
from infra24.outbox.reactions import Exchange, Job
from tests.outbox.story import Story, confirmed, crm_of, organisation

pytestmark = pytest.mark.django_db


def ask(job: Job) -> str:
    for number in (1, 2):
        url = f"https://crm.example/people/{number}?search=Delia"
        job.exchanges.append(Exchange("GET", url, 200, "?", "Delia", number))
    return "asked"


def test_talks_about_a_subject_are_emptied_in_the_acting_organisation_alone() -> None:
    house, other = organisation(), organisation("locust")
    about, besides, theirs = new_id(), new_id(), new_id()
    story = Story()
    for org, ids in ((house, (about, besides)), (other, (theirs,))):
        crm_of(org)
        for booking_id in ids:
            confirmed(org, booking_id)
            story.answers.append(ask)
    story.run()

    with acting_for(house.pk):
        assert blank_exchanges([about, theirs]) == 1
        kept = {one.delivery.subject_id: one.exchanges for one in Attempt.objects.select_related("delivery")}
    assert [(each["url"], each["request"], each["response"], each["status"]) for each in kept[about]] == [
        ("https://crm.example/people/1", "", "", 200),
        ("https://crm.example/people/2", "", "", 200),
    ]
    assert [each["milliseconds"] for each in kept[about]] == [1, 2]
    assert [each["response"] for each in kept[besides]] == ["Delia", "Delia"]
    with acting_for(other.pk):
        (untouched,) = Attempt.objects.all()
    assert [each["response"] for each in untouched.exchanges] == ["Delia", "Delia"]
