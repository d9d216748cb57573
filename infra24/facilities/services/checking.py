"""Whether a resource can be as somebody wishes: all that is wrong with a wish at once, by the path of its field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypedDict
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from infra24.core.fields import cleaned
from infra24.facilities.errors import ResourceInvalid
from infra24.orgs.models import Member
from infra24.people.queries import visible_people
from infra24.resources.models import Qualification, Resource, ResourceKind, ResourceNeed
from infra24.resources.vocabulary import value_fault, vocabulary_of


class ResourceWish(TypedDict, total=False):
    """What is to be said of a resource; what is left out stays as it is.

    `features` names only what changes: a value of None takes one away.
    `part_of` is the id of the whole, `needs` are ids of qualifications.
    """

    name: str
    slug: str
    description: str
    group: str
    location: str
    latitude: float | None
    longitude: float | None
    capacity: int | None
    units: int
    time_zone: str
    visible_to: str
    bookable_by: str
    features: Mapping[str, Any]
    person_id: UUID | None
    part_of: UUID | None
    needs: Sequence[UUID]


PLAIN: Final = (
    "name",
    "slug",
    "description",
    "group",
    "location",
    "latitude",
    "longitude",
    "capacity",
    "units",
    "time_zone",
    "visible_to",
    "bookable_by",
)
"""Columns that are what is said, no more."""


@dataclass(frozen=True)
class Checked:
    """A wish that can be kept."""

    columns: dict[str, Any]
    """Values by attribute of the model, `features` whole."""
    whole: Resource | None
    """What it is to become part of."""
    needs: set[UUID] | None
    """None: as they are."""


def check(resource: Resource, wish: ResourceWish, *, by: Member) -> Checked:
    """A wish for a resource, stored or new, as values that can be stored.

    Raises ResourceInvalid, naming every fault.
    """
    faults: dict[str, str] = {}
    columns = _plain(resource, wish, faults)
    _check_place(resource, columns, faults)
    columns.update(_person(resource, wish, faults, by=by))
    if "features" in wish:
        columns["features"] = _features(resource, wish["features"], faults)
    whole = _whole(resource, wish, faults, by=by)
    needs = _needs(resource, wish["needs"], faults, by=by) if "needs" in wish else None
    units = columns.get("units", resource.units)
    if units > 1 and "units" not in faults and _has_parts(resource):
        faults["units"] = _("It has parts; only one of a kind can be divided. Take them out of it first.")
    if faults:
        raise ResourceInvalid(fields=faults)
    return Checked(columns, whole, needs)


def _plain(resource: Resource, wish: ResourceWish, faults: dict[str, str]) -> dict[str, Any]:
    """The columns in the wish, cleaned as the model says."""
    columns: dict[str, Any] = {}
    values: Mapping[str, Any] = {"name": "", **wish} if resource._state.adding else wish
    for name in PLAIN:
        # An empty slug is made from the name.
        if name not in values or (name == "slug" and not values["slug"]):
            continue
        value = values[name].strip() if isinstance(values[name], str) else values[name]
        try:
            columns[name] = cleaned(resource, name, value)
        except ValidationError as error:
            faults[name] = " ".join(error.messages)
    return columns


def _check_place(resource: Resource, columns: Mapping[str, Any], faults: dict[str, str]) -> None:
    place = {"latitude": 90, "longitude": 180}
    degrees = {name: columns.get(name, getattr(resource, name)) for name in place}
    for name, limit in place.items():
        # Written so that what is no number at all fails too.
        if degrees[name] is not None and not -limit <= degrees[name] <= limit:
            faults[name] = _("Between −%(limit)s and %(limit)s degrees.") % {"limit": limit}
        elif degrees[name] is None and any(value is not None for value in degrees.values()):
            faults.setdefault(name, _("Give both latitude and longitude, or neither."))


def _person(resource: Resource, wish: ResourceWish, faults: dict[str, str], *, by: Member) -> dict[str, Any]:
    person_id = wish.get("person_id", resource.person_id)
    if resource.kind != ResourceKind.PERSON:
        if person_id is not None:
            faults["person_id"] = _("Only a resource of the kind “person” is somebody. Leave it empty.")
    elif person_id is None:
        faults["person_id"] = _("Say who it is: choose somebody you have under People.")
    elif person_id != resource.person_id and not visible_people(by).filter(pk=person_id).exists():
        faults["person_id"] = _("There is no such person.")
    return {"person_id": person_id} if "person_id" in wish else {}


def _features(resource: Resource, wished: Mapping[str, Any], faults: dict[str, str]) -> dict[str, Any]:
    """All features as they would be. What stays as it was is not looked at again: vocabularies change."""
    vocabulary = vocabulary_of(resource.org_id)
    features = dict(resource.features)
    for key, value in wished.items():
        if value is None:
            features.pop(key, None)
        elif key not in features or features[key] != value or type(features[key]) is not type(value):
            fault = value_fault(vocabulary[key], value) if key in vocabulary else _("There is no such feature.")
            if fault:
                faults[f"features.{key}"] = fault
            features[key] = value
    return features


def _whole(resource: Resource, wish: ResourceWish, faults: dict[str, str], *, by: Member) -> Resource | None:
    whole_id = wish.get("part_of")
    if whole_id is None or whole_id == resource.part_of_id:
        return None
    whole = Resource.objects.filter(org_id=by.org_id, pk=whole_id, archived_at=None).first()
    if whole is None:
        faults["part_of"] = _("There is no such resource, or it is archived.")
    elif whole.kind != resource.kind:
        faults["part_of"] = _("A part is of the same kind as its whole. Choose a whole of that kind.")
    elif whole.units > 1:
        faults["part_of"] = _("There are several of these alike, and only one of a kind can be divided.")
    return whole


def _needs(resource: Resource, wished: Sequence[UUID], faults: dict[str, str], *, by: Member) -> set[UUID]:
    """The qualifications asked for. Archived ones may stay where they are needed already."""
    stored = needs_of(resource)
    # Locked, so that nobody archives one while it becomes needed.
    live = Qualification.objects.select_for_update(no_key=True).filter(
        org_id=by.org_id, archived_at=None, pk__in=wished
    )
    known = stored | set(live.values_list("pk", flat=True))
    for position, qualification_id in enumerate(wished):
        if qualification_id not in known:
            faults[f"needs.{position}"] = _("There is no such qualification, or it is archived.")
    return set(wished)


def needs_of(resource: Resource) -> set[UUID]:
    """The ids of the qualifications members need for it."""
    needs = ResourceNeed.objects.filter(org_id=resource.org_id, resource_id=resource.pk)
    return set(needs.values_list("qualification_id", flat=True))


def _has_parts(resource: Resource) -> bool:
    return Resource.objects.filter(org_id=resource.org_id, part_of=resource.pk).exists()
