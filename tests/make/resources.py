"""Bookable things and the hours in which they can be had."""

from collections.abc import Sequence
from datetime import date
from itertools import count
from typing import Any

from django.utils.text import slugify

from infra24.core.sorting import sort_key
from infra24.orgs.models import Organisation
from infra24.orgs.tenancy import acting_for
from infra24.people.models import Person
from infra24.resources.models import AvailabilityRule, Feature, Resource

_numbers = count(1)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def open_week(opens: str = "09:00", closes: str = "21:00") -> dict[str, Any]:
    """A rules document: the same hours every day."""
    return {"schema": 1, "weekly": {day: [[opens, closes]] for day in DAYS}}


def closed_week() -> dict[str, Any]:
    """A rules document: never open."""
    return {"schema": 1, "weekly": {day: [] for day in DAYS}}


def opening_hours(
    organisation: Organisation,
    *,
    rules: dict[str, Any] | None = None,
    kind: str = "",
    resource: Resource | None = None,
    valid_from: date = date(2020, 1, 1),
) -> AvailabilityRule:
    """Rules of the organisation, of a kind, or of one resource: every day 09:00–21:00 unless given."""
    with acting_for(organisation.pk):
        return AvailabilityRule.objects.create(
            org_id=organisation.pk, kind=kind, resource=resource, valid_from=valid_from, rules=rules or open_week()
        )


def resource(
    organisation: Organisation,
    *,
    kind: str = "space",
    name: str = "",
    location: str = "",
    units: int = 1,
    capacity: int | None = None,
    part_of: Resource | None = None,
    person: Person | None = None,
    time_zone: str = "",
    rules: dict[str, Any] | None = None,
    visible_to: str = "everyone",
    bookable_by: str = "member",
) -> Resource:
    """A resource that follows the organisation's hours; with `rules`, its own from 2020 on."""
    name = name or f"Studio {next(_numbers)}"
    with acting_for(organisation.pk):
        made = Resource.objects.create(
            org_id=organisation.pk,
            kind=kind,
            name=name,
            slug=slugify(name),
            location=location,
            sort_key=sort_key(name),
            units=units,
            capacity=capacity,
            part_of=part_of,
            person=person,
            time_zone=time_zone,
            visible_to=visible_to,
            bookable_by=bookable_by,
        )
    if rules is not None:
        opening_hours(organisation, rules=rules, resource=made)
    return made


def feature(
    organisation: Organisation, key: str, kind: str, *, name: str = "", unit: str = "", choices: Sequence[str] = ()
) -> Feature:
    """A word of the organisation's vocabulary, of type flag, number, choice or text."""
    name = name or key.replace("_", " ").capitalize()
    with acting_for(organisation.pk):
        return Feature.objects.create(
            org_id=organisation.pk,
            key=key,
            name=name,
            sort_key=sort_key(name),
            type=kind,
            unit=unit,
            choices=list(choices),
        )
