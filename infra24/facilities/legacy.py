"""What an older system knew of its resources, in two tables, made into one list. No database here.

Nobody knows the columns of those tables exactly: each is found by any of the
names in ALIASES, whatever their case.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from infra24.core.sorting import sort_key

TableName = Literal["resources", "org_resources"]
TABLES: Final[tuple[TableName, TableName]] = ("resources", "org_resources")

ALIASES: Final[Mapping[str, Sequence[str]]] = {
    "id": ("id", "uuid"),
    "name": ("name", "title", "label"),
    "kind": ("kind", "type", "category", "resource_type"),
    "description": ("description", "details", "notes"),
    "capacity": ("capacity", "max_capacity", "max_people"),
    "units": ("units", "quantity", "count"),
    "location": ("location", "room", "building"),
    "organisation": ("organisation_id", "organization_id", "org_id"),
    "is_active": ("is_active", "active", "enabled"),
    "archived": ("archived", "is_archived", "archived_at", "deleted_at"),
    "features": ("features", "metadata", "attributes"),
    "same_as": ("resource_id", "base_resource_id"),
}
"""Our word, and what columns may call it; the first that says something counts. Of places all are told."""

KINDS: Final[Mapping[str, Sequence[str]]] = {
    "space": ("space", "room", "studio", "gallery", "hall", "classroom", "workshop", "lab", "venue", "darkroom"),
    "equipment": ("equipment", "tool", "machine", "kiln", "press", "camera", "device", "instrument", "vehicle"),
    "person": ("person", "people", "staff", "instructor", "teacher", "technician"),
    "other": ("other", "misc", "service"),
}
_KIND_OF: Final = {word: kind for kind, words in KINDS.items() for word in words}
_OFF: Final = ("", "0", "f", "false", "n", "no", "none", "null")


@dataclass(frozen=True)
class Remark:
    """Something about a row that a person should read."""

    where: str
    """`resources line 12`."""
    text: str


@dataclass(frozen=True)
class OldThing:
    """One row of one table."""

    table: TableName
    line: int
    key: str
    name: str
    kind: str
    description: str = ""
    capacity: int | None = None
    units: int | None = None
    location: str = ""
    is_archived: bool = False
    features: Mapping[str, Any] = field(default_factory=dict)
    same_as: str = ""
    """The id of the row of `resources` it means, if it says so."""

    @property
    def legacy_id(self) -> str:
        return f"{self.table}:{self.key}"

    @property
    def where(self) -> str:
        return f"{self.table} line {self.line}"


@dataclass(frozen=True)
class Merged:
    """One resource to be, from one row or two."""

    thing: OldThing
    """The values that count."""
    other: OldThing | None = None
    """The row of `resources` that meant the same."""


@dataclass
class Reading:
    """What was understood, and what stands against it."""

    things: list[OldThing] = field(default_factory=list)
    faults: list[Remark] = field(default_factory=list)


def read_rows(table: TableName, rows: Iterable[tuple[int, Mapping[str, Any]]], *, organisation: str = "") -> Reading:
    """The rows of a table, each with its line. `organisation` leaves out those of another one.

    Without `organisation` a table must be of one organisation alone.
    """
    reading = Reading()
    owners: set[str] = set()
    for line, row in rows:
        said = {column.strip().casefold().replace(" ", "_"): value for column, value in row.items()}
        owner = _text(_first(said, "organisation"))
        if organisation and owner != organisation:
            continue
        owners.add(owner)
        try:
            reading.things.append(_thing(table, line, said))
        except ValueError as error:
            reading.faults.append(Remark(f"{table} line {line}", str(error)))
    if len(owners) > 1:
        several = ", ".join(sorted(owners)[:5])
        told = f"These rows are of several organisations ({several}). Choose one with --old-organisation."
        reading.faults.append(Remark(table, told))
    return reading


def merge(base: Sequence[OldThing], own: Sequence[OldThing]) -> tuple[list[Merged], list[Remark]]:
    """Rows of `resources` and of `org_resources` that mean the same as one; and what contradicts itself.

    The same is what says so by `resource_id`, or has the same name and kind. What `org_resources` says counts,
    value by value; where it says nothing, what `resources` says.
    """
    clashes = [*_twice(base), *_twice(own)]
    by_key = {thing.key: thing for thing in base}
    by_name = {(sort_key(thing.name), thing.kind): thing for thing in base}
    kinds: dict[str, OldThing] = {sort_key(thing.name): thing for thing in base}
    taken: dict[str, OldThing] = {}
    merged = []
    for thing in own:
        same = by_key.get(thing.same_as) if thing.same_as else by_name.get((sort_key(thing.name), thing.kind))
        alike = kinds.get(sort_key(thing.name))
        if told := _clash(thing, same, alike, taken):
            clashes.append(Remark(thing.where, told))
        if same is not None:
            taken[same.key] = thing
        merged.append(Merged(_over(thing, same), same) if same else Merged(thing))
    merged += [Merged(thing) for thing in base if thing.key not in taken]
    return merged, clashes


def _clash(thing: OldThing, same: OldThing | None, alike: OldThing | None, taken: Mapping[str, OldThing]) -> str:
    """Why a row and the one it seems to mean cannot simply become one; empty: they can.

    `alike` is a row of the same name, of whatever kind.
    """
    if same is None:
        if thing.same_as:
            return f"It says it is resources {thing.same_as}, and there is none."
        return f"“{thing.name}” is {thing.kind} here, and {alike.kind} at {alike.where}." if alike else ""
    if same.key in taken:
        return f"It means the same as {taken[same.key].where}: {same.legacy_id}."
    if thing.kind != same.kind:
        return f"“{thing.name}” is {thing.kind} here, and {same.kind} at {same.where}."
    is_guessed = not thing.same_as
    if is_guessed and None not in (thing.capacity, same.capacity) and thing.capacity != same.capacity:
        return f"“{thing.name}” fits {thing.capacity} here, and {same.capacity} at {same.where}."
    return ""


def _thing(table: TableName, line: int, said: Mapping[str, Any]) -> OldThing:
    """Raises ValueError with a sentence."""
    key, name = _text(_first(said, "id")), _text(_first(said, "name"))
    word = _text(_first(said, "kind")).casefold()
    kind = _KIND_OF.get(word) or _KIND_OF.get(word.removesuffix("s"))
    faults = [] if key else ["It has no id."]
    faults += [] if name else ["It has no name."]
    if kind is None:
        faults.append(f"Its kind “{word}” is none we know: {', '.join(sorted(_KIND_OF))}.")
    numbers: dict[str, int | None] = {}
    for column in ("capacity", "units"):
        try:
            numbers[column] = _number(_first(said, column))
        except ValueError:
            faults.append(f"Its {column} “{_text(_first(said, column))}” is not a whole number.")
    features, fault = _features(_first(said, "features"))
    faults += [fault] if fault else []
    if faults:
        raise ValueError(" ".join(faults))
    places = [_text(said.get(column)) for column in ALIASES["location"]]
    is_off = any(column in said and _text(said[column]).casefold() in _OFF[1:] for column in ALIASES["is_active"])
    return OldThing(
        table=table,
        line=line,
        key=key,
        name=name,
        kind=kind or "",
        description=_text(_first(said, "description")),
        **numbers,
        location=", ".join(dict.fromkeys(place for place in places if place)),
        is_archived=is_off or _text(_first(said, "archived")).casefold() not in _OFF,
        features=features,
        same_as=_text(_first(said, "same_as")) if table == "org_resources" else "",
    )


def _first(said: Mapping[str, Any], word: str) -> Any:
    return next((said[column] for column in ALIASES[word] if said.get(column) not in (None, "")), None)


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _number(value: Any) -> int | None:
    """Nothing and nought are nothing said."""
    number = float(_text(value) or 0)
    if number != int(number) or number < 0:
        raise ValueError(value)
    return int(number) or None


def _features(value: Any) -> tuple[dict[str, Any], str]:
    """A JSON object as it is; a list of words as things that are there. And what is wrong with it."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}, "Its features are not JSON."
    if isinstance(value, list):
        value = {str(word): True for word in value}
    if value is None or isinstance(value, dict):
        return {str(key): each for key, each in (value or {}).items() if each is not None}, ""
    return {}, "Its features are not a JSON object."


def _twice(things: Iterable[OldThing]) -> list[Remark]:
    """Rows of one table that nobody could tell apart."""
    alike: dict[tuple[str, str], list[OldThing]] = defaultdict(list)
    keys: dict[str, list[OldThing]] = defaultdict(list)
    for thing in things:
        alike[sort_key(thing.name), thing.kind].append(thing)
        keys[thing.key].append(thing)
    return [
        Remark(again.where, f"{told} as {first.where}.")
        for groups, told in ((alike, "It has the same name and kind"), (keys, "It has the same id"))
        for first, *others in groups.values()
        for again in others
    ]


def _over(thing: OldThing, base: OldThing) -> OldThing:
    return OldThing(
        table=thing.table,
        line=thing.line,
        key=thing.key,
        name=thing.name,
        kind=thing.kind,
        description=thing.description or base.description,
        capacity=thing.capacity if thing.capacity is not None else base.capacity,
        units=thing.units if thing.units is not None else base.units,
        location=thing.location or base.location,
        is_archived=thing.is_archived or base.is_archived,
        features={**base.features, **thing.features},
        same_as=thing.same_as,
    )
