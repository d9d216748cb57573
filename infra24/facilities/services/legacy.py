"""Taking over what an older system knew of its resources."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction

from infra24.core.errors import Infra24Error
from infra24.core.problems import document
from infra24.core.sorting import sort_key
from infra24.facilities.legacy import Merged, OldThing, Remark, merge
from infra24.facilities.services.archiving import archive_resource
from infra24.facilities.services.features import create_feature, key_from
from infra24.facilities.services.resources import create_resource
from infra24.orgs.models import Member
from infra24.people.models import Person
from infra24.people.services import create_person
from infra24.resources.models import Feature, Resource
from infra24.resources.vocabulary import LONGEST_TEXT, value_fault, vocabulary_of

SOURCE: Final = "import"


@dataclass
class Takeover:
    """What was, or would be, taken over."""

    new: list[Merged] = field(default_factory=list)
    unchanged: list[Merged] = field(default_factory=list)
    """Taken over before."""
    features: list[str] = field(default_factory=list)
    """Words the vocabulary did not have."""
    notes: list[Remark] = field(default_factory=list)
    """What was left out, or done besides."""
    clashes: list[Remark] = field(default_factory=list)
    """What has to be decided first: as long as there are any, nothing is written."""

    @property
    def merged(self) -> list[Merged]:
        return [one for one in self.new if one.other]


def take_over(
    base: Sequence[OldThing], own: Sequence[OldThing], *, leave_out: Collection[str], by: Member, apply: bool
) -> Takeover:
    """Add what the rows of both tables say, as resources that keep their old id; all of it or nothing.

    `leave_out` are legacy ids. What was taken over before is left as it is by
    now. Without `apply` everything is done and undone, to find what stands against it.
    """
    merged, clashes = merge(
        [thing for thing in base if thing.legacy_id not in leave_out],
        [thing for thing in own if thing.legacy_id not in leave_out],
    )
    result = Takeover(clashes=clashes)
    known = set(Resource.objects.filter(org_id=by.org_id).exclude(legacy_id="").values_list("legacy_id", flat=True))
    for one in merged:
        ids = {one.thing.legacy_id, *([one.other.legacy_id] if one.other else [])}
        (result.unchanged if ids & known else result.new).append(one)
    result.clashes += _namesakes(result.new, by=by)
    with transaction.atomic():
        vocabulary = _extend_vocabulary(result, by=by)
        for one in result.new:
            _add(one.thing, vocabulary, result, by=by)
        if result.clashes or not apply:
            transaction.set_rollback(True)
    return result


def _namesakes(new: Iterable[Merged], *, by: Member) -> list[Remark]:
    """Rows that are called like something that is here already and did not come from the old system."""
    here = {(one.sort_key, one.kind): one for one in Resource.objects.filter(org_id=by.org_id)}
    return [
        Remark(one.thing.where, f"There is a resource “{found.name}” of this kind already. Rename or leave out one.")
        for one in new
        if (found := here.get((sort_key(one.thing.name), one.thing.kind)))
    ]


def _extend_vocabulary(result: Takeover, *, by: Member) -> dict[str, Feature]:
    """The vocabulary with a word for every feature that the rows name, of a type that fits all its values."""
    live = vocabulary_of(by.org_id)
    taken = set(Feature.objects.filter(org_id=by.org_id).values_list("key", flat=True))
    values: dict[str, list[Any]] = {}
    names: dict[str, str] = {}
    for one in result.new:
        for name, value in one.thing.features.items():
            key = key_from(name)
            if key and key not in taken and isinstance(value, bool | int | float | str):
                values.setdefault(key, []).append(value)
                names.setdefault(key, name)
    for key, said in values.items():
        name = names[key].replace("_", " ").strip()
        wish: Any = {"name": (name[:1].upper() + name[1:])[:80]}
        live[key] = create_feature(_type_of(said), wish, key=key, by=by, source=SOURCE)
        result.features.append(key)
    return live


def _type_of(values: Sequence[Any]) -> str:
    if all(isinstance(value, bool) for value in values):
        return "flag"
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return "number"
    return "text"


def _add(thing: OldThing, vocabulary: Mapping[str, Feature], result: Takeover, *, by: Member) -> None:
    wish: Any = {
        "name": thing.name,
        "description": thing.description,
        "location": thing.location,
        "capacity": thing.capacity,
        "units": thing.units or 1,
        "features": _features(thing, vocabulary, result),
    }
    try:
        if thing.kind == "person":
            wish["person_id"] = _person(thing, result, by=by).pk
        made = create_resource(thing.kind, wish, by=by, source=SOURCE, legacy_id=thing.legacy_id)
        if thing.is_archived:
            archive_resource(made, by=by, source=SOURCE)
    except Infra24Error as error:
        said = document(error)
        told = "; ".join(f"{path}: {fault}" for path, fault in said["fields"].items()) or said["detail"]
        result.clashes.append(Remark(thing.where, told))


def _features(thing: OldThing, vocabulary: Mapping[str, Feature], result: Takeover) -> dict[str, Any]:
    """The features that can be kept; the others are noted."""
    kept = {}
    for name, value in thing.features.items():
        feature = vocabulary.get(key_from(name))
        fitting = str(value)[: LONGEST_TEXT + 1] if feature and feature.type == "text" else value
        if feature is None or isinstance(value, dict | list) or value_fault(feature, fitting):
            result.notes.append(Remark(thing.where, f"Its feature {name} = {value!r} is left out."))
        else:
            kept[feature.key] = fitting
    return kept


def _person(thing: OldThing, result: Takeover, *, by: Member) -> Person:
    """Whoever is called so; somebody new if nobody is."""
    fits = list(Person.objects.filter(org_id=by.org_id, erased_at=None, sort_key=sort_key(thing.name))[:2])
    if len(fits) == 1:
        return fits[0]
    if fits:
        result.clashes.append(
            Remark(thing.where, f"Several people are called “{thing.name}”. Leave it out, and add it.")
        )
        return fits[0]
    result.notes.append(Remark(thing.where, f"“{thing.name}” is written down under People."))
    return create_person(by=by, name=thing.name)
