"""Pages of the installation and the organisation's front door."""

import pytest
from django.test import Client
from pytest_django import Settings

from infra24.orgs.models import Organisation
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Resource
from tests import make
from tests.make.bookings import booking

pytestmark = pytest.mark.django_db


def links(html: str) -> list[str]:
    """The addresses in the page's navigation."""
    nav = html.partition('<nav class="page-nav"')[2].partition("</nav>")[0]
    return [part.partition('"')[0] for part in nav.split('href="')[1:]]


def test_the_front_page_tells_strangers_what_this_is_and_names_houses_only_in_the_demo(
    settings: Settings,
) -> None:
    make.organisation(slug="oolite")

    settings.DEMO = False
    assert "Oolite" not in Client().get("/").content.decode()
    settings.DEMO = True
    assert "Oolite" in Client().get("/").content.decode()


def test_a_member_of_one_house_is_sent_there_and_of_two_may_choose() -> None:
    alice = make.cast().alice
    assert make.client(alice).get("/").headers["Location"] == "/o/oolite/"

    make.member(make.organisation(slug="kiln"), who=alice.user)
    html = make.client(alice).get("/").content.decode()
    assert 'href="/o/oolite/"' in html
    assert 'href="/o/kiln/"' in html
    assert "Elsewhere" not in html


def test_somebody_in_no_house_is_told_how_to_get_into_one() -> None:
    nobody = Client()
    nobody.force_login(make.user("nobody@example.org"))

    assert "Ask its staff to send the invitation to nobody@example.org" in nobody.get("/").content.decode()


def test_each_role_sees_the_way_to_what_it_may_do() -> None:
    cast = make.cast(alice=Role.STAFF)
    own = ["/o/oolite/", "/o/oolite/book", "/o/oolite/my"]

    assert links(make.client().get("/o/oolite/").content.decode()) == []
    assert links(make.client(cast.charlie).get("/o/oolite/").content.decode()) == []
    assert links(make.client(cast.bob).get("/o/oolite/").content.decode()) == own
    assert links(make.client(cast.alice).get("/o/oolite/").content.decode()) == [
        *own,
        *(f"/o/oolite/admin/{page}" for page in ("calendar", "requests", "bookings", "resources")),
        *(f"/o/oolite/admin/{page}" for page in ("people", "outbox", "settings")),
    ]


def test_the_page_one_is_on_is_marked() -> None:
    cast = make.cast()

    assert '<a href="/o/oolite/my" aria-current="page">' in make.client(cast.bob).get("/o/oolite/my").content.decode()
    below = make.client(cast.alice).get("/o/oolite/admin/bookings/new").content.decode()
    assert '<a href="/o/oolite/admin/bookings" aria-current="true">' in below


def test_a_house_that_does_not_exist_answers_404_in_the_house_s_look() -> None:
    response = make.client().get("/o/nowhere/")

    assert response.status_code == 404
    assert '<h1 class="problem-title">' in response.content.decode()


def test_the_style_sheet_is_kept_for_good_under_its_version_and_revalidated_by_its_tag() -> None:
    house = make.organisation(slug="oolite")
    Organisation.objects.filter(pk=house.pk).update(theme={"brand": "#0b5d52"}, theme_version=3)

    response = Client().get("/o/oolite/theme.css?v=3")
    assert response["Content-Type"] == "text/css; charset=utf-8"
    assert "max-age=31536000, immutable" in response["Cache-Control"]
    assert "--brand: light-dark(#0b5d52, #0b5d52);" in response.content.decode()
    assert Client().get("/o/oolite/theme.css?v=2")["Cache-Control"] == "public, max-age=60"
    assert Client().get("/o/oolite/theme.css?v=3", headers={"If-None-Match": response["ETag"]}).status_code == 304


def test_the_mark_is_an_image_without_style_or_script() -> None:
    make.organisation(slug="oolite")

    response = Client().get("/o/oolite/mark.svg")
    assert response["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert b">O</text>" in response.content
    assert b"style" not in response.content


def test_light_or_dark_is_remembered_and_forgotten() -> None:
    browser = Client()
    response = browser.post("/appearance", {"theme": "dark", "next": "/dev"})
    assert response["Location"] == "/dev"
    assert '<html lang="en" data-theme="dark">' in browser.get("/").content.decode()

    browser.post("/appearance", {"theme": "auto"})
    assert '<html lang="en">' in browser.get("/").content.decode()


def test_choosing_a_look_never_sends_people_to_another_site() -> None:
    assert Client().post("/appearance", {"theme": "dark", "next": "https://elsewhere.example/"})["Location"] == "/"
    assert Client().get("/appearance").status_code == 405


def test_components_are_shown_only_in_the_demo(settings: Settings) -> None:
    settings.DEMO = False
    assert Client().get("/dev/components").status_code == 404
    settings.DEMO = True
    assert Client().get("/dev/components").status_code == 200


def test_home_shows_staff_today_and_what_waits() -> None:
    cast = make.cast()
    make.resource(cast.house, name="North Studio")
    kiln = make.resource(cast.house, name="Kiln B", rules={**make.open_week(), "approval": "always"})
    booking(cast.bob, kiln, title="Salt glaze")

    html = make.client(cast.alice).get("/o/oolite/").content.decode()

    assert "Requests waiting" in html
    assert "Salt glaze" in html
    assert "The house is quiet today" in html


def test_home_shows_a_member_their_next_bookings_and_nobody_else_s() -> None:
    cast = make.cast()
    booking(cast.bob, make.resource(cast.house), title="Mine")
    booking(cast.alice, make.resource(cast.house), title="Not mine")

    html = make.client(cast.bob).get("/o/oolite/").content.decode()

    assert "Mine" in html
    assert "Not mine" not in html


def test_home_tells_strangers_the_names_of_rooms_but_of_no_people() -> None:
    cast = make.cast()
    make.resource(cast.house, name="North Studio")
    make.resource(cast.house, name="Ana Lima", kind="person")
    booking(cast.alice, make.resource(cast.house, name="Kiln A"), title="Firing")

    html = make.client().get("/o/oolite/").content.decode()

    assert "North Studio" in html
    assert "Ana Lima" not in html
    assert "Firing" not in html


def test_the_short_way_to_the_calendar_leads_home() -> None:
    cast = make.cast()

    assert make.client(cast.alice).get("/admin/calendar").headers["Location"] == "/o/oolite/admin/calendar"
    assert make.client().get("/admin/calendar").headers["Location"] == "/accounts/login/?next=/admin/calendar"
    make.member(cast.elsewhere, who=cast.alice.user)
    assert 'href="/o/elsewhere/admin/calendar"' in make.client(cast.alice).get("/admin/calendar").content.decode()


def test_pages_speak_the_reader_s_language() -> None:
    cast = make.cast()
    browser = make.client(cast.alice)
    browser.post("/language", {"language": "es", "next": "/"})

    html = browser.get("/o/oolite/admin/calendar").content.decode()

    assert '<html lang="es">' in html
    assert "Mis reservas" in html
    assert '"close": "Cerrar"' in html
    assert '"new_booking": "Nueva reserva"' in html


def test_strangers_read_only_of_what_is_shown_to_everybody() -> None:
    house = make.organisation(slug="oolite")
    make.resource(house, name="Front Gallery")
    with acting_for(house.pk):
        Resource.objects.filter(pk=make.resource(house, name="Vault").pk).update(visible_to="staff")

    html = Client().get("/o/oolite/").content.decode()

    assert "Front Gallery" in html
    assert "Vault" not in html
