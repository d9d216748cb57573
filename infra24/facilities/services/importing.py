"""Resources from a table: looked at first, then all of it or nothing.

Whatever a table says goes through the same services as what is typed into a
form. A dry run does everything and undoes it, so that it promises no more
than the import will keep.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from infra24.core.errors import Infra24Error
from infra24.core.problems import document
from infra24.core.tables import Row, read_table
from infra24.core.translating import translated
from infra24.facilities.columns import (
    FEATURE,
    KEPT_WHEN_EMPTY,
    Cell,
    House,
    cell_of,
    house_of,
    known_columns,
    value_of,
)
from infra24.facilities.errors import CapacityPromised, ImportRefused, ResourceSlugTaken, UnitsPromised
from infra24.facilities.services.checking import ResourceWish
from infra24.facilities.services.resources import change_resource, create_resource
from infra24.orgs.models import Member
from infra24.resources.models import Resource

NEW, CHANGED, UNCHANGED = "new", "changed", "unchanged"
_COLUMN_OF: Final[dict[type[Infra24Error], str]] = {
    UnitsPromised: "units",
    CapacityPromised: "capacity",
    ResourceSlugTaken: "slug",
}


@dataclass(frozen=True)
class Fault:
    """What is wrong with one cell; without a column, with the whole row."""

    line: int
    column: str
    detail: str


@dataclass(frozen=True)
class Difference:
    column: str
    before: Cell
    after: Cell


@dataclass
class Outcome:
    """What a row of the table does, or did."""

    line: int
    name: str
    slug: str
    what: str
    differences: list[Difference] = field(default_factory=list)


@dataclass
class Report:
    outcomes: list[Outcome] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    is_applied: bool = False

    def number(self, what: str) -> int:
        return sum(outcome.what == what for outcome in self.outcomes)


@dataclass
class _Step:
    """A row on its way: the resource it is about, once there is one."""

    row: Row
    outcome: Outcome
    resource: Resource | None
    wish: dict[str, Any]
    whole: str | None
    """Slug of what it is to be part of; empty: of nothing; None: not said."""


def import_resources(data: bytes, *, by: Member, source: str, dry_run: bool) -> Report:
    """Add and change resources as a table says; with `dry_run` only tell what would happen.

    Rows are matched by id or slug; a row with neither, or with a new slug, is
    a new resource. Raises TableUnreadable, TableTooLarge; without `dry_run`
    ImportRefused with every fault as `line.column`.
    """
    table = read_table(data)
    house = house_of(by)
    report = Report()
    report.faults += [Fault(1, column, fault) for column, fault in known_columns(table.columns, house).items()]
    with transaction.atomic():
        if not report.faults:
            _run(table.rows, house, report, by=by, source=source)
        if report.faults or dry_run:
            transaction.set_rollback(True)
    report.faults.sort(key=lambda fault: fault.line)
    if report.faults and not dry_run:
        raise ImportRefused(fields={f"{fault.line}.{fault.column}": fault.detail for fault in report.faults})
    report.is_applied = not dry_run
    return report


def _run(rows: Any, house: House, report: Report, *, by: Member, source: str) -> None:
    first_line: dict[str, int] = {}
    steps = [step for row in rows if (step := _read(row, house, first_line, report))]
    for step in steps:
        with _noting(report, step):
            _say(step, house, by=by, source=source)
    # Wholes may stand below their parts. What is taken out goes first, so that halves can change places.
    here = {step.resource.slug: step.resource for step in steps if step.resource}
    for step in sorted(steps, key=lambda step: step.whole != ""):
        if step.resource and step.whole is not None:
            with _noting(report, step, otherwise="part_of"):
                _place(step, house, here, by=by, source=source)


def _read(row: Row, house: House, first_line: dict[str, int], report: Report) -> _Step | None:
    """A row as a step; None, with its faults in the report, when it says what cannot be."""
    faults: dict[str, str] = {}
    resource = _resource(row, house, faults)
    wish: dict[str, Any] = {}
    for column, cell in row.cells.items():
        if column in {"id", "part_of"} or (not cell and column in KEPT_WHEN_EMPTY):
            continue
        try:
            value = value_of(column, cell, house)
        except ValueError as error:
            faults[column] = translated(error.args[0])
            continue
        if column.startswith(FEATURE):
            wish.setdefault("features", {})[column.removeprefix(FEATURE)] = value
        else:
            wish["person_id" if column == "person" else column] = value
    kind = wish.pop("kind", "")
    if resource is None and not kind:
        faults.setdefault("kind", _("Say what it is: space, equipment, person or other."))
    elif resource is not None and kind and kind != resource.kind:
        faults["kind"] = _("The kind of a resource stays as it is: %(kind)s.") % {"kind": resource.kind}
    slug = wish.get("slug") or (resource.slug if resource else "")
    if slug and (before := first_line.setdefault(slug, row.line)) != row.line:
        faults["slug"] = _("Line %(line)s is about the same resource. Leave one of them out.") % {"line": before}
    report.faults += [Fault(row.line, column, fault) for column, fault in faults.items()]
    if faults:
        return None
    name = wish.get("name") or (resource.name if resource else "")
    outcome = Outcome(row.line, name, slug, UNCHANGED if resource else NEW)
    report.outcomes.append(outcome)
    return _Step(row, outcome, resource, {"kind": kind, **wish} if resource is None else wish, row.cells.get("part_of"))


def _resource(row: Row, house: House, faults: dict[str, str]) -> Resource | None:
    """The resource a row is about; None: a new one."""
    if text := row.cells.get("id"):
        try:
            return house.live[UUID(text)]
        except (ValueError, KeyError):
            faults["id"] = _("There is no resource with this id, or it is archived. Empty the cell to add a new one.")
            return None
    slug = row.cells.get("slug", "")
    if slug in house.archived:
        faults["slug"] = _("This is archived. Restore it first, or choose another short name.")
    return house.by_slug.get(slug)


def _say(step: _Step, house: House, *, by: Member, source: str) -> None:
    if step.resource is None:
        said: Any = dict(step.wish)
        step.resource = create_resource(said.pop("kind"), said, by=by, source=source)
        step.outcome.slug = step.resource.slug
        return
    wish = _changes(step.resource, step.wish, house)
    if wish:
        step.outcome.differences += _differences(step.resource, wish, house)
        step.outcome.what = CHANGED
        step.resource = change_resource(step.resource, wish, by=by, source=source)


def _changes(resource: Resource, wished: dict[str, Any], house: House) -> ResourceWish:
    """Of a wish only what is otherwise by now."""
    wish: Any = {}
    for name, value in wished.items():
        if name == "features":
            others = {key: each for key, each in value.items() if resource.features.get(key) != each}
            if others:
                wish["features"] = others
        elif name == "needs":
            if set(value) != house.needs[resource.pk]:
                wish["needs"] = value
        elif _plain(getattr(resource, name)) != _plain(value):
            wish[name] = value
    return wish  # type: ignore[no-any-return]


def _plain(value: Any) -> Any:
    """Text however its lines end: tables and browsers write them differently."""
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


def _differences(resource: Resource, wish: ResourceWish, house: House) -> list[Difference]:
    found = []
    for name, value in wish.items():
        if name == "features":
            assert isinstance(value, dict)
            pairs = [(FEATURE + key, resource.features.get(key), each) for key, each in value.items()]
        elif name == "needs":
            pairs = [("needs", house.needs[resource.pk], value)]
        else:
            pairs = [("person" if name == "person_id" else name, getattr(resource, name), value)]
        found += [Difference(col, cell_of(col, was, house), cell_of(col, now, house)) for col, was, now in pairs]
    return found


def _place(step: _Step, house: House, here: dict[str, Resource], *, by: Member, source: str) -> None:
    """Make a resource part of what its row says."""
    resource, slug = step.resource, step.whole
    assert resource is not None
    whole = (here.get(slug) or house.by_slug.get(slug)) if slug else None
    if slug and whole is None:
        fault = _("There is no resource with the short name “%(slug)s”.") % {"slug": slug}
        raise ImportRefused(fields={"part_of": fault})
    if (whole.pk if whole else None) == resource.part_of_id:
        return
    if step.outcome.what != NEW:
        before = cell_of("part_of", resource.part_of_id, house)
        step.outcome.differences.append(Difference("part_of", before, slug))
        step.outcome.what = CHANGED
    step.resource = change_resource(resource, {"part_of": whole.pk if whole else None}, by=by, source=source)


@contextmanager
def _noting(report: Report, step: _Step, *, otherwise: str = "") -> Iterator[None]:
    """Write down what stands against a step by the column it is about; `otherwise` when it does not say."""
    try:
        yield
    except Infra24Error as error:
        faults = {_column(path): translated(fault) for path, fault in error.fields.items()}
        if not faults:
            faults = {_COLUMN_OF.get(type(error), otherwise): _told(error)}
        report.faults += [Fault(step.row.line, column, detail) for column, detail in faults.items()]


def _told(error: Infra24Error) -> str:
    """A refusal as one text, its reasons included: a cell has no list beside it."""
    said = document(error)
    reasons = [reason["detail"] for reason in said["reasons"]]
    return " ".join([said["detail"], *(each for each in reasons if each not in said["detail"])])


def _column(path: str) -> str:
    top, _dot, rest = path.partition(".")
    return FEATURE + rest if top == "features" else {"person_id": "person"}.get(top, top)
