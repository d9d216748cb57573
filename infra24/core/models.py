"""What every table has in common, and the few tables that belong to no organisation."""

from typing import ClassVar
from uuid import UUID

from django.db import models

from infra24.core.ids import new_id

READ, ADD, CHANGE, DELETE = "SELECT", "INSERT", "UPDATE", "DELETE"

KEPT = (READ, ADD, CHANGE)
"""Privileges on tables that remember: rows change, but never go."""
WRITTEN_ONCE = (READ, ADD)
"""Privileges on tables of what happened: rows neither change nor go."""
DISPOSABLE = (READ, ADD, CHANGE, DELETE)
"""Privileges on tables of passing interest."""


class OrganisationModel(models.Model):
    """A row of one organisation.

    Row-level security hides it from every other one; its references to other
    rows are two-column keys that cannot leave the organisation. Both are made
    by `core.schema` in the migration, and a test fails where one is missing.
    """

    app_may: ClassVar[tuple[str, ...]] = KEPT
    """What the app role may do with the table, granted after each migration."""

    id: "models.UUIDField[UUID, UUID]" = models.UUIDField(primary_key=True, default=new_id, editable=False)
    org_id: "models.UUIDField[UUID, UUID]" = models.UUIDField(editable=False)

    class Meta:
        abstract = True


class RateBucket(models.Model):
    """How much of an allowance somebody has used (`core.rates`). Unlogged: a crash forgives."""

    key = models.CharField(primary_key=True, max_length=100)
    full_at = models.DateTimeField()
    """The instant at which the bucket would be empty again (GCRA's theoretical arrival time)."""

    class Meta:
        indexes = [models.Index(fields=["full_at"], name="ratebucket_full_at")]
