"""What a mail tells besides how things stand: how they were, who decides, whose it is now, in whose language."""

import re
from html import unescape

import pytest

from infra24.bookings.models import Booking, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import cancel_booking, confirm_booking
from infra24.bookings.services.transferring import Receiver, transfer_booking
from infra24.notifications.kept_mail import kept_mails
from infra24.orgs.models import Organisation
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.people.models import Person
from infra24.resources.models import Resource
from tests import make
from tests.notifications.raw import raw_mails
from tests.notifications.story import HOUR, House, mails_to, subjects_to

pytestmark = pytest.mark.django_db
BOB, ALICE = "bob@example.org", "alice@example.org"


@pytest.fixture
def house() -> House:
    return House()


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_old_and_new_time_stand_together(house: House) -> None:
    booking = house.book()
    house.run()
    house.move(booking, HOUR)
    house.run()

    told, changed = mails_to(BOB)
    (was,) = re.findall(r"^When: (.*)$", told.text, re.MULTILINE)
    (now,) = re.findall(r"^  now (.*)$", changed.text, re.MULTILINE)
    assert f"When:\n  was {was}\n  now {now}\n" in changed.text
    assert was != now
    unbroken = was.replace("New York time", "New\N{NO-BREAK SPACE}York\N{NO-BREAK SPACE}time")
    assert f"<s>{unbroken}</s>" in changed.html, "a zone is not torn apart on a phone"
    assert f"was {was} now {now}" in words(changed.html)
    # What did not change has no past.
    assert changed.text.count("  was ") == 1


def test_old_and_new_place_stand_together(house: House) -> None:
    other = make.resource(house.org, name="Kiln 3")
    booking = house.book()
    house.run()
    with acting_for(house.org.pk):
        Resource.objects.filter(pk=house.kiln.pk).update(location="Cellar")
    house.change(booking, legs=(make.wish(other).legs[0],))
    house.run()

    assert "Where:\n  was Kiln 2, Cellar\n  now Kiln 3\n" in mails_to(BOB)[1].text


def test_of_several_changes_told_at_once_the_old_is_what_the_reader_knew(house: House) -> None:
    booking = house.book()
    house.run()
    (was,) = re.findall(r"^When: (.*)$", mails_to(BOB)[0].text, re.MULTILINE)
    for hours in (1, 2, 3):
        house.move(booking, hours * HOUR)
    house.run()

    assert subjects_to(BOB) == ["Confirmed: Firing", "Changed: Firing"]
    assert f"  was {was}\n" in mails_to(BOB)[1].text


def test_a_change_there_and_back_has_nothing_old_to_show(house: House) -> None:
    booking = house.book()
    house.run()
    house.move(booking, HOUR)
    house.change(booking, starts_at=booking.starts_at, ends_at=booking.ends_at)
    house.run()

    assert "  was " not in mails_to(BOB)[1].text


def requested(house: House) -> Booking:
    make.opening_hours(house.org, rules={**make.open_week(), "approval": "always"}, resource=house.kiln)
    booking = make.booking(house.cast.bob, house.kiln)
    assert booking.status == "pending"
    return booking


def test_a_request_is_told_to_whoever_asked_and_to_staff_who_decide(house: House) -> None:
    make.member(house.org, role=Role.INSTRUCTOR, email="ivy@example.org")
    booking = requested(house)
    house.run()

    assert subjects_to(BOB) == ["Request received: Firing"]
    assert subjects_to(ALICE) == ["New request: Firing"]
    assert subjects_to("ivy@example.org") == []
    assert f"/o/oolite/admin/bookings/{booking.pk}" in mails_to(ALICE)[0].text
    assert "Bob asks for a time" in mails_to(ALICE)[0].text

    house.again("notifications.tell_about_request")
    assert subjects_to(ALICE) == ["New request: Firing"]


def test_a_request_decided_before_the_mail_went_out_is_no_news_to_staff(house: House) -> None:
    booking = requested(house)
    with acting_for(house.org.pk):
        confirm_booking(booking_for(house.cast.alice, booking.pk), by=house.cast.alice, source=Source.STAFF)
    house.run()

    assert subjects_to(ALICE) == []
    assert subjects_to(BOB) == ["Approved: Firing"]


def test_an_approval_says_that_it_is_one(house: House) -> None:
    booking = requested(house)
    house.run()
    with acting_for(house.org.pk):
        confirm_booking(booking_for(house.cast.alice, booking.pk), by=house.cast.alice, source=Source.STAFF)
    house.run()

    assert subjects_to(BOB) == ["Request received: Firing", "Approved: Firing"]
    assert [part.name for part in mails_to(BOB)[1].attachments] == ["booking.ics"]


def hand_over(house: House, booking: Booking, to: Person) -> None:
    with acting_for(house.org.pk):
        fresh = booking_for(house.cast.alice, booking.pk)
        transfer_booking(fresh, Receiver(person_id=to.pk), by=house.cast.alice, source=Source.STAFF)


def test_who_is_given_a_booking_hears_of_it_and_so_does_whose_it_was(house: House) -> None:
    dora = make.person(house.org, name="Dora", email="dora@example.org")
    booking = house.book()
    house.run()
    hand_over(house, booking, dora)
    house.run()

    assert subjects_to("dora@example.org") == ["Yours now: Firing"]
    assert "A booking was handed over to you" in mails_to("dora@example.org")[0].text
    assert subjects_to(BOB) == ["Confirmed: Firing", "No longer yours: Firing"]
    told = mails_to(BOB)[1]
    assert "Dear Bob," in told.text
    assert "Dora" not in told.text + told.html + str(told.attachments), "who has it now is not theirs to know"
    house.again("notifications.tell_about_transfer")
    assert len(kept_mails()) == 3


def test_whose_it_was_is_not_told_what_does_not_concern_them(house: House) -> None:
    dora = make.person(house.org, name="Dora", email="dora@example.org")
    hold, back = house.book(status="hold"), house.book(starts_at=make.NOON + 4 * HOUR)
    unnamed = house.book(person=None, starts_at=make.NOON + 6 * HOUR)
    for booking in (hold, back, unnamed):
        hand_over(house, booking, dora)
    hand_over(house, back, house.bob)
    house.run()

    assert "No longer yours: Firing" not in subjects_to(BOB)
    notes = " ".join(house.notes("notifications.tell_about_transfer"))
    for why in ("it only was a hold.", "they have it again.", "Nobody had it before."):
        assert why in notes


def test_one_who_gets_it_and_one_who_had_it_are_told_though_the_other_cannot_be(house: House) -> None:
    booking = house.book()
    house.run()
    hand_over(house, booking, make.person(house.org, name="Dora"))
    house.run()

    assert subjects_to(BOB)[1:] == ["No longer yours: Firing"]


def test_a_booking_s_mail_leads_into_calendars_on_the_web(house: House) -> None:
    booking = house.book(title="Firing & glazing")
    house.run()

    (mail,) = mails_to(BOB)
    google = "https://calendar.google.com/calendar/render?action=TEMPLATE&text=Firing+%26+glazing&dates="
    assert f"Add to calendar:\nGoogle Calendar: {google}" in mail.text
    assert f'href="{google.replace("&", "&amp;")}' in mail.html
    assert 'href="https://outlook.live.com/calendar/' in mail.html
    assert f"/bookings/{booking.pk}.ics" not in mail.text, "the file came along"
    house.cancel(booking)
    house.run()
    assert "Add to calendar" not in mails_to(BOB)[1].text + mails_to(BOB)[1].html


def test_a_late_cancellation_says_that_it_counts_as_late() -> None:
    house = House(cancel_notice_minutes=43200)
    booking = make.booking(house.cast.bob, house.kiln, person=house.bob)
    house.run()
    with acting_for(house.org.pk):
        cancel_booking(booking_for(house.cast.bob, booking.pk), by=house.cast.bob, source=Source.SELF)
    house.run()

    assert "Cancelled with less notice than agreed. It counts as late." in mails_to(BOB)[1].text


def test_somebody_is_written_to_in_their_own_language(house: House) -> None:
    with acting_for(house.org.pk):
        Person.objects.filter(pk=house.bob.pk).update(locale="es")
        Organisation.objects.filter(pk=house.org.pk).update(locale="en")
    house.book()
    house.book(person=make.person(house.org, name="Dora", email="dora@example.org"), starts_at=make.NOON + 4 * HOUR)
    house.run()

    assert '<html lang="es">' in mails_to(BOB)[0].html
    assert '<html lang="en">' in mails_to("dora@example.org")[0].html


def test_staff_are_written_to_in_the_language_they_asked_for_as_persons(house: House) -> None:
    with acting_for(house.org.pk):
        alice = make.person(house.org, member=house.cast.alice)
        Person.objects.filter(pk=alice.pk).update(locale="es")
    requested(house)
    house.run()

    assert '<html lang="es">' in mails_to(ALICE)[0].html


def test_a_mail_knows_the_night_and_narrow_screens(house: House) -> None:
    with acting_for(house.org.pk):
        look = {"brand": "#22577a", "brand_night": "#38a3a5", "surface_night": "#101418"}
        Organisation.objects.filter(pk=house.org.pk).update(theme=look)
    house.book()
    house.run()

    html = mails_to(BOB)[0].html
    assert '<meta name="color-scheme" content="light dark">' in html
    night = html.partition("@media (prefers-color-scheme: dark)")[2].partition("</style>")[0]
    assert "#101418" in night
    assert "#38a3a5" in night
    assert "@media (max-width: 480px)" in html
    assert "<img" not in html


def test_every_mail_says_that_a_machine_wrote_it(house: House) -> None:
    house.book()
    house.run()

    (mail,) = raw_mails()
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] is None, "a confirmation cannot be stopped"
