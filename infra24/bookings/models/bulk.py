"""What was done to many bookings at once, and what was written to people about theirs."""

from typing import ClassVar

from django.db import models

from infra24.bookings.models.bookings import Booking
from infra24.core.models import DISPOSABLE, OrganisationModel
from infra24.orgs.models import Member


class BookingMessage(OrganisationModel):
    """What staff wrote to the person a booking is for. Facts carry its id and not its text."""

    booking = models.ForeignKey(
        Booking, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    text = models.TextField(max_length=4000)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["org_id", "booking"], name="bookingmessage_of_booking")
        ]


class BulkRun(OrganisationModel):
    """One change of many bookings, kept for a day: its page tells what became of each, and leads to undoing it."""

    app_may = DISPOSABLE

    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    at = models.DateTimeField()
    action = models.CharField(max_length=20)
    left_out = models.JSONField(default=list)
    """Of each booking nothing was done to: its id, and the sentence that says why."""
    done = models.JSONField(default=list)
    """Of each booking that was changed: its id, and its version afterwards."""
    undo = models.JSONField(default=dict)
    """The arguments that take it back, by name; empty where nothing does."""

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["org_id", "at"], name="bulkrun_at")]
