"""Who wants a mail no more gets no more of it, by one click in a mail program or on a page, and can have it back."""

import pytest
from django.urls import reverse

from infra24.notifications.errors import MailEssential
from infra24.notifications.links import stop_url
from infra24.notifications.messages import MESSAGES
from infra24.notifications.models import MailPreference
from infra24.notifications.policies import Message
from infra24.notifications.services.texts import switch
from infra24.notifications.services.wishes import set_own_wishes, wish
from infra24.orgs.models import Key
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.make import NOON
from tests.notifications.raw import raw_mails
from tests.notifications.story import HOUR, House, mails_to, subjects_to
from tests.recorded import audited, recorded_facts

pytestmark = pytest.mark.django_db
ORIGIN = "https://rooms.example.org"
ALICE = "alice@example.org"


@pytest.fixture
def house() -> House:
    return House(alice=Role.MANAGER, approval="always")


def ask(house: House, hours: int = 0) -> None:
    """Bob asks for a time, of which staff are told."""
    make.booking(house.cast.bob, house.kiln, starts_at=NOON + hours * HOUR)
    house.run()


def link_of(house: House) -> str:
    """The address in the last mail to Alice, as its header has it."""
    mail = [mail for mail in raw_mails() if mail["To"] == ALICE][-1]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return str(mail["List-Unsubscribe"]).strip()[1:-1].removeprefix(ORIGIN)


def test_a_mail_that_need_not_be_sent_says_how_to_stop_it_in_its_header_and_in_its_text(house: House) -> None:
    ask(house)

    (mail,) = mails_to(ALICE)
    assert link_of(house).startswith("/o/oolite/mail/")
    assert ORIGIN + link_of(house) in mail.text
    assert ORIGIN + link_of(house) in mail.html


def test_one_click_of_a_mail_program_stops_it_without_cookies_or_token(house: House) -> None:
    ask(house)
    program = make.client(csrf=True)

    answer = program.post(link_of(house), {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    ask(house, hours=2)
    assert subjects_to(ALICE) == ["New request: Firing"]
    # Bob still hears of his own.
    assert subjects_to("bob@example.org") == ["Request received: Firing", "Request received: Firing"]
    assert house.notes("notifications.tell_about_request")[1].endswith(
        "Not wanted: whoever would get it wants no mails of this kind."
    )


def test_looking_changes_nothing_and_the_page_asks(house: House) -> None:
    ask(house)
    answer = make.client().get(link_of(house))

    assert answer.status_code == 200
    assert "No more of these mails?" in answer.content.decode()
    assert answer["Referrer-Policy"] == "no-referrer"
    with acting_for(house.org.pk):
        assert MailPreference.objects.count() == 0


def test_the_same_page_gives_it_back(house: House) -> None:
    ask(house)
    browser = make.client(csrf=True)
    assert "You get no more of these mails" in browser.post(link_of(house)).content.decode()
    assert "You get these mails again" in browser.post(link_of(house), {"wanted": "1"}).content.decode()
    ask(house, hours=2)

    assert len(subjects_to(ALICE)) == 2
    with acting_for(house.org.pk):
        assert [row for row in audited() if row.startswith("mail")] == ["mailpreference.change"] * 2
        assert recorded_facts().count("mailpreference.changed") == 2


def test_said_twice_is_said_once(house: House) -> None:
    with acting_for(house.org.pk):
        for _again in range(2):
            wish(house.org.pk, house.bob.pk, Message.REMINDER, is_wanted=False, by=None, source="mail")
        assert audited() == ["mailpreference.change"]


@pytest.mark.parametrize("secret", ["nothing", "x" * 43])
def test_an_address_that_was_cut_off_says_so(house: House, secret: str) -> None:
    answer = make.client().post(f"/o/oolite/mail/{secret}")
    assert answer.status_code == 404
    assert "copy it whole from the mail" in answer.content.decode()


def test_an_address_works_in_its_own_organisation_alone(house: House) -> None:
    ask(house)
    secret = link_of(house).rpartition("/")[2]
    assert make.client().post(f"/o/elsewhere/mail/{secret}").status_code == 404


def test_an_address_is_the_same_every_time_and_can_be_revoked(house: House) -> None:
    with acting_for(house.org.pk):
        first, second = (stop_url(house.org, house.bob.pk, Message.REMINDER, now=NOON) for _ in range(2))
        assert first == second
        assert Key.objects.filter(kind="mail_link").count() == 1
        Key.objects.filter(kind="mail_link").update(revoked_at=NOON - 1000 * HOUR)
    assert make.client().get(first.removeprefix(ORIGIN)).status_code == 404


def test_an_invitation_s_secret_opens_no_wishes(house: House) -> None:
    """Keys of one kind open nothing of another."""
    with acting_for(house.org.pk):
        stop = stop_url(house.org, house.bob.pk, Message.REMINDER, now=NOON).rpartition("/")[2]
    assert make.client().get(f"/o/oolite/invitation/{stop}").status_code == 404


def test_essential_mails_cannot_be_stopped(house: House) -> None:
    with pytest.raises(MailEssential), acting_for(house.org.pk):
        wish(house.org.pk, house.bob.pk, Message.CONFIRMED, is_wanted=False, by=None, source="mail")


def test_what_the_organisation_switches_off_nobody_gets(house: House) -> None:
    with acting_for(house.org.pk):
        switch(Message.NEW_REQUEST, is_on=False, by=house.cast.alice, source="staff")
    ask(house)

    assert subjects_to(ALICE) == []
    assert house.notes("notifications.tell_about_request")[0].endswith(
        "Not wanted: the organisation has switched this mail off."
    )


# --- A member's own page -----------------------------------------------------------------


def test_members_choose_on_a_page_of_their_own(house: House) -> None:
    page = reverse("my_mails", kwargs={"org": "oolite"})
    bob = make.client(house.cast.bob)
    shown = bob.get(page).content.decode()
    assert 'value="reminder" checked' in shown
    assert "new_request" not in shown, "a member gets no notices to staff"

    assert bob.post(page, {"wanted": ["hold_expiring"]}).status_code == 302

    shown = bob.get(page).content.decode()
    assert 'value="reminder" checked' not in shown
    assert 'value="hold_expiring" checked' in shown
    with acting_for(house.org.pk):
        assert MailPreference.objects.get().recipient == house.bob.pk


def test_staff_also_choose_among_notices_to_staff(house: House) -> None:
    with acting_for(house.org.pk):
        set_own_wishes(house.cast.alice, {Message.DIGEST: False}, source="staff")
        row = MailPreference.objects.get()
    assert (row.recipient, row.message, row.is_wanted) == (house.cast.alice.pk, "digest", False)


def test_members_cannot_choose_what_is_not_theirs_to_choose(house: House) -> None:
    for message in (Message.DIGEST, Message.CONFIRMED):
        with pytest.raises(MailEssential), acting_for(house.org.pk):
            set_own_wishes(house.cast.bob, {message: False}, source="self")


def test_the_optional_ones_are_these() -> None:
    """Whoever adds a mail says whether people can do without it; here it is written down twice on purpose."""
    optional = {message.value for message, kind in MESSAGES.items() if not kind.is_essential}
    assert optional == {"reminder", "hold_expiring", "new_request", "no_show", "digest"}
