"""Each mail once, in the organisation's voice, with a file for the calendar."""

import smtplib
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from dateutil.tz import tzical
from icalendar import Calendar

from infra24.bookings.models import Booking, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import BookingChange, cancel_booking, change_booking, confirm_booking, decline_booking
from infra24.config.subscriptions import REACTIONS
from infra24.notifications.kept_mail import KeptMail, kept_mails
from infra24.notifications.models import SentMail
from infra24.orgs.models import Organisation
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import deliver_due
from infra24.outbox.models import Delivery
from infra24.people.models import Person
from infra24.resources.models import Resource
from tests import make
from tests.make import Cast

pytestmark = pytest.mark.django_db
TEN = datetime(2026, 12, 1, 15, tzinfo=UTC)


class House:
    """Oolite with a kiln and Bob, for whom it is booked."""

    def __init__(self) -> None:
        self.cast: Cast = make.cast()
        self.org: Organisation = self.cast.house
        self.bob: Person = make.person(self.org, member=self.cast.bob)
        self.kiln: Resource = make.resource(self.org, name="Kiln 2")
        with acting_for(self.org.pk):
            Resource.objects.filter(pk=self.kiln.pk).update(location="First floor")

    def book(self, *, status: str = "confirmed", **more: Any) -> Booking:
        more = {"person": self.bob, "hours": 2, "starts_at": make.NOON, **more}
        return make.booking(self.cast.alice, self.kiln, status=status, **more)

    def change(self, booking: Booking, **change: Any) -> None:
        with acting_for(self.org.pk):
            fresh = booking_for(self.cast.alice, booking.pk)
            change_booking(fresh, BookingChange(**change), by=self.cast.alice, source=Source.STAFF)

    def cancel(self, booking: Booking, reason: str = "") -> None:
        with acting_for(self.org.pk):
            cancel_booking(
                booking_for(self.cast.alice, booking.pk), reason=reason, by=self.cast.alice, source=Source.STAFF
            )

    def notes(self) -> list[str]:
        deliver_due(REACTIONS)
        with acting_for(self.org.pk):
            return list(
                Delivery.objects.filter(destination__kind="mail").order_by("number").values_list("note", flat=True)
            )


@pytest.fixture
def house() -> House:
    return House()


def subjects() -> list[str]:
    return [mail.subject for mail in reversed(kept_mails())]


def calendar_of(mail: KeptMail) -> Any:
    (attachment,) = mail.attachments
    assert (attachment.name, attachment.content_type) == ("booking.ics", "text/calendar")
    return Calendar.from_ical(attachment.content)


def event_of(mail: KeptMail) -> Any:
    (event,) = calendar_of(mail).walk("VEVENT")
    return event


def test_a_confirmed_booking_is_mailed_to_its_person(house: House) -> None:
    with acting_for(house.org.pk):
        Organisation.objects.filter(pk=house.org.pk).update(
            name="Oolite Arts", theme={"brand": "#22577a"}, mail_address="hello@oolite.example.org"
        )
    booking = house.book(title="Firing & glazing <1>", party_size=3)

    assert house.notes() == ["Mailed to the person the booking is for."]

    (mail,) = kept_mails()
    assert mail.sender == "Oolite Arts <no-reply@rooms.example.org>"
    assert (mail.recipients, mail.subject) == (("bob@example.org",), "Confirmed: Firing & glazing <1>")
    for body in (mail.text, mail.html):
        assert "Kiln 2, First floor" in body
        assert "New York time" in body.replace("\N{NO-BREAK SPACE}", " ")
        assert "Dear Bob," in body
        assert "3 people" in body
        assert "https://rooms.example.org/o/oolite/" in body
    assert "Firing & glazing <1>" in mail.text
    assert "Firing &amp; glazing &lt;1&gt;" in mail.html
    assert "background:#22577a" in mail.html
    assert str(booking.pk) in str(event_of(mail)["uid"])


def test_a_mail_speaks_the_organisation_s_language(house: House) -> None:
    with acting_for(house.org.pk):
        Organisation.objects.filter(pk=house.org.pk).update(locale="es")
    house.book()
    house.notes()

    assert '<html lang="es">' in kept_mails()[0].html


def test_a_handler_that_runs_twice_mails_once(house: House) -> None:
    house.book()
    deliver_due(REACTIONS)
    with acting_for(house.org.pk):
        # As when the worker dies after the mail's record and before the delivery's.
        Delivery.objects.filter(destination__kind="mail").update(status="pending", settled_at=None)

    assert house.notes() == ["Mailed already."]
    assert len(kept_mails()) == 1


def test_a_worker_killed_between_mail_and_record_mails_again_under_the_same_id(house: House) -> None:
    house.book()
    deliver_due(REACTIONS)
    with acting_for(house.org.pk):
        SentMail.objects.update(sent_at=None)
        Delivery.objects.filter(destination__kind="mail").update(status="pending", settled_at=None)
    deliver_due(REACTIONS)

    first, second = kept_mails()
    assert first.message_id == second.message_id
    with acting_for(house.org.pk):
        assert SentMail.objects.filter(sent_at__isnull=False).count() == 1


@pytest.mark.parametrize("missing", ["person", "address"])
def test_without_somebody_to_write_to_nothing_is_sent(house: House, missing: str) -> None:
    house.book(person=None if missing == "person" else make.person(house.org, name="Dora"))

    (note,) = house.notes()
    assert note.startswith("Nothing to tell: ")
    assert kept_mails() == []


def test_a_request_is_acknowledged_and_its_refusal_says_why(house: House) -> None:
    make.opening_hours(house.org, rules={**make.open_week(), "approval": "always"}, resource=house.kiln)
    booking = make.booking(house.cast.bob, house.kiln)
    assert booking.status == "pending"
    deliver_due(REACTIONS)
    with acting_for(house.org.pk):
        decline_booking(
            booking_for(house.cast.alice, booking.pk),
            reason="The kiln is being repaired.",
            by=house.cast.alice,
            source=Source.STAFF,
        )
    deliver_due(REACTIONS)

    told = [mail for mail in reversed(kept_mails()) if mail.recipients == ("bob@example.org",)]
    assert [mail.subject for mail in told] == ["Request received: Firing", "Declined: Firing"]
    assert "The kiln is being repaired." in told[1].text
    assert [mail.attachments for mail in told] == [(), ()]


def test_a_change_of_time_is_told_and_one_of_the_note_is_not(house: House) -> None:
    booking = house.book()
    deliver_due(REACTIONS)
    house.change(booking, note="Bring gloves")
    deliver_due(REACTIONS)
    house.change(
        booking, starts_at=booking.starts_at + timedelta(hours=1), ends_at=booking.ends_at + timedelta(hours=1)
    )
    deliver_due(REACTIONS)

    assert subjects() == ["Confirmed: Firing", "Changed: Firing"]
    before, after = (event_of(mail) for mail in reversed(kept_mails()))
    assert before["uid"] == after["uid"]
    assert after["sequence"] > before["sequence"]
    assert after["dtstart"].dt - before["dtstart"].dt == timedelta(hours=1)


def test_what_happened_while_the_mail_stood_still_is_told_once_and_as_it_now_is(house: House) -> None:
    booking = house.book()
    for hours in (1, 2, 3):
        house.change(
            booking, starts_at=make.NOON + timedelta(hours=hours), ends_at=make.NOON + timedelta(hours=hours + 1)
        )

    deliver_due(REACTIONS)

    (mail,) = kept_mails()
    assert mail.subject == "Confirmed: Firing"
    assert event_of(mail)["dtstart"].dt == make.NOON + timedelta(hours=3)


def test_a_booking_cancelled_before_anything_was_mailed_needs_no_confirmation(house: House) -> None:
    house.cancel(house.book(), reason="Typed wrongly")
    deliver_due(REACTIONS)

    (mail,) = kept_mails()
    assert (mail.subject, mail.attachments) == ("Cancelled: Firing", ())
    assert "Typed wrongly" in mail.text


def test_a_cancellation_leaves_the_calendar_too(house: House) -> None:
    booking = house.book()
    deliver_due(REACTIONS)
    house.cancel(booking)
    deliver_due(REACTIONS)

    cancelled, confirmed = kept_mails()
    assert calendar_of(cancelled)["method"] == "CANCEL"
    assert event_of(cancelled)["status"] == "CANCELLED"
    assert event_of(cancelled)["uid"] == event_of(confirmed)["uid"]
    assert event_of(cancelled)["sequence"] > event_of(confirmed)["sequence"]


def test_a_hold_is_not_mailed_about_until_it_is_confirmed(house: House) -> None:
    hold = house.book(status="hold")
    deliver_due(REACTIONS)
    assert kept_mails() == []
    with acting_for(house.org.pk):
        confirm_booking(hold, by=house.cast.alice, source=Source.STAFF)
    deliver_due(REACTIONS)
    assert subjects() == ["Confirmed: Firing"]


def test_a_title_cannot_smuggle_in_a_header(house: House) -> None:
    house.book(title="Firing\nBcc: everybody@example.org")
    deliver_due(REACTIONS)

    assert subjects() == ["Confirmed: Firing Bcc: everybody@example.org"]


# --- The calendar file -----------------------------------------------------------------


def test_the_calendar_file_reads_back_as_the_booking(house: House) -> None:
    booking = house.book(title="Firing; a, b\\c — für Bob " + "ü" * 60)
    deliver_due(REACTIONS)

    (mail,) = kept_mails()
    calendar, event = calendar_of(mail), event_of(mail)
    assert (calendar["method"], event["status"]) == ("REQUEST", "CONFIRMED")
    assert str(event["uid"]) == f"booking-{booking.pk}@rooms.example.org"
    assert str(event["summary"]) == booking.title
    assert str(event["location"]) == "Kiln 2, First floor"
    assert (event["dtstart"].dt, event["dtend"].dt) == (booking.starts_at, booking.ends_at)
    assert event["dtstart"].params["TZID"] == "America/New_York"


def test_the_calendar_file_is_well_formed_by_hand(house: House) -> None:
    """Without the library that wrote it: lines, folding, escapes, and the zone's own rules."""
    booking = house.book(title="Firing; a, b\\c — für Bob " + "ü" * 60)
    deliver_due(REACTIONS)
    raw = kept_mails()[0].attachments[0].content

    physical = raw.split(b"\r\n")
    assert physical.pop() == b""
    assert max(map(len, physical)) <= 75
    assert b"\n" not in raw.replace(b"\r\n", b"")
    lines = raw.decode().replace("\r\n ", "").split("\r\n")
    assert "SUMMARY:Firing\\; a\\, b\\\\c — für Bob " + "ü" * 60 in lines
    start = next(line for line in lines if line.startswith("DTSTART;TZID=America/New_York:"))
    zone = tzical(StringIO("\r\n".join(lines))).get("America/New_York")
    local = datetime.strptime(start.partition(":")[2], "%Y%m%dT%H%M%S").replace(tzinfo=zone)
    assert local == booking.starts_at


# --- When the mail server refuses -------------------------------------------------------


class Refusing:
    """A mail server that answers as told."""

    error: Exception

    def __init__(self, *args: Any, **options: Any) -> None:
        pass

    def send_messages(self, messages: Any) -> int:
        raise self.error


@pytest.mark.parametrize(
    ("error", "became"),
    [
        (smtplib.SMTPRecipientsRefused({"bob@example.org": (550, b"no such user")}), ("dead", "rejected", 0)),
        (smtplib.SMTPRecipientsRefused({"bob@example.org": (451, b"greylisted")}), ("pending", "transient", 0)),
        (smtplib.SMTPRecipientsRefused({"bob@example.org": (421, b"bye")}), ("pending", "transient", 1)),
        (smtplib.SMTPDataError(554, b"spam"), ("dead", "rejected", 0)),
        (smtplib.SMTPDataError(452, b"disk full"), ("pending", "transient", 1)),
        (smtplib.SMTPAuthenticationError(535, b"no"), ("pending", "transient", 1)),
        (ConnectionRefusedError(), ("pending", "transient", 1)),
        (smtplib.SMTPServerDisconnected(), ("pending", "transient", 1)),
    ],
)
def test_refusals_lead_to_another_try_or_to_a_person(
    house: House, settings: Any, monkeypatch: pytest.MonkeyPatch, error: Exception, became: tuple[str, str, int]
) -> None:
    """What speaks of one address alone is no sign that mail fails: it must not make everybody's mail rest."""
    settings.EMAIL_BACKEND = "tests.notifications.test_services.Refusing"
    monkeypatch.setattr(Refusing, "error", error, raising=False)
    house.book()
    deliver_due(REACTIONS)

    with acting_for(house.org.pk):
        delivery = Delivery.objects.select_related("destination").get(destination__kind="mail")
        assert (delivery.status, delivery.outcome, delivery.destination.failures_in_row) == became
        assert "bob@example.org" not in delivery.note
        assert SentMail.objects.filter(sent_at__isnull=False).count() == 0
