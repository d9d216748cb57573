"""What staff do about what could not be booked: try again, book it elsewhere or at another time, or dismiss it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from infra24.bookings.models import Source
from infra24.bookings.services import BookingChange, LegWish
from infra24.calendars.errors import DismissalUnexplained, RowSettled
from infra24.calendars.models import ImportRow, RowState
from infra24.calendars.services.booking import do_step, lock_calendar
from infra24.core.errors import Stale
from infra24.orgs import audit
from infra24.orgs.models import Member
from infra24.resources.models import Resource

LONGEST_REASON = 500


@transaction.atomic
def book_row(
    row: ImportRow,
    *,
    by: Member,
    source: str,
    resource: Resource | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    version: int | None = None,
) -> ImportRow:
    """Book what waits for a decision, as the file says or elsewhere, or at another time.

    Raises RowSettled, Stale, and all that refuses a booking; a refusal leaves the row as it was.
    """
    locked = _open(row, version)
    instead = BookingChange(
        starts_at=starts_at, ends_at=ends_at, legs=(LegWish(resource.pk),) if resource is not None else None
    )
    do_step(locked, by=by, source=Source.IMPORT, instead=instead)
    locked.reasons, locked.alternatives = [], []
    return _decided(locked, by=by, source=source, action="import_row.book")


@transaction.atomic
def dismiss_row(row: ImportRow, *, reason: str, by: Member, source: str, version: int | None = None) -> ImportRow:
    """Leave it unbooked for good, saying why. Raises DismissalUnexplained, RowSettled, Stale."""
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise DismissalUnexplained(fields={"reason": DismissalUnexplained.__doc__ or ""})
    locked = _open(row, version)
    locked.state, locked.why = RowState.DISMISSED, reason
    return _decided(locked, by=by, source=source, action="import_row.dismiss")


def _open(row: ImportRow, version: int | None) -> ImportRow:
    """The row, locked, while it still waits for somebody."""
    lock_calendar(row.org_id, row.calendar)
    locked = (
        ImportRow.objects.select_for_update(of=["self"])
        .select_related("resource", "person", "booking", "run")
        .get(org_id=row.org_id, pk=row.pk)
    )
    if version is not None and locked.version != version:
        raise Stale
    if locked.state != RowState.CONFLICT:
        raise RowSettled
    return locked


def _decided(row: ImportRow, *, by: Member, source: str, action: str) -> ImportRow:
    now = timezone.now()
    row.decided_by, row.decided_at = by, now
    row.version += 1
    row.save()
    after = {"state": row.state, "booking_id": _text(row.booking_id), "why": row.why}
    audit.write(row.org_id, action, subject_id=row.pk, by=by, source=source, now=now, after=after)
    return row


def _text(key: UUID | None) -> str | None:
    return None if key is None else str(key)
