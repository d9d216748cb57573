"""Whom we are connected to, who is who there, and what they were told."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from infra24.bookings.models import Booking
from infra24.core.models import OrganisationModel
from infra24.outbox.models import Destination
from infra24.people.models import Person


class CrmConnection(OrganisationModel):
    """An organisation's account at a CRM. Its name and whether it is paused are its destination's."""

    destination = models.ForeignKey(
        Destination, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    base_url = models.URLField()
    sealed_key = models.TextField()
    """The API key under `core.sealing`."""
    database_name = models.CharField(max_length=200, blank=True)
    """What the CRM calls the database the key opens, so that people can see it is theirs."""
    person_field = models.PositiveBigIntegerField()
    """Number of the custom field that carries our person's id."""
    booking_field = models.PositiveBigIntegerField()
    """Number of the custom field that carries our booking's id."""
    is_dry_run = models.BooleanField(default=False)
    """Say what would be written, write nothing."""
    per_minute = models.PositiveIntegerField(default=120)
    """Requests the CRM may be asked to bear; the vendor publishes no limit."""
    connected_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org_id", "destination"], name="crmconnection_once"),
            models.CheckConstraint(condition=models.Q(per_minute__gt=0), name="crmconnection_pace_positive"),
        ]


class CrmLink(OrganisationModel):
    """A person here and the same one there. Once linked, never matched again."""

    class State(models.TextChoices):
        NEW = "new", _("Not linked yet")
        LINKED = "linked", _("Linked")
        ORPHANED = "orphaned", _("No longer in the CRM")

    connection = models.ForeignKey(
        CrmConnection, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    remote_key = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.NEW)
    how = models.CharField(max_length=10, blank=True)
    """`found` by our id, `matched` by e-mail and name, or `created`."""
    linked_at = models.DateTimeField(null=True)
    turn = models.UUIDField(null=True)
    """The delivery that writes about this person now; void once that delivery's lease is over."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org_id", "connection", "person"], name="crmlink_once"),
            models.UniqueConstraint(
                fields=["org_id", "connection", "remote_key"],
                name="crmlink_remote_once",
                condition=~models.Q(remote_key=""),
            ),
        ]


class CrmActivity(OrganisationModel):
    """A booking as an activity in the CRM, and what was last said of it."""

    connection = models.ForeignKey(
        CrmConnection, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    booking = models.ForeignKey(
        Booking, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    remote_key = models.CharField(max_length=40)
    told = models.CharField(max_length=64)
    """SHA-256 of what was last sent, so that nothing is said twice."""
    told_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["org_id", "connection", "booking", "person"], name="crmactivity_once"),
        ]
