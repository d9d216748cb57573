"""Founding, inviting, joining, rising, leaving; tokens. New state, what is recorded, and refusals without trace."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from infra24.core.errors import Invalid
from infra24.orgs import queries, services
from infra24.orgs.errors import (
    AlreadyMember,
    EmailTaken,
    InvitationForSomebodyElse,
    InvitationInvalid,
    LastAdmin,
    OrganisationInvalid,
    RoleNotYours,
    ScopeNotYours,
    SignInToAccept,
    SlugTaken,
    TokenNotFound,
    TooManyTokens,
)
from infra24.orgs.keys import digest, mailed_secret, organisation_of
from infra24.orgs.models import Invitation, Key, Member, Organisation, User
from infra24.orgs.policies import Role
from infra24.orgs.services.tokens import MOST_TOKENS
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.recorded import audited, recorded_facts

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Iterator[make.Cast]:
    """Alice is the admin; the story plays in her organisation."""
    cast = make.cast(alice=Role.ADMIN)
    with acting_for(cast.house.pk):
        yield cast


def test_founding_an_organisation_records_it() -> None:
    founded = services.found_organisation(slug="locust", name="Locust", time_zone="America/New_York")

    with acting_for(founded.pk):
        assert (recorded_facts(), audited()) == (["organisation.founded"], ["organisation.found"])


def test_a_short_name_is_given_once() -> None:
    make.organisation(slug="oolite")

    with pytest.raises(SlugTaken):
        services.found_organisation(slug="oolite", name="Another", time_zone="UTC")

    assert [found.name for found in Organisation.objects.all()] == ["Oolite"]


def test_an_organisation_that_cannot_be_is_refused_field_by_field() -> None:
    with pytest.raises(OrganisationInvalid) as refusal:
        services.found_organisation(slug="No Spaces", name="", time_zone="Mars/Olympus")

    assert set(refusal.value.fields) == {"slug", "name", "time_zone"}


def test_an_account_is_made_once() -> None:
    services.make_user("Dora@Example.org", name="Dora")

    with pytest.raises(EmailTaken):
        services.make_user("dora@example.org")

    assert [user.email for user in User.objects.all()] == ["dora@example.org"]


def test_an_invitation_is_accepted_by_somebody_new(cast: make.Cast) -> None:
    invitation = services.invite("Dora@example.org", role=Role.STAFF, by=cast.alice, source="staff")
    key = Key.objects.get(subject_id=invitation.pk)
    found = queries.invitation_by_secret(mailed_secret(key.pk))

    member = services.accept_invitation(found, user=None, name="Dora")

    assert (member.rank, member.user.email, member.user.name) == (Role.STAFF, "dora@example.org", "Dora")
    assert not member.user.has_usable_password()
    assert recorded_facts() == ["invitation.sent", "member.joined"]
    assert audited() == ["invitation.send", "member.add", "invitation.accept"]
    with pytest.raises(InvitationInvalid):
        queries.invitation_by_secret(mailed_secret(key.pk))


def test_an_account_that_exists_has_to_sign_in_to_accept(cast: make.Cast) -> None:
    invitation = services.invite("charlie@example.org", role=Role.MEMBER, by=cast.alice, source="staff")

    with pytest.raises(SignInToAccept):
        services.accept_invitation(invitation, user=None)
    with pytest.raises(InvitationForSomebodyElse):
        services.accept_invitation(invitation, user=make.user("eve@example.org"))

    assert list(queries.open_invitations(cast.alice)) == [invitation]
    assert services.accept_invitation(invitation, user=cast.charlie.user).user == cast.charlie.user


def test_inviting_again_withdraws_the_first_link(cast: make.Cast) -> None:
    first = services.invite("dora@example.org", role=Role.MEMBER, by=cast.alice, source="staff")
    second = services.invite("dora@example.org", role=Role.MEMBER, by=cast.alice, source="staff")

    assert list(queries.open_invitations(cast.alice)) == [second]
    with pytest.raises(InvitationInvalid):
        services.accept_invitation(first, user=None)


def test_an_invitation_runs_out_after_two_weeks(cast: make.Cast) -> None:
    invitation = services.invite("dora@example.org", role=Role.MEMBER, by=cast.alice, source="staff")
    key = Key.objects.get(subject_id=invitation.pk)
    assert key.expires_at == invitation.invited_at + timedelta(days=14)
    Key.objects.filter(pk=key.pk).update(expires_at=datetime.now(UTC))

    assert list(queries.open_invitations(cast.alice)) == []
    with pytest.raises(InvitationInvalid):
        queries.invitation_by_secret(mailed_secret(key.pk))


@pytest.mark.parametrize(
    ("inviter", "offered"),
    [(Role.MANAGER, Role.ADMIN), (Role.STAFF, Role.MEMBER), (Role.MEMBER, Role.MEMBER)],
)
def test_nobody_gives_a_role_above_their_own(cast: make.Cast, inviter: Role, offered: Role) -> None:
    dora = make.member(cast.house, role=inviter)

    with pytest.raises(RoleNotYours):
        services.invite("eve@example.org", role=offered, by=dora, source="staff")

    assert (recorded_facts(), audited(), Invitation.objects.count()) == ([], [], 0)


def test_members_are_not_invited(cast: make.Cast) -> None:
    with pytest.raises(AlreadyMember):
        services.invite("bob@example.org", role=Role.STAFF, by=cast.alice, source="staff")
    with pytest.raises(AlreadyMember):
        services.add_member(cast.house.pk, cast.bob.user, role=Role.STAFF, by=None, source="import")

    assert (recorded_facts(), audited()) == ([], [])


def test_a_role_is_changed_and_the_change_remembered(cast: make.Cast) -> None:
    changed = services.change_role(cast.bob, role=Role.INSTRUCTOR, by=cast.alice, source="staff")

    assert changed.rank == Role.INSTRUCTOR
    assert audited() == ["member.change_role"]


def test_a_manager_cannot_touch_an_admin(cast: make.Cast) -> None:
    dora = make.member(cast.house, role=Role.MANAGER)

    with pytest.raises(RoleNotYours):
        services.change_role(cast.alice, role=Role.MEMBER, by=dora, source="staff")
    with pytest.raises(RoleNotYours):
        services.deactivate_member(cast.alice, by=dora, source="staff")
    with pytest.raises(RoleNotYours):
        services.change_role(dora, role=Role.ADMIN, by=dora, source="staff")


def test_the_last_admin_stays(cast: make.Cast) -> None:
    with pytest.raises(LastAdmin):
        services.change_role(cast.alice, role=Role.STAFF, by=cast.alice, source="staff")
    with pytest.raises(LastAdmin):
        services.deactivate_member(cast.alice, by=cast.alice, source="staff")

    services.change_role(cast.bob, role=Role.ADMIN, by=cast.alice, source="staff")
    assert services.change_role(cast.alice, role=Role.STAFF, by=cast.alice, source="staff").rank == Role.STAFF


@pytest.mark.django_db(transaction=True)
def test_two_admins_cannot_demote_each_other_at_once() -> None:
    cast = make.cast(alice=Role.ADMIN)
    dana = make.member(cast.house, role=Role.ADMIN)
    outcomes: list[str] = []
    ready = threading.Barrier(2)

    def demote(by: Member, whom: Member) -> None:
        try:
            with acting_for(cast.house.pk):
                ready.wait(timeout=10)
                services.change_role(whom, role=Role.STAFF, by=by, source="staff")
            outcomes.append("done")
        except (LastAdmin, RoleNotYours) as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=demote, args=pair) for pair in ((cast.alice, dana), (dana, cast.alice))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["done", "last_admin"]
    with acting_for(cast.house.pk):
        assert Member.objects.filter(role=Role.ADMIN.value).count() == 1


def test_leaving_ends_tokens_and_joining_again_takes_the_new_role(cast: make.Cast) -> None:
    secret = make.token(cast.bob)

    services.deactivate_member(cast.bob, by=cast.alice, source="staff")

    assert organisation_of(Key.Kind.TOKEN, secret) is None
    assert cast.bob not in queries.members_for(cast.alice).filter(is_active=True)
    again = services.add_member(cast.house.pk, cast.bob.user, role=Role.STAFF, by=cast.alice, source="staff")
    assert (again.pk, again.rank) == (cast.bob.pk, Role.STAFF)


def test_a_tokens_secret_is_given_once_and_not_kept(cast: make.Cast) -> None:
    key, secret = services.make_token(name="Door", scopes=["bookings:read"], by=cast.bob, source="self")

    assert (secret[:4], len(secret), key.hint) == ("i24_", 47, secret[:8])
    assert bytes(Key.objects.get(pk=key.pk).sha256) == digest(secret)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM orgs_key k WHERE k::text LIKE %s", [f"%{secret}%"])
        assert cursor.fetchone() == (0,)
    assert organisation_of(Key.Kind.TOKEN, secret) == cast.house.pk
    assert organisation_of(Key.Kind.INVITATION, secret) is None


def test_a_revoked_token_opens_nothing(cast: make.Cast) -> None:
    key, secret = services.make_token(name="Door", scopes=["bookings:read"], by=cast.bob, source="self")

    services.revoke_token(key, by=cast.alice, source="staff")

    assert organisation_of(Key.Kind.TOKEN, secret) is None
    assert audited() == ["token.make", "token.revoke"]
    with pytest.raises(TokenNotFound):
        services.revoke_token(key, by=cast.alice, source="staff")


def test_unusable_tokens_are_refused(cast: make.Cast) -> None:
    past = datetime.now(UTC) - timedelta(days=1)
    with pytest.raises(Invalid) as refusal:
        services.make_token(name="x", scopes=["everything"], expires_at=past, by=cast.bob, source="self")
    assert set(refusal.value.fields) == {"scopes", "expires_at"}
    with pytest.raises(ScopeNotYours):
        services.make_token(name="x", scopes=["people:read"], by=cast.bob, source="api", within=["bookings:read"])


def test_tokens_do_not_pile_up(cast: make.Cast) -> None:
    for _ in range(MOST_TOKENS):
        services.make_token(name="Door", scopes=["bookings:read"], by=cast.bob, source="self")

    with pytest.raises(TooManyTokens):
        services.make_token(name="Door", scopes=["bookings:read"], by=cast.bob, source="self")


def test_who_sees_which_members_tokens_and_history(cast: make.Cast) -> None:
    make.token(cast.bob)
    mine = make.token(cast.alice)
    services.change_role(cast.bob, role=Role.INSTRUCTOR, by=cast.alice, source="staff")

    assert set(queries.members_for(cast.alice)) == {cast.alice, cast.bob}
    assert set(queries.members_for(cast.bob)) == {cast.bob}
    assert [key.member_id for key in queries.tokens_for(cast.bob)] == [cast.bob.pk]
    assert {bytes(key.sha256) for key in queries.tokens_for(cast.alice)} >= {digest(mine)}
    assert (queries.audit_entries(cast.alice).count(), queries.audit_entries(cast.bob).count()) == (1, 0)
    assert Member.objects.filter(org_id=cast.elsewhere.pk).count() == 0
