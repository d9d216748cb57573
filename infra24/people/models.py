"""Everybody an organisation knows, with or without an account, and when they are busy elsewhere."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from infra24.core.models import DISPOSABLE, OrganisationModel
from infra24.orgs.models import Member, User

LONGEST_BUSY = timedelta(days=31)
"""What lasts longer is kept in several pieces, so that reads know how far to look back."""


class Person(OrganisationModel):
    """A person as one organisation knows them. May have no account."""

    name = models.CharField(_("name"), max_length=120)
    sort_key = models.CharField(max_length=240, editable=False)
    """Case- and accent-folded name, computed in Python: the same order on every PostgreSQL."""
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    locale = models.CharField(_("language"), max_length=10, blank=True, default="", db_default="")
    """In which they want to be written to; empty: the organisation's."""
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


class BusyFeed(OrganisationModel):
    """A calendar a person keeps elsewhere; what is in it makes them busy here. Nothing else of it is kept."""

    app_may = DISPOSABLE

    class State(models.TextChoices):
        ACTIVE = "active", _("Connected")
        PAUSED = "paused", _("Paused")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    name = models.CharField(_("name"), max_length=80)
    sealed_address = models.TextField()
    """The address under `core.sealing`: whoever knows it reads the calendar."""
    fingerprint = models.CharField(max_length=64)
    """SHA-256 of the address, so that it is connected once."""
    host = models.CharField(max_length=253)
    """Of the address; all that is shown of it."""
    state = models.CharField(max_length=6, choices=State.choices, default=State.ACTIVE)
    failures = models.PositiveSmallIntegerField(default=0)
    """In a row."""
    last_error = models.CharField(max_length=300, blank=True)
    polled_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    """When it was last read well."""
    etag = models.CharField(max_length=200, blank=True)
    added_by = models.ForeignKey(
        Member, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org_id", "person", "fingerprint"], name="busyfeed_once"),
            models.CheckConstraint(condition=Q(state__in=["active", "paused"]), name="busyfeed_state_known"),
        ]

    def __str__(self) -> str:
        return self.name


class BusyTime(OrganisationModel):
    """A stretch in which a person is busy, as one of their calendars says. Not why."""

    app_may = DISPOSABLE

    feed = models.ForeignKey(BusyFeed, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="busytime_ends_after_start"),
            models.CheckConstraint(
                condition=Q(ends_at__lte=F("starts_at") + LONGEST_BUSY), name="busytime_not_too_long"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["feed", "starts_at"], name="busytime_of_feed")]
