"""Displays: put up, changed, given another address, taken down; and noted when one asks."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from infra24.core.errors import Stale
from infra24.core.ids import new_id
from infra24.facts.services import record
from infra24.orgs import audit
from infra24.orgs.errors import RoleTooLow
from infra24.orgs.keys import make_key
from infra24.orgs.models import Key, Member, Organisation
from infra24.orgs.policies import Role
from infra24.resources.models import Resource
from infra24.signage.errors import DisplayNotFound, DisplayUnclear, TooManyDisplays
from infra24.signage.models import Display, Look, Sighting

MOST_DISPLAYS = 100
"""Of one organisation."""
_NOTED_EVERY = timedelta(minutes=1)


@transaction.atomic
def put_up_display(
    *,
    name: str = "",
    resource: Resource | None = None,
    place: str = "",
    look: Look = Look.DARK,
    by: Member,
    source: str,
) -> Display:
    """A new display of one resource, of a place, or of the whole house. Staff only.

    Raises RoleTooLow, DisplayUnclear, TooManyDisplays.
    """
    now = timezone.now()
    _require_staff(by)
    if resource is not None and place:
        raise DisplayUnclear(fields={"place": DisplayUnclear.__doc__ or ""})
    # The organisation's row is the lock: two requests at once must not both make the hundredth.
    Organisation.objects.select_for_update(no_key=True).get(pk=by.org_id)
    if Display.objects.filter(org_id=by.org_id).count() >= MOST_DISPLAYS:
        raise TooManyDisplays
    display = Display.objects.create(
        id=new_id(),
        org_id=by.org_id,
        name=name.strip(),
        resource=resource,
        place=place.strip(),
        look=look,
        made_by=by,
        made_at=now,
    )
    Sighting.objects.create(org_id=by.org_id, display=display)
    _make_key(display, now=now)
    _tell(display, "made", by=by, source=source, now=now, after=_said(display))
    return display


@transaction.atomic
def change_display(
    display: Display,
    *,
    name: str | None = None,
    look: Look | None = None,
    by: Member,
    source: str,
    version: int | None = None,
) -> Display:
    """Call it otherwise, or make it light or dark; its address stays. Staff only.

    Raises RoleTooLow, DisplayNotFound, Stale.
    """
    now = timezone.now()
    _require_staff(by)
    locked = _locked(display)
    if version is not None and locked.version != version:
        raise Stale
    before = _said(locked)
    locked.name = locked.name if name is None else name.strip()
    locked.look = locked.look if look is None else look
    if (after := _said(locked)) == before:
        return locked
    locked.version += 1
    locked.save(update_fields=["name", "look", "version"])
    _tell(locked, "changed", by=by, source=source, now=now, before=before, after=after)
    return locked


@transaction.atomic
def renew_display(display: Display, *, by: Member, source: str, version: int | None = None) -> Display:
    """Another address for the same display; the old one works no longer. Staff only.

    Raises RoleTooLow, DisplayNotFound, Stale.
    """
    now = timezone.now()
    _require_staff(by)
    locked = _locked(display)
    if version is not None and locked.version != version:
        raise Stale
    locked.version += 1
    locked.save(update_fields=["version"])
    _revoke_keys(locked, now=now)
    _make_key(locked, now=now)
    _tell(locked, "renewed", by=by, source=source, now=now)
    return locked


@transaction.atomic
def take_down_display(display: Display, *, by: Member, source: str) -> None:
    """Its address works no longer, and the display is gone. Staff only.

    Raises RoleTooLow, DisplayNotFound when it is gone already.
    """
    now = timezone.now()
    _require_staff(by)
    locked = _locked(display)
    _revoke_keys(locked, now=now)
    _tell(locked, "taken_down", by=by, source=source, now=now, before=_said(locked))
    Sighting.objects.filter(org_id=locked.org_id, display=locked).delete()
    locked.delete()


def note_sighting(display: Display, *, now: datetime) -> None:
    """Note that it asked, once a minute at most. Two tablets with one address do not wait for each other."""
    seen_at = display.sighting.seen_at
    if seen_at is not None and seen_at > now - _NOTED_EVERY:
        return
    rows = Sighting.objects.select_for_update(no_key=True, skip_locked=True)
    row = rows.filter(org_id=display.org_id, display=display).first()
    if row is not None:
        row.seen_at = now
        row.save(update_fields=["seen_at"])


def _require_staff(by: Member) -> None:
    if not by.rank.includes(Role.STAFF):
        raise RoleTooLow


def _locked(display: Display) -> Display:
    rows = Display.objects.select_for_update(of=["self"]).select_related("resource")
    found = rows.filter(org_id=display.org_id, pk=display.pk).first()
    if found is None:
        raise DisplayNotFound
    return found


def _make_key(display: Display, *, now: datetime) -> None:
    make_key(display.org_id, Key.Kind.DISPLAY, now=now, name=display.name, subject_id=display.pk)


def _revoke_keys(display: Display, *, now: datetime) -> None:
    keys = Key.objects.filter(org_id=display.org_id, kind=Key.Kind.DISPLAY, subject_id=display.pk, revoked_at=None)
    keys.update(revoked_at=now)


def _said(display: Display) -> dict[str, Any]:
    resource_id: UUID | None = display.resource_id
    return {"name": display.name, "resource_id": resource_id, "place": display.place, "look": str(display.look)}


def _tell(display: Display, what: str, *, by: Member, source: str, now: datetime, **told: Any) -> None:
    record(display.org_id, f"display.{what}", now=now, source=source, display_id=display.pk)
    audit.write(display.org_id, f"display.{what}", subject_id=display.pk, by=by, source=source, now=now, **told)
