"""A booking's history in words, and what its page and a person's page gather from all over the house."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from infra24.bookings.history import Change, history_of
from infra24.bookings.models import Booking, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import BookingChange, LegWish, cancel_booking, change_booking
from infra24.facts.models import Fact
from infra24.notifications.models import SentMail
from infra24.notifications.sent import told, visible_mails
from infra24.orgs.tenancy import acting_for
from infra24.people.models import Person
from tests import make
from tests.make import NOON, Cast
from tests.orgs.probe import bearer

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = make.cast()
    with acting_for(made.house.pk):
        yield made


def mailed(booking: Booking, person: Person) -> SentMail:
    """A mail about the first that happened to the booking."""
    now = timezone.now()
    fact = Fact.objects.filter(subject_id=booking.pk).order_by("number")[0]
    return SentMail.objects.create(
        org_id=booking.org_id,
        fact=fact,
        recipient=person.pk,
        subject_id=booking.pk,
        has_calendar=True,
        begun_at=now,
        sent_at=now,
    )


def test_every_step_tells_who_why_and_what_was_different(cast: Cast) -> None:
    kiln, press = make.resource(cast.house, name="Kiln"), make.resource(cast.house, name="Press", units=3)
    ana = make.person(cast.house, name="Ana")
    booking = make.booking(cast.bob, kiln)
    change = BookingChange(
        starts_at=NOON + HOUR, ends_at=NOON + 2 * HOUR, legs=(LegWish(press.pk, 2),), person_id=ana.pk, note="Cold"
    )
    changed = change_booking(booking, change, by=cast.alice, source=Source.STAFF)
    cancel_booking(changed, reason="Broken.", by=cast.alice, source=Source.API)

    cancelled, change_step, made = history_of(booking)

    assert (cancelled.action, cancelled.who, cancelled.source, cancelled.reason, cancelled.changes) == (
        "booking.cancelled",
        "Alice",
        "API",
        "Broken.",
        [],
    )
    assert change_step.changes == [
        Change("From", NOON, NOON + HOUR),
        Change("To", NOON + HOUR, NOON + 2 * HOUR),
        Change("Where", "Kiln", "Press × 2"),
        Change("For", "Bob", "Ana"),
        Change("Note", "", "Cold"),
    ]
    assert (made.action, made.who, made.changes) == ("booking.create", "Bob", [])


def test_mails_are_told_to_staff_with_whom_they_went_to(cast: Cast) -> None:
    ana = make.person(cast.house, name="Ana")
    booking = make.booking(cast.alice, make.resource(cast.house), person=ana)
    mailed(booking, ana)

    (mail,) = told(visible_mails(cast.alice, recipient=ana.pk), viewer=cast.alice)

    assert (mail.fact_type, mail.subject_id, mail.to, mail.is_sent) == ("booking.confirmed", booking.pk, "Ana", True)
    assert list(visible_mails(cast.bob)) == []
    assert list(visible_mails(cast.charlie)) == []
    Person.objects.filter(pk=ana.pk).update(erased_at=timezone.now())
    assert told(visible_mails(cast.alice, subject_id=booking.pk), viewer=cast.alice)[0].to == ""


def test_the_api_tells_which_mails_went_out(cast: Cast) -> None:
    ana = make.person(cast.house, name="Ana")
    booking = make.booking(cast.alice, make.resource(cast.house), person=ana)
    mailed(booking, ana)
    client, headers = make.client(), bearer(make.token(cast.alice))

    (item,) = client.get(f"/api/mail/sent?subject={booking.pk}", headers=headers).json()["items"]

    assert (item["fact_type"], item["recipient_id"], item["recipient"]) == ("booking.confirmed", str(ana.pk), "Ana")
    assert client.get(f"/api/mail/sent?recipient={booking.pk}", headers=headers).json()["items"] == []


def test_a_booking_s_page_gathers_legs_mails_and_what_was_changed(cast: Cast) -> None:
    rules = {**make.open_week(), "buffer_after_minutes": 30}
    ana = make.person(cast.house, name="Ana")
    booking = make.booking(cast.alice, make.resource(cast.house, name="Kiln", rules=rules), person=ana)
    change_booking(booking, BookingChange(title="Glaze"), by=cast.alice, source=Source.STAFF)
    mailed(booking, ana)

    html = make.client(cast.alice).get(f"/o/oolite/admin/bookings/{booking.pk}").content.decode()

    ends = booking_for(cast.alice, booking.pk).visible_legs[0].blocks_until
    assert ends == NOON + 1.5 * HOUR
    assert "<del>Firing</del> <ins>Glaze</ins>" in html
    assert f'href="/o/oolite/admin/people/{ana.pk}">Ana</a>' in html
    assert "to Ana" in html
    assert "with a calendar file" in html


def test_a_person_s_page_gathers_what_was_booked_mailed_and_shown(cast: Cast) -> None:
    ana = make.person(cast.house, name="Ana")
    kiln = make.resource(cast.house, name="Kiln")
    booking = make.booking(cast.alice, kiln, person=ana, title="To come")
    given_up = make.booking(cast.alice, kiln, person=ana, title="Given up", starts_at=NOON + HOUR)
    cancel_booking(given_up, by=cast.alice, source=Source.STAFF)
    make.booking(cast.bob, kiln, title="Somebody else's", starts_at=NOON + 2 * HOUR)
    make.grant(make.qualification(cast.house, name="Kiln induction"), ana)
    mailed(booking, ana)

    html = make.client(cast.alice).get(f"/o/oolite/admin/people/{ana.pk}").content.decode()

    coming, _, rest = html.partition('id="past"')
    assert (">To come</a>" in coming, ">Given up</a>" in coming, ">Given up</a>" in rest) == (True, False, True)
    assert "Somebody else" not in html
    assert "Kiln induction" in html
    assert "Booking confirmed</a>" in html


def test_both_pages_take_the_same_queries_for_one_and_for_three(cast: Cast) -> None:
    ana = make.person(cast.house, name="Ana")
    kiln = make.resource(cast.house, name="Kiln")
    client = make.client(cast.alice)
    pages: list[str] = []

    def more(number: int) -> None:
        booking = make.booking(cast.alice, kiln, person=ana, starts_at=NOON + number * HOUR)
        make.grant(make.qualification(cast.house, name=f"Induction {number}"), ana)
        for title in range(number):
            booking = change_booking(booking, BookingChange(title=f"Glaze {title}"), by=cast.alice, source=Source.STAFF)
        mailed(booking, ana)
        pages[:] = [f"/o/oolite/admin/people/{ana.pk}", f"/o/oolite/admin/bookings/{booking.pk}"]

    def queries() -> list[int]:
        counts = []
        for page in pages:
            with CaptureQueriesContext(connection) as asked:
                client.get(page)
            counts.append(len(asked))
        return counts

    more(1)
    few = queries()
    more(2)
    more(3)
    assert queries() == few
