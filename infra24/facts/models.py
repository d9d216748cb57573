"""What happened, written in the transaction that made it happen."""

from django.db import models

from infra24.core.fields import TransactionIdField
from infra24.core.models import DISPOSABLE, WRITTEN_ONCE, OrganisationModel


class CurrentTransaction(models.Func):
    """The number of the transaction that writes the row."""

    function = "pg_current_xact_id"
    arity = 0
    output_field = TransactionIdField()


class Fact(OrganisationModel):
    """One thing that happened to one subject. Never changed, never deleted."""

    app_may = WRITTEN_ONCE

    type = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField(default=1)
    subject_kind = models.CharField(max_length=30)
    subject_id = models.UUIDField()
    number = models.PositiveIntegerField()
    """Position among the facts of the subject, from 1, taken under the subject's lock."""
    data = models.JSONField(default=dict)
    source = models.CharField(max_length=20)
    recorded_at = models.DateTimeField()
    xid = TransactionIdField(null=True, editable=False, db_default=CurrentTransaction())
    """The transaction that wrote it, so that one can ask what a snapshot has not seen yet; null: long ago."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org_id", "subject_id", "number"], name="fact_number_once"),
        ]
        indexes = [
            models.Index(fields=["org_id", "xid"], condition=models.Q(xid__isnull=False), name="fact_of_transaction"),
        ]


class FactPending(models.Model):
    """A fact not yet handed to its destinations; the relay deletes the row when it has done so."""

    app_may = DISPOSABLE

    fact = models.OneToOneField(Fact, on_delete=models.CASCADE, primary_key=True, db_constraint=False)
    org_id = models.UUIDField()
    subject_id = models.UUIDField()
    number = models.PositiveIntegerField()
    leased_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["subject_id", "number"], name="factpending_line")]
