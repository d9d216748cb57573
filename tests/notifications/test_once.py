"""At most one mail for a fact and a person, though its handler runs twice at once or is killed."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage
from django.db import connection

from infra24.config.subscriptions import REACTIONS
from infra24.core.ids import new_id
from infra24.facts.models import Fact
from infra24.notifications.drafting import Draft
from infra24.notifications.models import SentMail
from infra24.notifications.sending import send_mail
from infra24.notifications.services import tell_about_booking
from infra24.notifications.services.bookings import draft_for
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import hand_out, take
from infra24.outbox.failures import TransientFailure
from infra24.outbox.models import Delivery, Destination
from infra24.outbox.reactions import Job
from tests.notifications.story import House

pytestmark = pytest.mark.django_db(transaction=True)


class Killed(BaseException):
    """As SIGKILL: nothing of ours catches it."""


class Slow(BaseEmailBackend):
    """A mail server that takes the mail only once two runs are under way, or one is told that it is the second."""

    sent: list[str] = []
    is_sending = threading.Event()
    may_end = threading.Event()
    kills = False

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        Slow.sent += [str(mail.extra_headers["Message-ID"]) for mail in email_messages]
        Slow.is_sending.set()
        if Slow.kills:
            raise Killed
        assert Slow.may_end.wait(60)
        return len(email_messages)


@pytest.fixture(autouse=True)
def slow_server(kept_mail: None, settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.notifications.test_once.Slow"
    Slow.sent, Slow.kills = [], False
    Slow.is_sending.clear()
    Slow.may_end.clear()


@pytest.fixture
def job() -> Job:
    """The delivery of a confirmation to Bob, leased to a worker."""
    house = House()
    booking = house.book()
    assert hand_out(REACTIONS, clock=house.clock).facts == 1
    (taken,) = take(Destination.Kind.MAIL, n=1, each=1, clock=house.clock)
    with acting_for(house.org.pk):
        fact = Fact.objects.get(subject_id=booking.pk)
    return Job(
        organisation=house.org,
        delivery_id=taken.delivery_id,
        destination_id=taken.destination_id,
        fact_id=fact.pk,
        fact_type=fact.type,
        subject_id=booking.pk,
        number=fact.number,
        data=fact.data,
        version=fact.version,
        recorded_at=fact.recorded_at,
        attempt=1,
        now=house.clock.now,
        lease=taken.lease,
    )


def another(job: Job) -> Job:
    """A second try at the same delivery, that should not be under way."""
    return replace(job, lease=new_id())


def lose(job: Job) -> Job:
    """The worker stands still or is dead: its lease runs out, and another worker takes the delivery."""
    fresh = another(job)
    with acting_for(job.org_id):
        Delivery.objects.filter(pk=job.delivery_id).update(lease=fresh.lease)
    return fresh


def run(job: Job) -> str:
    try:
        return tell_about_booking(job)
    except TransientFailure as failure:
        return failure.note
    finally:
        connection.close()


def test_two_runs_at_once_send_one_mail(job: Job) -> None:
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(run, job)
        assert Slow.is_sending.wait(60)
        # The first is at the mail server. Others come while it is, of the same try and of another.
        assert run(job) == "Somebody else is sending this very mail."
        assert run(another(job)) == "Somebody else is sending this very mail."
        Slow.may_end.set()
        assert first.result(60) == "Mailed to the person the booking is for."

    assert len(Slow.sent) == 1
    assert run(another(job)) == "Mailed already."


def test_runs_that_begin_together_send_one_mail(job: Job) -> None:
    """All find no row: PostgreSQL lets one of them make it."""
    Slow.may_end.set()
    starting = threading.Barrier(4)

    def begin() -> str:
        starting.wait(60)
        return run(job)

    with ThreadPoolExecutor(4) as threads:
        notes = [future.result(60) for future in [threads.submit(begin) for _ in range(4)]]

    assert len(Slow.sent) == 1
    assert notes.count("Mailed to the person the booking is for.") == 1
    assert set(notes) <= {
        "Mailed to the person the booking is for.",
        "Mailed already.",
        "Somebody else is sending this very mail.",
    }


def test_killed_between_mail_and_note_the_next_sends_again_under_the_same_id(job: Job) -> None:
    """SMTP cannot be asked what it has taken: a lost confirmation is worse than two with one Message-ID."""
    Slow.kills = True
    with pytest.raises(Killed):
        run(job)
    Slow.kills = False
    Slow.may_end.set()
    with acting_for(job.org_id):
        assert SentMail.objects.get().sent_at is None

    assert run(lose(job)) == "Mailed to the person the booking is for."

    first, second = Slow.sent
    assert first == second
    assert run(another(job)) == "Mailed already."


def test_a_worker_that_was_replaced_before_it_sent_sends_nothing(job: Job) -> None:
    """It had begun, then stood still; the other has the mail by now."""
    with acting_for(job.org_id):
        found = draft_for(job)
        assert isinstance(found, Draft)
    Slow.may_end.set()
    assert run(lose(job)) == "Mailed to the person the booking is for."

    with pytest.raises(TransientFailure, match="Another try has taken this mail over"):
        send_mail(*found)

    assert len(Slow.sent) == 1
