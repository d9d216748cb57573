"""Reading what was done to many bookings at once."""

from uuid import UUID

from django.utils import timezone

from infra24.bookings.errors import BulkRunNotFound
from infra24.bookings.models import BulkRun
from infra24.bookings.services.bulk import KEPT_FOR
from infra24.orgs.models import Member


def run_for(viewer: Member, run_id: UUID) -> BulkRun:
    """One run of the last day, whoever of the staff did it. Raises BulkRunNotFound."""
    runs = BulkRun.objects.filter(org_id=viewer.org_id, at__gt=timezone.now() - KEPT_FOR)
    try:
        return runs.select_related("by__user").get(pk=run_id)
    except BulkRun.DoesNotExist:
        raise BulkRunNotFound from None
