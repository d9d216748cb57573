"""Putting a resource away, and bringing it back. What was booked of it stays known."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from infra24.bookings.locking import lock_tree, unsettle
from infra24.facilities.errors import BookingsAhead, HasParts, IsPart
from infra24.facilities.promises import bookings_ahead
from infra24.facilities.services.resources import locked
from infra24.facts.services import record
from infra24.orgs import audit
from infra24.orgs.models import Member
from infra24.resources.models import Resource


@transaction.atomic
def archive_resource(resource: Resource, *, by: Member, source: str, version: int | None = None) -> Resource:
    """Let nobody book it any more, nor see it but staff. Again is no harm.

    Raises HasParts, IsPart, Stale, and BookingsAhead with the first of them.
    """
    now = timezone.now()
    lock_tree(by.org_id)
    current = locked(resource, version=version)
    if current.archived_at is not None:
        return current
    if Resource.objects.filter(org_id=by.org_id, part_of=current).exists():
        raise HasParts
    if current.part_of is not None:
        raise IsPart(_("Take it out of %(whole)s first.") % {"whole": current.part_of.name})
    # Whoever is about to book it waits for the lock, and then finds it gone.
    unsettle(by.org_id, [current.pk])
    if reasons := bookings_ahead(current):
        raise BookingsAhead(reasons=reasons)
    current.archived_at = now
    return _saved(current, "archive", "resource.archived", by=by, source=source, now=now)


@transaction.atomic
def restore_resource(resource: Resource, *, by: Member, source: str, version: int | None = None) -> Resource:
    """Let it be booked again. Again is no harm. Raises Stale."""
    current = locked(resource, version=version)
    if current.archived_at is None:
        return current
    current.archived_at = None
    return _saved(current, "restore", "resource.restored", by=by, source=source, now=timezone.now())


def _saved(resource: Resource, action: str, fact: str, *, by: Member, source: str, now: datetime) -> Resource:
    resource.save(update_fields=["archived_at"])
    resource.refresh_from_db(fields=["version"])
    record(by.org_id, fact, now=now, source=source, resource_id=resource.pk)
    audit.write(
        by.org_id,
        f"resource.{action}",
        subject_id=resource.pk,
        by=by,
        source=source,
        now=now,
        after={"archived_at": resource.archived_at},
    )
    return resource
