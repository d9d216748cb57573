"""The doors of qualifications, grants and assignments: one happy path, one stranger, refusals as people meet them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Grant, Qualification, ResourceNeed, StudioAssignment
from tests import make
from tests.make import Cast
from tests.orgs.probe import bearer

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make.cast(alice=Role.MANAGER)


def send(by: Member, method: str, path: str, body: Any = None, **headers: str) -> Any:
    content = b"" if body is None else make.json(body)
    given = {**bearer(make.token(by)), **headers}
    return make.client().generic(method, f"/api/{path}", content, "application/json", headers=given)


def page(by: Member, path: str) -> str:
    return make.client(by).get(f"/o/oolite/{path}").content.decode()


def test_a_qualification_through_the_api(cast: Cast) -> None:
    made = send(cast.alice, "POST", "qualifications", {"name": "Kiln", "valid_months": 12})
    assert (made.status_code, made["ETag"], made.json()["name"]) == (201, '"1"', "Kiln")
    path = f"qualifications/{made.json()['id']}"

    changed = send(cast.alice, "PATCH", path, {"valid_months": None, "description": "An evening."})
    assert (changed["ETag"], changed.json()["valid_months"], changed.json()["name"]) == ('"2"', None, "Kiln")
    late = send(cast.alice, "PATCH", path, {"name": "Press"}, **{"If-Match": '"1"'})
    assert (late.status_code, late.json()["code"]) == (412, "stale")
    assert send(cast.bob, "GET", path).json() == changed.json()
    assert send(cast.bob, "PATCH", path, {"name": "Press"}).status_code == 403
    assert send(cast.charlie, "GET", path).status_code == 404
    archived = send(cast.alice, "PATCH", path, {"archived": True}, **{"If-Match": '"2"'})
    assert archived.json()["archived"] is True
    assert send(cast.bob, "GET", "qualifications").json() == {"items": [], "next": None}
    assert len(send(cast.bob, "GET", "qualifications?archived=true").json()["items"]) == 1


def test_what_is_still_needed_cannot_be_archived_and_the_api_says_for_what(cast: Cast) -> None:
    kiln = make.qualification(cast.house, make.resource(cast.house, name="Kiln A"))

    refused = send(cast.alice, "PATCH", f"qualifications/{kiln.pk}", {"archived": True})

    assert (refused.status_code, refused.json()["code"]) == (409, "qualification_in_use")
    assert "Kiln A" in refused.json()["detail"]


def test_grants_through_the_api(cast: Cast) -> None:
    kiln, dora = make.qualification(cast.house, valid_months=1), make.person(cast.house)
    body = {"qualification_id": kiln.pk, "person_id": dora.pk, "granted_on": "2026-01-31"}

    made = send(cast.alice, "POST", "grants", body)
    assert (made.status_code, made.json()["lapses_on"], made.json()["state"]) == (201, "2026-02-28", "lapsed")
    again = send(cast.alice, "POST", "grants", body)
    assert (again.status_code, again.json()["code"]) == (409, "already_granted")
    renewed = send(cast.alice, "POST", "grants", {**body, "granted_on": None, "renew": True})
    assert (renewed.status_code, renewed.json()["state"]) == (201, "valid")

    states = {
        state: [
            each["id"] for each in send(cast.alice, "GET", f"grants?person={dora.pk}&state={state}").json()["items"]
        ]
        for state in ("valid", "lapsed", "revoked", "all")
    }
    assert states == {
        "valid": [renewed.json()["id"]],
        "lapsed": [],
        "revoked": [made.json()["id"]],
        "all": [renewed.json()["id"], made.json()["id"]],
    }
    taken = send(cast.alice, "POST", f"grants/{renewed.json()['id']}/revoke")
    assert (taken.status_code, taken.json()["state"]) == (200, "revoked")
    assert send(cast.alice, "POST", f"grants/{renewed.json()['id']}/revoke").status_code == 409


def test_members_read_their_own_grants_alone(cast: Cast) -> None:
    kiln, dora = make.qualification(cast.house), make.person(cast.house)
    make.grant(kiln, dora)
    own = make.grant(kiln, make.person(cast.house, member=cast.bob))

    with acting_for(cast.house.pk):
        Grant.objects.update(note="Slow to learn")

    (told,) = send(cast.bob, "GET", "grants").json()["items"]
    assert (told["id"], told["note"]) == (str(own.pk), "")
    assert send(cast.bob, "GET", f"grants?person={dora.pk}").json()["items"] == []
    assert send(cast.charlie, "GET", "grants").json()["items"] == []
    assert send(cast.bob, "POST", f"grants/{own.pk}/revoke").status_code == 403


@pytest.mark.parametrize("wrong", [{"granted_on": 1768000000}, {"granted_on": "1999-12-31"}, {"renew": "yes"}])
def test_a_grant_nobody_could_mean_is_refused(cast: Cast, wrong: dict[str, Any]) -> None:
    kiln, dora = make.qualification(cast.house), make.person(cast.house)

    refused = send(cast.alice, "POST", "grants", {"qualification_id": kiln.pk, "person_id": dora.pk, **wrong})

    assert (refused.status_code, list(refused.json()["fields"])) == (422, list(wrong))


def test_studio_assignments_through_the_api(cast: Cast) -> None:
    room, dora = make.resource(cast.house), make.person(cast.house)
    body = {"person_id": dora.pk, "resource_id": room.pk, "starts_on": "2026-05-01"}

    made = send(cast.alice, "POST", "studio-assignments", body)
    assert (made.status_code, made["ETag"], made.json()["ends_on"]) == (201, '"1"', None)
    again = send(cast.alice, "POST", "studio-assignments", {**body, "starts_on": "2027-01-01"})
    assert (again.status_code, again.json()["code"]) == (409, "already_in_studio")
    path = f"studio-assignments/{made.json()['id']}"
    ended = send(cast.alice, "PATCH", path, {"ends_on": "2026-06-30"}, **{"If-Match": '"1"'})
    assert (ended["ETag"], ended.json()["ends_on"], ended.json()["starts_on"]) == ('"2"', "2026-06-30", "2026-05-01")
    assert send(cast.alice, "PATCH", path, {"note": "x"}, **{"If-Match": '"1"'}).status_code == 412

    found = {
        query: len(send(cast.alice, "GET", f"studio-assignments?{query}").json()["items"])
        for query in ("on=2026-06-30", "on=2026-07-01", f"person={dora.pk}", f"resource={room.pk}", f"person={room.pk}")
    }
    assert list(found.values()) == [1, 0, 1, 1, 0]
    assert send(cast.bob, "GET", "studio-assignments").status_code == 403
    assert send(cast.charlie, "GET", path).status_code == 404


def test_the_list_says_who_has_it_and_what_asks(cast: Cast) -> None:
    room = make.resource(cast.house, name="Kiln A")
    kiln = make.qualification(cast.house, room, name="Kiln induction")
    make.grant(kiln, make.person(cast.house))

    html = page(cast.alice, "admin/qualifications")

    assert "Kiln induction" in html
    assert f"/o/oolite/admin/resources/{room.pk}" in html
    assert "Add a qualification" in html


def test_empty_lists_say_what_to_do(cast: Cast) -> None:
    assert "Anybody may book anything" in page(cast.alice, "admin/qualifications")
    assert "Nobody has a studio yet" in page(cast.alice, "admin/studios")


def test_staff_give_renew_and_take_back_on_pages(cast: Cast) -> None:
    kiln = make.qualification(cast.house, name="Kiln", valid_months=12)
    make.person(cast.house, name="Dora Lang", email="dora@example.org")
    browser, path = make.client(cast.alice), f"/o/oolite/admin/qualifications/{kiln.pk}"

    guess = browser.post(path, {"person": "Dora", "granted_on": "2026-01-05"})
    assert (guess.status_code, "You may mean Dora Lang" in guess.content.decode()) == (422, True)
    assert browser.post(path, {"person": "DORA@example.org", "granted_on": "2026-01-05"}).status_code == 302
    again = browser.post(path, {"person": "Dora Lang", "granted_on": "2026-01-05"})
    assert (again.status_code, "Renew it instead" in again.content.decode()) == (409, True)
    with acting_for(cast.house.pk):
        given = Grant.objects.get()
    html = browser.get(path).content.decode()
    assert f"/o/oolite/admin/grants/{given.pk}/renew" in html
    assert "Jan. 5, 2027" in html

    assert browser.post(f"/o/oolite/admin/grants/{given.pk}/renew", {"granted_on": "2026-02-05"}).status_code == 302
    with acting_for(cast.house.pk):
        renewed = Grant.objects.get(revoked_at=None)
    asks = browser.get(f"/o/oolite/admin/grants/{renewed.pk}/revoke").content.decode()
    assert "Take it back from Dora Lang?" in asks
    assert browser.post(f"/o/oolite/admin/grants/{renewed.pk}/revoke").status_code == 302
    assert browser.post(f"/o/oolite/admin/grants/{renewed.pk}/revoke").status_code == 409
    assert "Nobody yet" in browser.get(path).content.decode()
    assert "Dora Lang" in browser.get(f"{path}?state=revoked").content.decode()


def test_managers_keep_the_vocabulary_on_pages(cast: Cast) -> None:
    browser, admin = make.client(cast.alice), "/o/oolite/admin/qualifications"

    assert browser.post(f"{admin}/new", {"name": "Kiln", "valid_months": "0"}).status_code == 422
    assert browser.post(f"{admin}/new", {"name": "Kiln"}).status_code == 302
    taken = browser.post(f"{admin}/new", {"name": "kiln"})
    assert (taken.status_code, "There is a qualification of this name" in taken.content.decode()) == (409, True)
    with acting_for(cast.house.pk):
        kiln = Qualification.objects.get()
        need = ResourceNeed.objects.create(
            org_id=cast.house.pk, resource=make.resource(cast.house, name="Kiln A"), qualification=kiln
        )
    assert browser.post(f"{admin}/{kiln.pk}/edit", {"name": "Press", "version": "1"}).status_code == 302
    assert browser.post(f"{admin}/{kiln.pk}/edit", {"name": "Clay", "version": "1"}).status_code == 412
    needed = browser.post(f"{admin}/{kiln.pk}/archive")
    assert (needed.status_code, "Kiln A" in needed.content.decode()) == (409, True)
    with acting_for(cast.house.pk):
        need.delete()
    assert browser.post(f"{admin}/{kiln.pk}/archive").status_code == 302
    assert "Press" in browser.get(f"{admin}?archived=1").content.decode()
    assert browser.post(f"{admin}/{kiln.pk}/archive", {"restore": "1"}).status_code == 302
    assert "Press" in browser.get(admin).content.decode()


def test_staff_say_who_works_where_on_pages(cast: Cast) -> None:
    room, kiln = make.resource(cast.house, name="North"), make.resource(cast.house, kind="equipment")
    make.person(cast.house, name="Dora Lang")
    browser, admin = make.client(cast.alice), "/o/oolite/admin/studios"

    sent = {"person": "Dora Lang", "resource": room.pk, "starts_on": "2026-05-01", "note": "By the window"}
    assert browser.post(f"{admin}/new", {**sent, "resource": kiln.pk}).status_code == 422
    assert browser.post(f"{admin}/new", {**sent, "ends_on": "2026-04-30"}).status_code == 422
    assert browser.post(f"{admin}/new", sent).status_code == 302
    twice = browser.post(f"{admin}/new", sent)
    assert (twice.status_code, "has that space at that time" in twice.content.decode()) == (409, True)
    with acting_for(cast.house.pk):
        made = StudioAssignment.objects.get()
    assert "By the window" in browser.get(f"{admin}?on=2026-05-01").content.decode()
    assert "Nobody on this day" in browser.get(f"{admin}?on=2026-04-30").content.decode()
    assert "Which is the last day of Dora Lang?" in browser.get(f"{admin}/{made.pk}/end").content.decode()
    assert browser.post(f"{admin}/{made.pk}/end", {"ends_on": "2026-04-30"}).status_code == 422
    assert browser.post(f"{admin}/{made.pk}/end", {"ends_on": "2026-05-31"}).status_code == 302
    stale = browser.post(f"{admin}/{made.pk}", {"starts_on": "2026-05-02", "version": "1"})
    assert stale.status_code == 412
    with acting_for(cast.house.pk):
        assert StudioAssignment.objects.get().ends_on == date(2026, 5, 31)


def test_a_member_reads_what_they_have_and_what_lapses_when(cast: Cast) -> None:
    bob = make.person(cast.house, member=cast.bob)
    make.grant(make.qualification(cast.house, name="Kiln"), bob, lapses_on=date(2099, 5, 4))
    make.grant(make.qualification(cast.house, name="Press"), bob, lapses_on=date(2021, 5, 4))
    make.grant(make.qualification(cast.house, name="Darkroom"), bob)
    taken = make.grant(make.qualification(cast.house, name="Loom"), bob)
    with acting_for(cast.house.pk):
        Grant.objects.filter(pk=taken.pk).update(revoked_at=datetime.now(UTC))
    make.grant(make.qualification(cast.house, name="Laser"), make.person(cast.house))

    html = page(cast.bob, "my")

    section = html.partition("My qualifications")[2].partition("</section>")[0]
    words = ("Kiln", "May 4, 2099", "Press", "Lapsed", "Darkroom", "for good")
    assert [word for word in words if word not in section] == []
    assert [word for word in ("Loom", "Laser") if word in html] == []
    assert "My qualifications" not in page(cast.alice, "my")
