"""Resources as tables: what goes out comes back, and what is wrong is named by line and column."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infra24.core.tables import TableTooLarge, TableUnreadable, harmful, harmless, read_table, write_table
from infra24.facilities.errors import ImportRefused
from infra24.facilities.exporting import resources_csv
from infra24.facilities.services.importing import Report, import_resources
from infra24.facilities.services.resources import change_resource, create_resource
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Resource
from tests import make
from tests.facilities.words import qualification
from tests.recorded import recorded_facts

# --- Tables, whatever is in them ---------------------------------------------------------


@pytest.mark.parametrize(
    "data", [b"slug,name\r\na,A\r\n", b"\xef\xbb\xbfslug;name\na;A\n\n;;\n", b"Slug\tName \n'a\tA".replace(b"'", b"")]
)
def test_commas_semicolons_tabs_and_marks_at_the_start_are_read(data: bytes) -> None:
    table = read_table(data)

    assert (table.columns, [dict(row.cells) for row in table.rows]) == (["slug", "name"], [{"slug": "a", "name": "A"}])


def test_lines_are_counted_as_editors_count_them() -> None:
    table = read_table(b'slug,description\na,"two\nlines"\n\nb,one\n')

    assert [row.line for row in table.rows] == [2, 5]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"a,a\n1,2", b'a,b\n"open', b"a\xff", b"a,b\n1,2,3", b"a\0b"])
def test_what_is_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(TableUnreadable):
        read_table(data)


@pytest.mark.parametrize(
    "data", [b"slug\n" + b"a\n" * 2001, b"slug\n" + b"a" * 1024 * 1024, b",".join(b"%d" % n for n in range(501))]
)
def test_what_is_too_large_is_refused(data: bytes) -> None:
    with pytest.raises(TableTooLarge):
        read_table(data)


@pytest.mark.parametrize(
    ("text", "written"),
    [("=1+1", "'=1+1"), ("-5", "'-5"), ("@a", "'@a"), ("'=1", "''=1"), ("it's", "it's"), ("'90s", "'90s"), ("", "")],
)
def test_formulas_are_made_harmless_and_read_back(text: str, written: str) -> None:
    assert (harmless(text), harmful(written)) == (written, text)


# --- Resources ---------------------------------------------------------------------------


@pytest.fixture
def cast(db: None) -> Any:
    cast = make.cast(alice=Role.MANAGER)
    with acting_for(cast.house.pk):
        yield cast


def bring(cast: make.Cast, text: str, *, dry_run: bool = False) -> Report:
    return import_resources(text.encode(), by=cast.alice, source="import", dry_run=dry_run)


def furnish(cast: make.Cast) -> list[Resource]:
    make.feature(cast.house, "projector", "flag")
    make.feature(cast.house, "heat", "number", unit="°C")
    make.feature(cast.house, "floor", "choice", choices=["Ground", "First"])
    need = qualification(cast.house, "Kiln induction")
    ana = make.person(cast.house, name="Ana Lima", email="ana@example.org")
    by, source = cast.alice, "staff"
    hall = create_resource("space", {"name": "=Hall", "description": "Two\r\nlines; and, more"}, by=by, source=source)
    half = create_resource(
        "space",
        {"name": "Half", "part_of": hall.pk, "features": {"projector": True, "floor": "First"}},
        by=by,
        source=source,
    )
    kiln = create_resource(
        "equipment",
        {
            "name": "Kiln",
            "units": 2,
            "group": "Clay",
            "features": {"heat": 1240.5},
            "latitude": -34.6,
            "longitude": -58.4,
            "needs": [need.pk],
        },
        by=by,
        source=source,
    )
    teacher = create_resource(
        "person", {"name": "Ana", "person_id": ana.pk, "bookable_by": "staff"}, by=by, source=source
    )
    return [hall, half, kiln, teacher]


def test_what_is_exported_comes_back_unchanged(cast: make.Cast) -> None:
    furnish(cast)
    facts = recorded_facts()

    text = resources_csv(cast.alice)
    report = bring(cast, text)

    assert "'=Hall" in text
    assert [outcome.what for outcome in report.outcomes] == ["unchanged"] * 4
    assert recorded_facts() == facts


def test_what_is_exported_moves_into_another_house(cast: make.Cast) -> None:
    furnish(cast)
    text = resources_csv(cast.alice)
    table = read_table(text.encode())
    columns = table.columns[1:]
    without_ids = write_table(columns, [[row.cells[column] for column in columns] for row in table.rows])
    before = {one.slug: (one.kind, one.name, one.group, one.features, one.units) for one in Resource.objects.all()}
    make.person(cast.elsewhere, name="Ana Lima", email="ana@example.org")
    for key, kind in (("projector", "flag"), ("heat", "number")):
        make.feature(cast.elsewhere, key, kind)
    make.feature(cast.elsewhere, "floor", "choice", choices=["Ground", "First"])
    qualification(cast.elsewhere, "Kiln induction")

    with acting_for(cast.elsewhere.pk):
        report = import_resources(without_ids.encode(), by=cast.charlie, source="import", dry_run=False)
        after = {one.slug: (one.kind, one.name, one.group, one.features, one.units) for one in Resource.objects.all()}
        part = Resource.objects.select_related("part_of").get(slug="half")

    assert [outcome.what for outcome in report.outcomes] == ["new"] * 4
    assert after == before
    assert part.part_of is not None
    assert part.part_of.slug == "hall"


def test_a_dry_run_says_what_would_change_and_changes_nothing(cast: make.Cast) -> None:
    furnish(cast)
    facts = recorded_facts()
    text = "slug;kind;name;units;feature:heat;needs\nkiln;equipment;Kiln A;3;1300,5;\nnew-room;space;New room;;;\nhall;;;;;\n"

    report = bring(cast, text, dry_run=True)

    kiln, room, hall = report.outcomes
    assert (kiln.what, room.what, hall.what, report.faults) == ("changed", "new", "unchanged", [])
    assert [(one.column, one.before, one.after) for one in kiln.differences] == [
        ("name", "Kiln", "Kiln A"),
        ("units", 2, 3),
        ("feature:heat", 1240.5, 1300.5),
        ("needs", "Kiln induction", ""),
    ]
    assert (Resource.objects.count(), recorded_facts()) == (4, facts)
    assert bring(cast, text).is_applied
    assert Resource.objects.get(slug="kiln").features == {"heat": 1300.5}


def test_wholes_may_stand_below_their_parts_and_halves_change_places(cast: make.Cast) -> None:
    bring(cast, "slug,kind,name,part_of\nhalf,space,Half,hall\nhall,space,Hall,\n")
    half = Resource.objects.get(slug="half")
    assert half.part_of is not None
    assert half.part_of.slug == "hall"

    report = bring(cast, "slug,part_of\nhalf,\nhall,half\n", dry_run=True)
    assert report.faults == []
    bring(cast, "slug,part_of\nhall,half\nhalf,\n")
    assert Resource.objects.get(slug="hall").part_of == Resource.objects.get(slug="half")


def test_every_fault_is_named_by_line_and_column_and_nothing_is_kept(cast: make.Cast) -> None:
    furnish(cast)
    facts = recorded_facts()
    text = "\n".join(
        [
            "slug,kind,name,capacity,visible_to,person,part_of,needs,feature:heat,feature:projector,feature:floor",
            "kiln,space,Kiln,many,friends,,,,,,",
            "good,space,Good,5,,,,,,,",
            "good,space,Twice,,,,,,,,",
            "p,person,P,,,nobody@example.org,,,,,",
            "q,space,Q,,,,nowhere,Welding,hot,perhaps,",
            "r,space,R,,friends,,,,,,9",
            ",,,5,,,,,,,",
        ]
    )

    report = bring(cast, text, dry_run=True)

    assert [(fault.line, fault.column) for fault in report.faults] == [
        (2, "capacity"),
        (2, "kind"),
        (4, "slug"),
        (5, "person"),
        (6, "needs"),
        (6, "feature:heat"),
        (6, "feature:projector"),
        (7, "visible_to"),
        (7, "feature:floor"),
        (8, "kind"),
    ]
    with pytest.raises(ImportRefused) as refusal:
        bring(cast, text)
    assert "4.slug" in refusal.value.fields
    assert (Resource.objects.count(), recorded_facts()) == (4, facts)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("slug,colour\na,red\n", (1, "colour")),
        ("slug,feature:sauna\na,yes\n", (1, "feature:sauna")),
        ("slug,kind,name,part_of\na,space,A,nowhere\n", (2, "part_of")),
        ("slug,kind,name,part_of\na,space,A,kiln\n", (2, "part_of")),
        ("id,name\n00000000-0000-0000-0000-000000000000,A\n", (2, "id")),
        ("slug,part_of\nhall,half\n", (2, "part_of")),
        ("slug,units\nhall,2\n", (2, "units")),
        ("slug,name\nold,Old\n", (2, "slug")),
    ],
)
def test_a_fault_says_where(cast: make.Cast, text: str, fault: tuple[int, str]) -> None:
    furnish(cast)
    old = make.resource(cast.house, name="Old")
    Resource.objects.filter(pk=old.pk).update(archived_at=make.NOON)

    report = bring(cast, text, dry_run=True)

    assert (fault in [(one.line, one.column) for one in report.faults], all(one.detail for one in report.faults)) == (
        True,
        True,
    )


def test_what_is_promised_stands_against_a_table_too(cast: make.Cast) -> None:
    cameras = make.resource(cast.house, kind="equipment", name="Cameras", units=6)
    make.booking(cast.bob, cameras, title="Film", units=5)

    (fault,) = bring(cast, "slug,units\ncameras,4\n", dry_run=True).faults

    assert (fault.line, fault.column, "Film" in fault.detail) == (2, "units", True)


def test_an_export_takes_the_same_queries_however_many_there_are(cast: make.Cast) -> None:
    counts: list[int] = []
    for _ in range(2):
        furnish(cast) if not counts else [make.resource(cast.house) for _ in range(3)]
        with CaptureQueriesContext(connection) as queries:
            resources_csv(cast.alice)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_changing_by_id_may_change_the_short_name(cast: make.Cast) -> None:
    room = make.resource(cast.house, name="North")
    change_resource(room, {"capacity": 3}, by=cast.alice, source="staff")

    bring(cast, f"id,slug\n{room.pk},south\n")

    assert Resource.objects.get(pk=room.pk).slug == "south"


# --- Doors -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_api_looks_at_a_table_and_takes_it() -> None:
    cast = make.cast(alice=Role.MANAGER)
    here = {"Infra24-Organisation": "oolite"}

    def send(member: Any, text: str, query: str = "") -> Any:
        return make.client(member).post(f"/api/resources/import{query}", text, content_type="text/csv", headers=here)

    looked = send(cast.alice, "slug,kind,name\nkiln,equipment,Kiln\n", "?dry_run=true")
    assert looked.json() == {
        "applied": False,
        "rows": [{"line": 2, "name": "Kiln", "slug": "kiln", "what": "new", "differences": []}],
        "faults": [],
    }
    assert send(cast.alice, "slug,kind,name\nkiln,equipment,Kiln\n").json()["applied"] is True
    broken = send(cast.alice, "slug,kind,name\nkiln,space,Kiln\n")
    assert (broken.status_code, set(broken.json()["fields"])) == (422, {"2.kind"})
    assert send(cast.bob, "slug\n").status_code == 403
    table = make.client(cast.alice).get("/api/resources.csv", headers=here)
    assert (table["Content-Type"], "kiln" in table.content.decode()) == ("text/csv; charset=utf-8", True)
    assert make.client(cast.bob).get("/api/resources.csv", headers=here).status_code == 403


@pytest.mark.django_db
def test_the_page_shows_a_table_before_it_takes_it() -> None:
    cast = make.cast(alice=Role.MANAGER)
    page, path = make.client(cast.alice), "/o/oolite/admin/resources/import"
    text = '\ufeffslug,kind,name,description\nkiln,equipment,Kiln,"two\nlines <b>"\n'

    broken = page.post(path, {"file": SimpleUploadedFile("a.csv", b"slug,colour\na,red\n")})
    assert (broken.status_code, "no such column" in broken.content.decode()) == (422, True)
    looked = page.post(path, {"file": SimpleUploadedFile("a.csv", text.encode())})
    html = looked.content.decode()
    assert (looked.status_code, "is added" in html, "&lt;b&gt;" in html) == (200, True, True)
    with acting_for(cast.house.pk):
        assert Resource.objects.count() == 0
    taken = page.post(path, {"text": text.removeprefix("\ufeff").replace("\n", "\r\n")}, follow=True)
    assert "1 resource was added, 0 were changed." in taken.content.decode()
    again = page.post(path, {"file": SimpleUploadedFile("a.csv", text.encode())})
    assert "Everything is already as the table says." in again.content.decode()
    assert page.post(path, {"text": "slug,kind\nkiln,space\n"}).status_code == 422
    export = page.get("/o/oolite/admin/resources/export.csv")
    assert "attachment" in export["Content-Disposition"]
