"""Members, invitations and tokens over the API: what works, what is refused, and who reads what."""

from typing import Any

import pytest

from infra24.orgs import queries
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.orgs.probe import bearer, refusal

pytestmark = pytest.mark.django_db


class Api:
    """A program with a token."""

    def __init__(self, member: Member, **token: Any) -> None:
        self.headers = bearer(make.token(member, **token))

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        data = b"" if body is None else make.json(body)
        return make.client().generic(method, f"/api/{path}", data, "application/json", headers=self.headers)


@pytest.fixture
def cast() -> make.Cast:
    return make.cast(alice=Role.ADMIN)


def test_who_am_i(cast: make.Cast) -> None:
    assert Api(cast.bob, scopes=["people:read"])("GET", "me").json() == {
        "name": "Bob",
        "email": "bob@example.org",
        "member_id": str(cast.bob.pk),
        "role": "member",
        "organisation": {
            "id": str(cast.house.pk),
            "slug": "oolite",
            "name": "Oolite",
            "time_zone": "America/New_York",
            "locale": "en",
        },
        "scopes": ["people:read"],
    }


def test_members_are_listed_page_by_page_and_changed(cast: make.Cast) -> None:
    alice = Api(cast.alice)

    first = alice("GET", "members?limit=1").json()
    second = alice("GET", f"members?limit=1&cursor={first['next']}").json()
    assert [item["name"] for item in first["items"] + second["items"]] == ["Alice", "Bob"]
    assert second["next"] is None

    changed = alice("PATCH", f"members/{cast.bob.pk}", {"role": "staff"})
    assert (changed.status_code, changed.json()["role"]) == (200, "staff")
    ended = alice("PATCH", f"members/{cast.bob.pk}", {"is_active": False})
    assert ended.json()["is_active"] is False


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"role": "emperor"}, 422, "invalid_request"),
        ({"is_active": True}, 422, "invalid_request"),
        ({"is_active": 0}, 422, "invalid_request"),
        ({"email": "x@example.org"}, 422, "invalid_request"),
        ({"role": "member"}, 409, "last_admin"),
        ({"is_active": False}, 409, "last_admin"),
    ],
)
def test_changes_that_cannot_be_leave_no_trace(cast: make.Cast, body: Any, status: int, code: str) -> None:
    assert refusal(Api(cast.alice)("PATCH", f"members/{cast.alice.pk}", body)) == (status, code)
    with acting_for(cast.house.pk):
        assert Member.objects.get(pk=cast.alice.pk).rank == Role.ADMIN
        assert queries.audit_entries(cast.alice).count() == 0


def test_inviting_and_withdrawing(cast: make.Cast) -> None:
    alice = Api(cast.alice)

    made = alice("POST", "invitations", {"email": "Dora@Example.org", "role": "staff"})
    assert (made.status_code, made.json()["email"], made.json()["role"]) == (201, "dora@example.org", "staff")
    assert alice("GET", "invitations").json()["items"] == [made.json()]
    assert alice("DELETE", f"invitations/{made.json()['id']}").status_code == 204
    assert alice("GET", "invitations").json() == {"items": [], "next": None}
    assert refusal(alice("DELETE", f"invitations/{made.json()['id']}")) == (404, "invitation_invalid")


def test_an_invitation_that_cannot_be_is_explained(cast: make.Cast) -> None:
    manager = Api(make.member(cast.house, role=Role.MANAGER))

    bad = manager("POST", "invitations", {"email": "no address"})
    assert (refusal(bad), bad.json()["fields"]) == (
        (422, "invalid_request"),
        {"email": "This is not an e-mail address."},
    )
    too_high = manager("POST", "invitations", {"email": "d@example.org", "role": "admin"})
    assert refusal(too_high) == (403, "role_not_yours")
    known = manager("POST", "invitations", {"email": "BOB@example.org", "role": "member"})
    assert refusal(known) == (409, "already_member")


def test_a_token_makes_one_that_may_do_less(cast: make.Cast) -> None:
    bob = Api(cast.bob, scopes=["members:read", "members:write", "people:read"])

    made = bob("POST", "tokens", {"name": "Less", "scopes": ["people:read"]})
    more = bob("POST", "tokens", {"name": "More", "scopes": ["bookings:write"]})

    assert (made.status_code, made["Cache-Control"]) == (201, "no-store")
    assert made.json()["secret"].startswith(made.json()["hint"])
    assert refusal(more) == (403, "scope_not_yours")
    listed = bob("GET", "tokens").json()["items"]
    assert ["secret" in item for item in listed] == [False, False]
    less = bearer(made.json()["secret"])
    assert make.client().get("/api/people", headers=less).status_code == 200
    assert refusal(make.client().get("/api/bookings", headers=less)) == (403, "scope_missing")


def test_a_token_never_exceeds_its_members_role(cast: make.Cast) -> None:
    assert refusal(Api(cast.bob)("GET", "members")) == (403, "role_too_low")


def test_admins_revoke_everybodys_tokens_and_others_their_own(cast: make.Cast) -> None:
    make.token(cast.bob)
    with acting_for(cast.house.pk):
        (bobs,) = queries.tokens_for(cast.bob)
    staff = Api(make.member(cast.house, role=Role.STAFF))

    assert refusal(staff("DELETE", f"tokens/{bobs.pk}")) == (404, "token_not_found")
    assert Api(cast.alice)("DELETE", f"tokens/{bobs.pk}").status_code == 204
    assert refusal(Api(cast.bob)("DELETE", f"tokens/{bobs.pk}")) == (404, "token_not_found")


@pytest.mark.parametrize("path", ["members", "invitations", "tokens"])
@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "cursor=garbage", "cursor=%00"])
def test_a_page_that_cannot_be_is_refused(cast: make.Cast, path: str, query: str) -> None:
    answer = Api(cast.alice)("GET", f"{path}?{query}")

    assert answer.status_code == 422
    assert set(answer.json()["fields"]) == {query.partition("=")[0]}
