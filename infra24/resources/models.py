"""Bookable things and what their organisation says about when they can be had."""

from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from infra24.core.models import WRITTEN_ONCE, OrganisationModel
from infra24.orgs.models import validate_time_zone
from infra24.people.models import Person


class ResourceKind(models.TextChoices):
    SPACE = "space", _("Space")
    EQUIPMENT = "equipment", _("Equipment")
    PERSON = "person", _("Person")
    OTHER = "other", _("Other")


class Resource(OrganisationModel):
    """Something that can be booked: a room, a kiln, six cameras, a teacher."""

    kind = models.CharField(_("kind"), max_length=10, choices=ResourceKind.choices)
    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(max_length=60)
    sort_key = models.CharField(max_length=240, editable=False)
    description = models.TextField(_("description"), blank=True, max_length=4000)
    location = models.CharField(_("location"), max_length=160, blank=True)
    capacity = models.PositiveIntegerField(_("capacity"), null=True, blank=True, validators=[MinValueValidator(1)])
    """People that fit. Null: nobody counts."""
    units = models.PositiveIntegerField(_("units"), default=1, validators=[MinValueValidator(1)])
    """How many alike."""
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True, validators=[validate_time_zone])
    """Empty: the organisation's."""
    features = models.JSONField(default=dict, blank=True)
    part_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts", db_constraint=False
    )
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    """Who it is, for the kind `person`."""
    archived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org_id", "slug"], name="resource_slug_once"),
            models.CheckConstraint(condition=models.Q(units__gte=1), name="resource_units_positive"),
            models.CheckConstraint(
                condition=models.Q(capacity__isnull=True) | models.Q(capacity__gte=1), name="resource_capacity_positive"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=ResourceKind.values), name="resource_kind_known"),
            models.CheckConstraint(
                condition=models.Q(part_of__isnull=True) | ~models.Q(part_of=models.F("id")),
                name="resource_not_part_of_itself",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["org_id", "sort_key", "id"], name="resource_sorted"),
            models.Index(fields=["org_id", "part_of"], name="resource_parts"),
        ]

    def __str__(self) -> str:
        return self.name


class AvailabilityRule(OrganisationModel):
    """What was said, from a day on, for the whole organisation, a kind, or one resource.

    Never overwritten, so that last year's bookable minutes stay true: a change
    is a new row. `rules` is a document of `resources.policies.Rules`; what it
    leaves out is inherited.
    """

    app_may = WRITTEN_ONCE

    kind = models.CharField(max_length=10, choices=ResourceKind.choices, blank=True)
    """Set when it speaks for a kind."""
    resource = models.ForeignKey(
        Resource, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    """Set when it speaks for one resource."""
    valid_from = models.DateField()
    rules = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="") | models.Q(resource__isnull=True), name="availabilityrule_one_scope"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["org_id", "resource", "kind", "-valid_from"], name="availabilityrule_effective")
        ]
