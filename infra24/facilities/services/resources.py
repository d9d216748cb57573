"""Adding what can be booked, and changing what is said of it."""

from collections.abc import Iterable
from datetime import datetime
from itertools import count
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from infra24.bookings.locking import lock_claims, lock_tree, unsettle
from infra24.bookings.policies import LATEST
from infra24.bookings.services.expiring import expire_locked
from infra24.core.constraints import guarded_by
from infra24.core.errors import Infra24Error, Stale
from infra24.core.fields import cleaned
from infra24.core.sorting import sort_key
from infra24.facilities.errors import (
    CapacityPromised,
    LegacyTaken,
    ResourceInvalid,
    ResourceSlugTaken,
    UnitsPromised,
)
from infra24.facilities.promises import promised_beyond
from infra24.facilities.services.checking import ResourceWish, check, needs_of
from infra24.facilities.services.parts import put_into
from infra24.facts.services import record
from infra24.orgs import audit
from infra24.orgs.models import Member
from infra24.resources.errors import ResourceNotFound
from infra24.resources.models import Resource, ResourceNeed

GUARDS: Final[dict[str, type[Infra24Error]]] = {
    "resource_slug_once": ResourceSlugTaken,
    "resource_legacy_once": LegacyTaken,
    "resource_units_promised": UnitsPromised,
    "resource_capacity_promised": CapacityPromised,
}
READ_BEFORE_BOOKING: Final = frozenset({"visible_to", "bookable_by", "time_zone", "needs", "units", "capacity"})
"""What a booking is decided by before it locks the resource."""


@transaction.atomic
def create_resource(kind: str, wish: ResourceWish, *, by: Member, source: str, legacy_id: str = "") -> Resource:
    """Something new that can be booked. Its kind stays; its slug is made from the name unless it is given.

    `legacy_id` is what an older system called it, as `table:id`. Raises
    ResourceInvalid, ResourceSlugTaken, LegacyTaken, and what `put_into` raises.
    """
    now = timezone.now()
    resource = Resource(org_id=by.org_id, kind=kind, legacy_id=legacy_id)
    try:
        cleaned(resource, "kind", kind)
    except ValidationError as error:
        raise ResourceInvalid(fields={"kind": " ".join(error.messages)}) from error
    checked = check(resource, wish, by=by)
    _set(resource, checked.columns)
    resource.slug = resource.slug or free_slug(by.org_id, resource.name)
    with guarded_by(**GUARDS):
        resource.save(force_insert=True)
    if checked.whole:
        put_into(resource, checked.whole, by=by, now=now)
    _write_needs(resource, checked.needs or (), by=by)
    resource.refresh_from_db(fields=["version", "part_of"])
    record(by.org_id, "resource.added", now=now, source=source, resource_id=resource.pk)
    after = {name: value for name, value in snapshot(resource).items() if value not in (None, "", [], {})}
    audit.write(by.org_id, "resource.create", subject_id=resource.pk, by=by, source=source, now=now, after=after)
    return resource


def change_resource(
    resource: Resource, wish: ResourceWish, *, by: Member, source: str, version: int | None = None
) -> Resource:
    """Say something else of a resource. `version` is the one the caller has seen, None for whatever it is now.

    Returns it as it is after. Raises ResourceInvalid, ResourceSlugTaken, Stale,
    what `put_into` raises, and UnitsPromised or CapacityPromised with the first
    of the bookings that stand against it.
    """
    try:
        return _change(resource, wish, by=by, source=source, version=version)
    except (UnitsPromised, CapacityPromised) as refusal:
        reasons = promised_beyond(resource, units=wish.get("units"), people=wish.get("capacity"))
        raise type(refusal)(reasons=reasons) from refusal


@transaction.atomic
def _change(resource: Resource, wish: ResourceWish, *, by: Member, source: str, version: int | None) -> Resource:
    now = timezone.now()
    was_part_of = resource.part_of_id
    # Before the row, though nothing may move: the same transaction may yet archive it, or move another one.
    lock_tree(by.org_id)
    if wish.get("part_of", was_part_of) != was_part_of:
        checked = check(resource, wish, by=by)
        # The bookings in the tree are locked before the row, too. What the caller has seen is compared
        # here already, since moving raises the version.
        if version is not None and not Resource.objects.filter(pk=resource.pk, version=version).exists():
            raise Stale
        put_into(resource, checked.whole, by=by, now=now)
        version = None
    if wish.keys() & {"units", "capacity"}:
        _let_go_of_dead_holds(resource, now=now)
    current = locked(resource, version=version)
    before = {**snapshot(current), "part_of": was_part_of}
    checked = check(current, wish, by=by)
    changed = [name for name, value in checked.columns.items() if getattr(current, name) != value]
    _set(current, checked.columns)
    if changed:
        with guarded_by(**GUARDS):
            current.save(update_fields=[*changed, *(["sort_key"] if "name" in changed else [])])
    if checked.needs is not None and checked.needs != needs_of(current):
        _write_needs(current, checked.needs, by=by)
        # What members need is said of the resource: its version has to tell that it changed.
        Resource.objects.filter(pk=current.pk).update(name=current.name)
    current.refresh_from_db(fields=["version", "part_of"])
    announce_change(current, before, by=by, source=source, now=now)
    return current


def _let_go_of_dead_holds(resource: Resource, *, now: datetime) -> None:
    """PostgreSQL counts as promised what nobody has noticed to be over."""
    locks = lock_claims(resource.org_id, [resource.pk], now, LATEST, now=now)
    expire_locked(resource.org_id, locks.dead, locks.bookings, now=now)


def announce_change(resource: Resource, before: dict[str, Any], *, by: Member, source: str, now: datetime) -> None:
    """Record what changed since the snapshot `before`; nothing if nothing did."""
    after = snapshot(resource)
    changed = sorted(name for name in after if after[name] != before[name])
    if not changed:
        return
    if READ_BEFORE_BOOKING & set(changed):
        unsettle(resource.org_id, [resource.pk])
    record(resource.org_id, "resource.changed", now=now, source=source, resource_id=resource.pk, fields=changed)
    audit.write(
        resource.org_id,
        "resource.change",
        subject_id=resource.pk,
        by=by,
        source=source,
        now=now,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )


def locked(resource: Resource, *, version: int | None) -> Resource:
    """The row as it is, locked until the transaction ends. Raises Stale when it is not at `version`."""
    rows = Resource.objects.select_for_update(no_key=True).filter(org_id=resource.org_id, pk=resource.pk)
    current = rows.first()
    if current is None:
        raise ResourceNotFound
    if version is not None and current.version != version:
        raise Stale
    return current


def snapshot(resource: Resource) -> dict[str, Any]:
    """All that is said of a resource, as the audit keeps it."""
    return {
        "kind": resource.kind,
        "name": resource.name,
        "slug": resource.slug,
        "description": resource.description,
        "group": resource.group,
        "location": resource.location,
        "latitude": resource.latitude,
        "longitude": resource.longitude,
        "capacity": resource.capacity,
        "units": resource.units,
        "time_zone": resource.time_zone,
        "visible_to": str(resource.visible_to),
        "bookable_by": str(resource.bookable_by),
        "features": dict(resource.features),
        "person_id": resource.person_id,
        "part_of": resource.part_of_id,
        "needs": sorted(map(str, needs_of(resource))),
        "photo": resource.photo,
        "photo_alt": resource.photo_alt,
        "legacy_id": resource.legacy_id,
    }


def free_slug(org_id: UUID, name: str) -> str:
    """A slug made from a name that no resource of the organisation has: `kiln`, `kiln-2`."""
    stem = slugify(name)[:50].strip("-_") or "resource"
    taken = set(Resource.objects.filter(org_id=org_id, slug__startswith=stem).values_list("slug", flat=True))
    return next(slug for number in count(1) if (slug := stem if number == 1 else f"{stem}-{number}") not in taken)


def _set(resource: Resource, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        setattr(resource, name, value)
    resource.sort_key = sort_key(resource.name)


def _write_needs(resource: Resource, needs: Iterable[UUID], *, by: Member) -> None:
    wanted, stored = set(needs), needs_of(resource)
    ResourceNeed.objects.filter(org_id=by.org_id, resource=resource, qualification_id__in=stored - wanted).delete()
    ResourceNeed.objects.bulk_create(
        ResourceNeed(org_id=by.org_id, resource=resource, qualification_id=qualification_id)
        for qualification_id in sorted(wanted - stored)
    )
