"""What could not be booked: half of what a board wants to know about demand."""

from django.db import models

from infra24.core.models import OrganisationModel
from infra24.resources.models import Resource


class Refusal(OrganisationModel):
    """How often a resource was refused on a local day, by reason and source."""

    on = models.DateField()
    resource = models.ForeignKey(
        Resource, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    code = models.CharField(max_length=30)
    source = models.CharField(max_length=10)
    times = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org_id", "on", "resource", "code", "source"], name="refusal_counted_once")
        ]
