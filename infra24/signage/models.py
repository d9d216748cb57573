"""Displays by doors: what each shows, and when it last asked."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from infra24.core.models import DISPOSABLE, OrganisationModel
from infra24.orgs.models import Member
from infra24.resources.models import Resource


class Look(models.TextChoices):
    DARK = "dark", _("Dark")
    LIGHT = "light", _("Light")


class Display(OrganisationModel):
    """A tablet or screen that shows what is on, to whoever stands before it.

    It belongs to the house and outlives whoever put it up. Its secret is a `Key` of kind `display`.
    """

    app_may = DISPOSABLE

    name = models.CharField(max_length=80, blank=True)
    """What staff call it: Tablet by the kiln room."""
    resource = models.ForeignKey(
        Resource, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    """Of which resource; null: of many."""
    place = models.CharField(max_length=160, blank=True)
    """Of many: those that are there, as `Resource.location` says it. Empty: of the whole house."""
    look = models.CharField(max_length=5, choices=Look.choices, default=Look.DARK)
    made_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    made_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(look__in=Look.values), name="display_look_known"),
            models.CheckConstraint(condition=Q(resource__isnull=True) | Q(place=""), name="display_of_one_or_many"),
        ]

    def __str__(self) -> str:
        return self.name or self.shows

    @property
    def shows(self) -> str:
        """What it shows, in words."""
        return str(self.resource) if self.resource else self.place or str(_("The whole house"))


class Sighting(OrganisationModel):
    """When a display last asked what is on. Apart from it, so that looking changes nothing staff wrote."""

    app_may: ClassVar[tuple[str, ...]] = DISPOSABLE

    display = models.OneToOneField(Display, on_delete=models.PROTECT, related_name="sighting", db_constraint=False)
    seen_at = models.DateTimeField(null=True)
