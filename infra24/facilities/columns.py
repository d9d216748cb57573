"""The columns of a table of resources: what each holds, in both directions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from infra24.core.sorting import sort_key
from infra24.facilities.services.checking import PLAIN
from infra24.orgs.models import Member
from infra24.people.models import Person
from infra24.people.queries import visible_people
from infra24.resources.models import Feature, FeatureType, Qualification, Resource, ResourceNeed
from infra24.resources.queries import visible_resources
from infra24.resources.vocabulary import vocabulary_of

FEATURE: Final = "feature:"
COLUMNS: Final = ("id", "slug", "kind", *(name for name in PLAIN if name != "slug"), "person", "part_of", "needs")
NUMBERS: Final = frozenset({"latitude", "longitude", "capacity", "units"})
KEPT_WHEN_EMPTY: Final = frozenset({"slug", "kind", "name", "units", "visible_to", "bookable_by"})
"""An empty cell of these says nothing; of the others it empties what was said."""
_YES, _NO = ("yes", "true", "1", "x"), ("no", "false", "0")

Cell = str | int | float | None


@dataclass
class House:
    """What names in a table stand for. Read once for a whole table: five queries."""

    vocabulary: dict[str, Feature]
    live: dict[UUID, Resource]
    archived: set[str]
    """Slugs of what was put away."""
    people: Sequence[Person]
    qualifications: dict[UUID, Qualification]
    needs: dict[UUID, set[UUID]]
    """Ids of qualifications by resource."""

    @property
    def columns(self) -> list[str]:
        return [*COLUMNS, *(FEATURE + key for key in self.vocabulary)]

    @cached_property
    def by_slug(self) -> dict[str, Resource]:
        return {one.slug: one for one in self.live.values()}


def house_of(viewer: Member) -> House:
    needs: dict[UUID, set[UUID]] = defaultdict(set)
    for need in ResourceNeed.objects.filter(org_id=viewer.org_id):
        needs[need.resource_id].add(need.qualification_id)
    qualifications = Qualification.objects.filter(org_id=viewer.org_id).order_by("sort_key")
    return House(
        vocabulary=vocabulary_of(viewer.org_id),
        live={one.pk: one for one in visible_resources(viewer)},
        archived=set(visible_resources(viewer, archived=True).values_list("slug", flat=True)),
        people=list(visible_people(viewer)),
        qualifications={one.pk: one for one in qualifications},
        needs=needs,
    )


def cells_of(resource: Resource, house: House) -> list[Cell]:
    """A resource as a row of `house.columns`."""
    said: dict[str, Any] = {name: getattr(resource, name) for name in PLAIN}
    said |= {"id": resource.pk, "kind": resource.kind}
    said |= {"person_id": resource.person_id, "part_of": resource.part_of_id, "needs": house.needs[resource.pk]}
    said |= {FEATURE + key: resource.features.get(key) for key in house.vocabulary}
    said["person"] = said.pop("person_id")
    return [cell_of(column, said[column], house) for column in house.columns]


def cell_of(column: str, value: Any, house: House) -> Cell:
    """What a column shows for a value."""
    match column:
        case "person" if value is not None:
            person = next((one for one in house.people if one.pk == value), None)
            return (person.email or person.name) if person else ""
        case "part_of" if value is not None:
            return house.live[value].slug if value in house.live else ""
        case "needs":
            return "; ".join(one.name for one in house.qualifications.values() if one.pk in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, int | float) else "" if value is None else str(value)


def value_of(column: str, cell: str, house: House) -> Any:
    """What a cell says. Raises ValueError with a sentence for what it cannot say."""
    if column.startswith(FEATURE):
        return _feature_value(house.vocabulary[column.removeprefix(FEATURE)], cell)
    match column:
        case "person":
            return _person(cell, house.people) if cell else None
        case "needs":
            return [_qualification(name, house) for name in map(str.strip, cell.split(";")) if name]
        case "visible_to" | "bookable_by" | "kind":
            return cell.casefold()
        case _ if column in NUMBERS:
            return _number(cell, whole=column in {"capacity", "units"}) if cell else None
    return cell


def _feature_value(feature: Feature, cell: str) -> Any:
    if not cell:
        return None
    match feature.type:
        case FeatureType.NUMBER:
            return _number(cell)
        case FeatureType.FLAG:
            if cell.casefold() in (*_YES, *_NO):
                return cell.casefold() in _YES
            raise ValueError(_("Write yes or no, or leave it empty."))
        case FeatureType.CHOICE:
            # As written in the vocabulary, whatever the case: who types a table does not look it up.
            return next((one for one in feature.choices if sort_key(one) == sort_key(cell)), cell)
    return cell


def _number(cell: str, *, whole: bool = False) -> int | float:
    """`12`, `1.5`, and `1,5` as people write it who put semicolons between cells."""
    plain = cell.replace(",", ".") if "." not in cell else cell
    try:
        number = float(plain)
        if number == int(number) and abs(number) < 1e15:
            return int(number)
        if not whole:
            return number
    except (ValueError, OverflowError):
        pass
    said = _("“%(cell)s” is not a whole number.") if whole else _("“%(cell)s” is not a number.")
    raise ValueError(said % {"cell": cell})


def _person(cell: str, people: Iterable[Person]) -> UUID:
    people = list(people)
    for found in (
        [one for one in people if one.email and one.email.casefold() == cell.casefold()],
        [one for one in people if one.sort_key == sort_key(cell)],
    ):
        if len(found) == 1:
            return found[0].pk
        if found:
            raise ValueError(_("Several people fit “%(cell)s”. Write the e-mail address of one.") % {"cell": cell})
    raise ValueError(
        _("Nobody has the e-mail address “%(cell)s”. Write them down under People first.") % {"cell": cell}
    )


def _qualification(name: str, house: House) -> UUID:
    fits = [one.pk for one in house.qualifications.values() if one.sort_key == sort_key(name)]
    if not fits:
        raise ValueError(_("There is no qualification “%(name)s”. Add it first.") % {"name": name})
    return fits[0]


def known_columns(columns: Iterable[str], house: House) -> Mapping[str, str]:
    """What is wrong with the names of columns, by name; empty when all are known."""
    return {
        column: _("There is no such column. There are: %(columns)s.") % {"columns": ", ".join(house.columns)}
        if not column.startswith(FEATURE)
        else _("There is no such feature. Add it under Features first.")
        for column in columns
        if column not in house.columns
    }
