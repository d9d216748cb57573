"""Who is asking; members, invitations and tokens, through the generated client."""

import pytest

from tests.client.calling import Package, Refused
from tests.client.conftest import House


def test_a_token_says_who_is_asking(house: House) -> None:
    me = house.alice.me()

    assert (me.name, me.role, me.organisation.slug) == ("Alice", "staff", "oolite")
    assert "bookings:write" in me.scopes


def test_managers_change_roles_and_end_memberships(house: House, package: Package) -> None:
    dana, change, bob = house.dana, package.models.MemberChange, house.world.ids["member_id"]

    assert dana.change_member(bob, body=change(role="instructor")).role == "instructor"
    assert dana.change_member(bob, body=change(is_active=False)).is_active is False

    assert [(each.name, each.is_active) for each in dana.list_members().items if each.id == bob] == [("Bob", False)]
    with pytest.raises(Refused) as refusal:
        house.bob.me()
    assert refusal.value.told[0] == 401


def test_an_invitation_is_sent_and_taken_back(house: House, package: Package) -> None:
    made = house.dana.invite(body=package.models.InvitationIn(email="new@example.org", role="staff"))

    assert made in house.dana.list_invitations().items
    assert house.dana.withdraw_invitation(made.id) is None
    assert made not in house.dana.list_invitations().items


def test_a_token_is_made_used_and_revoked(house: House, package: Package, site: str) -> None:
    made = house.alice.make_token(body=package.models.TokenIn(name="Door", scopes=["bookings:read"]))
    door = package.caller(site, made.secret)

    assert made.hint == made.secret[: len(made.hint)]
    assert made.id in [each.id for each in house.alice.list_tokens().items]
    assert door.me().scopes == ["bookings:read"]
    with pytest.raises(Refused) as refusal:
        door.list_people()
    assert refusal.value.told == (403, "scope_missing")

    house.alice.revoke_token(made.id)
    with pytest.raises(Refused) as refusal:
        door.me()
    assert refusal.value.told[0] == 401


def test_members_invite_nobody_and_strangers_find_nobody(house: House, package: Package) -> None:
    with pytest.raises(Refused) as refusal:
        house.bob.invite(body=package.models.InvitationIn(email="new@example.org"))
    assert refusal.value.told == (403, "role_too_low")

    with pytest.raises(Refused) as refusal:
        house.charlie.change_member(house.world.ids["member_id"], body=package.models.MemberChange(role="member"))
    assert refusal.value.told == (404, "member_not_found")


def test_managers_read_who_did_what(house: House) -> None:
    assert house.dana.list_audit_entries(subject=house.world.ids["booking_id"]).items[-1].action == "booking.create"
