"""Everybody an organisation knows, with or without an account."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from infra24.core.models import OrganisationModel
from infra24.orgs.models import User


class Person(OrganisationModel):
    """A person as one organisation knows them. May have no account."""

    name = models.CharField(_("name"), max_length=120)
    sort_key = models.CharField(max_length=240, editable=False)
    """Case- and accent-folded name, computed in Python: the same order on every PostgreSQL."""
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org_id", "user"], name="person_user_once"),
        ]
        indexes = [models.Index(fields=["org_id", "sort_key", "id"], name="person_sorted")]

    def __str__(self) -> str:
        return self.name
