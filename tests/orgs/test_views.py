"""Pages about members, invitations, tokens and history."""

import csv
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infra24.orgs import queries, services
from infra24.orgs.keys import mailed_secret
from infra24.orgs.models import Invitation, Key, Member, User
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from tests import make

pytestmark = pytest.mark.django_db
MEMBERS, TOKENS, HISTORY = (f"/o/oolite/admin/{page}" for page in ("settings/members", "settings/tokens", "audit"))


@pytest.fixture
def cast() -> make.Cast:
    return make.cast(alice=Role.ADMIN)


def invitation_of(cast: make.Cast, email: str) -> str:
    """The address of a fresh invitation."""
    with acting_for(cast.house.pk):
        invitation = services.invite(email, role=Role.STAFF, by=cast.alice, source="staff")
        return f"/o/oolite/invitation/{mailed_secret(Key.objects.get(subject_id=invitation.pk).pk)}"


def test_an_invitation_makes_an_account_and_signs_in(cast: make.Cast) -> None:
    link, client = invitation_of(cast, "dora@example.org"), make.client()

    shown = client.get(link)
    assert (shown.status_code, shown["Referrer-Policy"]) == (200, "no-referrer")
    assert not User.objects.filter(email="dora@example.org").exists()
    joined = client.post(link, {"name": "Dora"})

    assert joined["Location"] == "/o/oolite/"
    me = client.get("/api/me").json()
    assert (me["name"], me["role"]) == ("Dora", "staff")
    assert make.client().get(link).status_code == 404


def test_who_has_an_account_signs_in_first(cast: make.Cast) -> None:
    link = invitation_of(cast, "charlie@example.org")

    asked = make.client().post(link)
    assert asked["Location"] == f"/accounts/login/?next={link}"
    assert make.client(cast.charlie).post(link)["Location"] == "/o/oolite/"


def test_an_invitation_is_for_the_address_it_was_sent_to(cast: make.Cast) -> None:
    link = invitation_of(cast, "dora@example.org")

    assert make.client(cast.charlie).post(link).status_code == 403
    assert make.client().get("/o/elsewhere/" + link.removeprefix("/o/oolite/")).status_code == 404
    assert make.client().post(link, {"name": ""}).status_code == 200
    with acting_for(cast.house.pk):
        assert queries.open_invitations(cast.alice).count() == 1


def test_managers_invite_change_and_end(cast: make.Cast) -> None:
    client = make.client(cast.alice)

    client.post("/o/oolite/admin/settings/invitations", {"email": "dora@example.org", "role": "staff"})
    client.post(f"{MEMBERS}/{cast.bob.pk}", {"role": "instructor"})
    page = client.get(MEMBERS).content.decode()

    assert "dora@example.org" in page
    with acting_for(cast.house.pk):
        invitation = Invitation.objects.get()
        assert Member.objects.get(pk=cast.bob.pk).rank == Role.INSTRUCTOR
    client.post(f"/o/oolite/admin/settings/invitations/{invitation.pk}/withdraw")
    client.post(f"{MEMBERS}/{cast.bob.pk}", {"end": "1"})
    with acting_for(cast.house.pk):
        assert not Member.objects.get(pk=cast.bob.pk).is_active
        assert queries.open_invitations(cast.alice).count() == 0
    assert "bob@example.org" not in client.get(MEMBERS).content.decode()


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"email": "no address", "role": "staff"}, 422),
        ({"email": "d@example.org", "role": "emperor"}, 422),
        ({"email": "bob@example.org", "role": "staff"}, 409),
    ],
)
def test_an_invitation_that_cannot_be_is_explained_beside_the_form(
    cast: make.Cast, data: dict[str, str], status: int
) -> None:
    answer = make.client(cast.alice).post("/o/oolite/admin/settings/invitations", data)

    assert (answer.status_code, bool(answer.context["form"].errors)) == (status, True)


def test_a_role_that_does_not_exist_is_refused(cast: make.Cast) -> None:
    assert make.client(cast.alice).post(f"{MEMBERS}/{cast.bob.pk}", {"role": "emperor"}).status_code == 422


def test_a_token_is_shown_once_and_works_until_it_is_revoked(cast: make.Cast) -> None:
    client = make.client(cast.alice)

    made = client.post(TOKENS, {"name": "Door", "scopes": ["bookings:read"], "last_on": "2099-12-31"})
    secret = made.context["secret"]
    (listed,) = client.get(TOKENS).context["pages"].items

    assert secret in made.content.decode()
    assert secret not in client.get(TOKENS).content.decode()
    assert made["Cache-Control"].startswith("max-age=0")
    assert listed.expires_at.isoformat() == "2100-01-01T05:00:00+00:00"
    bearer = {"Authorization": f"Bearer {secret}"}
    assert make.client().get("/api/me", headers=bearer).json()["scopes"] == ["bookings:read"]
    client.post(f"{TOKENS}/{listed.pk}/revoke")
    assert make.client().get("/api/me", headers=bearer).status_code == 401


def test_a_token_that_cannot_be_is_explained_beside_the_form(cast: make.Cast) -> None:
    client = make.client(cast.alice)
    for data in (
        {"name": "Door", "scopes": ["everything"]},
        {"name": "", "scopes": ["bookings:read"]},
        {"name": "Door", "scopes": ["bookings:read"], "last_on": "2001-01-01"},
        {"name": "Door", "scopes": ["bookings:read"], "last_on": "9999-12-31"},
    ):
        answer = client.post(TOKENS, data)
        assert (answer.status_code, answer.context["secret"], bool(answer.context["form"].errors)) == (422, "", True)


def test_history_says_who_did_what(cast: make.Cast) -> None:
    client = make.client(cast.alice)
    client.post(f"{MEMBERS}/{cast.bob.pk}", {"role": "instructor"})

    ((entry, name, before, after),) = client.get(HISTORY).context["rows"]

    assert (name, entry.action, before, after) == (
        "Alice",
        "member.change_role",
        [("role", "member")],
        [("role", "instructor")],
    )


def test_history_tells_times_in_the_zone_of_the_house(cast: make.Cast) -> None:
    make.booking(cast.alice, make.resource(cast.house))

    assert f'datetime="{make.NOON.isoformat()}"' in make.client(cast.alice).get(HISTORY).content.decode()


def test_lists_take_the_same_number_of_statements_for_one_row_and_for_three(cast: make.Cast) -> None:
    client = make.client(cast.alice)

    def statements() -> list[int]:
        counts = []
        for page in (MEMBERS, TOKENS, HISTORY):
            with CaptureQueriesContext(connection) as seen:
                client.get(page)
            counts.append(len(seen))
        return counts

    def grow(number: int) -> None:
        make.token(make.member(cast.house))
        client.post("/o/oolite/admin/settings/invitations", {"email": f"d{number}@example.org", "role": "member"})

    grow(1)
    few = statements()
    grow(2)
    grow(3)
    assert statements() == few


def found(client: Any, query: str) -> list[str]:
    return [row[0].action for row in client.get(f"{HISTORY}?{query}").context["rows"]]


def test_history_is_narrowed_by_who_what_about_what_and_when(cast: make.Cast) -> None:
    client = make.client(cast.alice)
    booked = make.booking(cast.bob, make.resource(cast.house))
    client.post(f"{MEMBERS}/{cast.bob.pk}", {"role": "instructor"})
    tomorrow = make.NOON.date()

    assert found(client, "") == ["member.change_role", "booking.create"]
    assert found(client, f"member={cast.bob.pk}") == ["booking.create"]
    assert found(client, "kind=member") == found(client, "action=member.") == ["member.change_role"]
    assert found(client, f"subject={booked.pk}") == ["booking.create"]
    assert found(client, "source=api") == found(client, f"since={tomorrow}") == []
    assert found(client, f"until={tomorrow}&kind=burnt&subject=x") == found(client, "")
    assert "Nothing of that kind was done" in client.get(f"{HISTORY}?source=api").content.decode()


def test_history_as_a_file_has_what_is_shown(cast: make.Cast) -> None:
    client = make.client(cast.alice)
    make.booking(cast.bob, make.resource(cast.house))
    client.post(f"{MEMBERS}/{cast.bob.pk}", {"role": "instructor"})

    text = client.get(f"{HISTORY}.csv?kind=member").content.decode("utf-8-sig")
    heads, row = csv.reader(StringIO(text, newline=""))

    assert heads == ["When", "Who", "Came by", "What", "About", "Before", "After"]
    assert row[1:] == [
        "Alice",
        "staff",
        "member.change_role",
        str(cast.bob.pk),
        '{"role":"member"}',
        '{"role":"instructor"}',
    ]


def test_the_api_tells_managers_who_did_what(cast: make.Cast) -> None:
    booked = make.booking(cast.bob, make.resource(cast.house))
    headers = {"Authorization": f"Bearer {make.token(cast.alice)}"}

    answer = make.client().get(f"/api/audit?subject={booked.pk}&action=booking.", headers=headers).json()

    (entry,) = answer["items"]
    assert (entry["action"], entry["member_id"], entry["before"]) == ("booking.create", str(cast.bob.pk), None)
    assert make.client().get("/api/audit?kind=token", headers=headers).json()["items"] == []
