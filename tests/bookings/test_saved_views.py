"""Saved views: one's own by name, shared with colleagues, changed by whose they are."""

from collections.abc import Iterator

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from infra24.bookings.errors import NotYours, ViewInvalid, ViewNameTaken, ViewNotFound
from infra24.bookings.models import SavedView, ViewPage
from infra24.bookings.saved_views import view_for, visible_views
from infra24.bookings.services.saving import ViewChange, change_view, remove_view, save_view
from infra24.core.errors import Stale
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.make import Cast
from tests.orgs.probe import bearer
from tests.recorded import audited, recorded_facts

pytestmark = pytest.mark.django_db
BOOKINGS = "/o/oolite/admin/bookings"


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = make.cast()
    with acting_for(made.house.pk):
        yield made


@pytest.fixture
def cara(cast: Cast) -> Member:
    return make.member(cast.house, role=Role.STAFF, email="cara@example.org", name="Cara")


def saved(by: Member, name: str = "Firings", query: str = "q=firing", *, shared: bool = False) -> SavedView:
    return save_view(ViewPage.BOOKINGS, ViewChange(name, query, shared), by=by, source="staff")


def names(viewer: Member, page: str = "") -> list[str]:
    return [view.name for view in visible_views(viewer, page=page)]


def test_a_view_is_kept_changed_and_taken_away_and_each_is_told(cast: Cast) -> None:
    view = saved(cast.alice, "  My   firings ", "?q=firing")
    assert (view.name, view.query, view.version) == ("My firings", "q=firing", 1)

    changed = change_view(view, ViewChange(query="q=glaze"), by=cast.alice, source="staff", version=1)
    assert (changed.name, changed.query, changed.version) == ("My firings", "q=glaze", 2)
    assert change_view(view, ViewChange(query="q=glaze"), by=cast.alice, source="staff").version == 2

    remove_view(view, by=cast.alice, source="staff")
    assert names(cast.alice) == []
    assert recorded_facts() == ["view.saved", "view.changed", "view.removed"]
    assert audited() == ["view.create", "view.change", "view.remove"]


def test_one_sees_ones_own_and_what_is_shared(cast: Cast, cara: Member) -> None:
    own, shared = saved(cast.alice, "Own"), saved(cast.alice, "Our", shared=True)
    save_view(ViewPage.CALENDAR, ViewChange("Floor 2"), by=cara, source="staff")

    assert names(cast.alice) == ["Our", "Own"]
    assert (names(cara), names(cara, "bookings")) == (["Floor 2", "Our"], ["Our"])
    assert names(cast.bob) == []
    with pytest.raises(ViewNotFound):
        view_for(cara, own.pk)
    with pytest.raises(NotYours):
        change_view(shared, ViewChange("Hers"), by=cara, source="staff")
    with pytest.raises(NotYours):
        saved(cast.bob)


def test_managers_tidy_up_what_others_share_but_not_what_is_their_own(cast: Cast) -> None:
    dana = make.member(cast.house, role=Role.MANAGER, email="dana@example.org")
    shared, own = saved(cast.alice, "Our", shared=True), saved(cast.alice, "Own")

    remove_view(shared, by=dana, source="staff")
    with pytest.raises(NotYours):
        remove_view(own, by=dana, source="staff")


def test_names_are_ones_own_and_once_a_page_whatever_the_letters(cast: Cast, cara: Member) -> None:
    saved(cast.alice, "Öfen")
    saved(cara, "Öfen")
    save_view(ViewPage.CALENDAR, ViewChange("Öfen"), by=cast.alice, source="staff")
    other = saved(cast.alice, "Other")

    with pytest.raises(ViewNameTaken):
        saved(cast.alice, "ofen")
    with pytest.raises(ViewNameTaken):
        change_view(other, ViewChange("ÖFEN"), by=cast.alice, source="staff")
    assert names(cast.alice, "bookings") == ["Öfen", "Other"]


@pytest.mark.parametrize(
    ("name", "query", "fields"),
    [(" ", "", {"name"}), ("x" * 81, "", {"name"}), ("A", "q=" + "x" * 2000, {"query"}), ("A", "q=\0", {"query"})],
)
def test_what_is_no_view_is_refused(cast: Cast, name: str, query: str, fields: set[str]) -> None:
    with pytest.raises(ViewInvalid) as refusal:
        saved(cast.alice, name, query)

    assert (set(refusal.value.fields), recorded_facts()) == (fields, [])


def test_who_has_not_seen_a_change_overwrites_nothing(cast: Cast) -> None:
    view = saved(cast.alice)
    change_view(view, ViewChange("New"), by=cast.alice, source="staff")

    with pytest.raises(Stale):
        change_view(view, ViewChange("Newer"), by=cast.alice, source="staff", version=1)
    with pytest.raises(Stale):
        remove_view(view, by=cast.alice, source="staff", version=1)


def test_postgresql_refuses_a_page_nobody_knows_and_a_name_twice(cast: Cast) -> None:
    row = {"org_id": cast.house.pk, "owner": cast.alice, "name": "A", "sort_key": "a", "changed_at": timezone.now()}

    with pytest.raises(IntegrityError, match="savedview_page_known"), transaction.atomic():
        SavedView.objects.create(page="cellar", **row)
    SavedView.objects.create(page="bookings", **row)
    with pytest.raises(IntegrityError, match="savedview_name_once"), transaction.atomic():
        SavedView.objects.create(page="bookings", **row)


def test_on_the_page_a_view_is_saved_shown_and_changed_to_what_one_sees(cast: Cast) -> None:
    alice = make.client(cast.alice)
    form = {"page": "bookings", "name": "Held", "query": "status=hold"}

    back = alice.post("/o/oolite/admin/views", form)["Location"]
    view = SavedView.objects.get()
    assert back == f"{BOOKINGS}?status=hold&view={view.pk}"
    shown = alice.get(back).content.decode()
    assert 'aria-current="page">Held</a>' in shown
    assert "Rename, share or take away “Held”" in shown

    narrowed = alice.get(f"{BOOKINGS}?status=hold&q=glaze&view={view.pk}").content.decode()
    assert "Change “Held” to this" in narrowed
    address = f"/o/oolite/admin/views/{view.pk}"
    alice.post(address, {**form, "query": "q=glaze&status=hold", "version": view.version})
    view.refresh_from_db()
    assert (view.query, view.version) == ("q=glaze&status=hold", 2)

    twice = alice.post("/o/oolite/admin/views", {**form, "name": "held"})
    assert (twice.status_code, "You have a view of that name already" in twice.content.decode()) == (409, True)
    assert alice.post("/o/oolite/admin/views", {**form, "name": ""}).status_code == 422
    assert alice.post(address, {**form, "version": 1}).status_code == 412
    assert alice.post(f"{address}/remove")["Location"] == BOOKINGS


def test_a_view_of_the_calendar_leads_back_to_the_calendar_as_it_was_kept(cast: Cast) -> None:
    alice = make.client(cast.alice)

    form = {"page": "calendar", "name": "Week", "query": "view=timeline-week&q=glaze"}

    assert alice.post("/o/oolite/admin/views", form)["Location"] == (
        "/o/oolite/admin/calendar?view=timeline-week&q=glaze"
    )


def test_colleagues_can_use_a_shared_view_and_are_told_whose_it_is(cast: Cast, cara: Member) -> None:
    view = saved(cast.alice, "Our", "q=a", shared=True)
    client = make.client(cara)

    assert "Alice</span></a>" in client.get(BOOKINGS).content.decode()
    page = client.get(f"/o/oolite/admin/views/{view.pk}")
    assert "This view is Alice’s." in page.content.decode()
    assert client.post(f"/o/oolite/admin/views/{view.pk}/remove").status_code == 403


def test_the_api_keeps_views_too(cast: Cast, cara: Member) -> None:
    client, headers = make.client(), bearer(make.token(cast.alice))
    body = {"page": "calendar", "name": "Floor 2", "query": "view=week", "shared": True}

    made = client.post("/api/views", body, "application/json", headers=headers)
    path = f"/api/views/{made.json()['id']}"
    assert (made.status_code, made["ETag"], made.json()["may_change"]) == (201, '"1"', True)
    for_cara = client.get("/api/views?page=calendar", headers=bearer(make.token(cara))).json()["items"]
    assert [(one["name"], one["owner"], one["may_change"]) for one in for_cara] == [("Floor 2", "Alice", False)]
    stale = client.patch(path, {"name": "B"}, "application/json", headers={**headers, "If-Match": '"9"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert client.patch(path, {"shared": False}, "application/json", headers=headers).json()["shared"] is False
    assert client.delete(path, headers=bearer(make.token(cara))).status_code == 404
    assert client.delete(path, headers=headers).status_code == 204
