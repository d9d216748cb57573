"""Mails and their words, through the generated client."""

import pytest

from tests.client.calling import Package, Refused
from tests.client.conftest import House


def test_an_admin_writes_the_words_of_a_mail_looks_at_it_and_goes_back(house: House, package: Package) -> None:
    dana, shapes = house.dana, package.models
    before = dana.show_mail_text("confirmed", "en")
    assert (before.house.subject, before.own.subject, before.version) == ("Confirmed: {title}", "", 1)

    said = dana.change_mail_text(
        "confirmed", "en", body=shapes.MailWordsIn(subject="Hi {person}"), if_match=dana.headers["ETag"]
    )
    assert (said.own.subject, said.version) == ("Hi {person}", 2)
    assert dana.preview_mail("confirmed", "en", body=shapes.MailWordsIn(lead="Hello")).text.count("Hello") == 1
    assert dana.send_test_mail("confirmed", "en").sent_to == "dana@example.org"

    assert dana.reset_mail_text("confirmed", "en", if_match=dana.headers.get("ETag", '"2"')).own.subject == ""


def test_what_need_not_be_sent_is_switched_off(house: House, package: Package) -> None:
    dana, shapes = house.dana, package.models
    assert dana.show_mail("reminder").is_on
    assert not dana.change_mail("reminder", body=shapes.MailPatch(is_on=False), if_match=dana.headers["ETag"]).is_on
    assert [mail.message for mail in dana.list_mails().items if not mail.is_on] == ["reminder"]

    with pytest.raises(Refused) as refusal:
        dana.change_mail("confirmed", body=shapes.MailPatch(is_on=False))
    assert refusal.value.told == (409, "mail_essential")


def test_members_say_which_mails_they_want(house: House, package: Package) -> None:
    wish = house.bob.change_mail_preference("reminder", body=package.models.MailWishIn(is_wanted=False))
    assert not wish.is_wanted
    assert {row.message: row.is_wanted for row in house.bob.list_mail_preferences().items}["reminder"] is False


def test_staff_let_mail_go_to_an_address_again(house: House) -> None:
    (trouble,) = house.alice.list_mail_troubles().items
    assert (trouble.id, trouble.kind, trouble.recipient_id) == (
        house.world.ids["trouble_id"],
        "bounced",
        house.world.ids["person_id"],
    )
    assert house.alice.clear_mail_trouble(trouble.id) == trouble
    assert house.alice.list_mail_troubles().items == []

    with pytest.raises(Refused) as refusal:
        house.charlie.clear_mail_trouble(trouble.id)
    assert refusal.value.told == (404, "trouble_not_found")


def test_no_mail_has_gone_out_about_what_nobody_was_told_of(house: House) -> None:
    assert house.alice.list_sent_mails(subject=house.world.ids["booking_id"]).items == []
