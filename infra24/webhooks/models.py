"""Where an organisation's webhooks go, and how each stands."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from infra24.core.guarding import LONGEST_ADDRESS
from infra24.core.models import DISPOSABLE, OrganisationModel
from infra24.core.sealing import unseal
from infra24.orgs.models import Member
from infra24.outbox.models import Destination


class Condition(models.TextChoices):
    """How an endpoint stands, in one word."""

    UNPROVED = "unproved", _("Not proved yet")
    ACTIVE = "active", _("Active")
    FAILING = "failing", _("Failing")
    PAUSED = "paused", _("Paused")
    DISABLED = "disabled", _("Disabled")


class Endpoint(OrganisationModel):
    """An address that is told what happens. Its name, pace, types of events, and whether it is paused are its
    destination's, where also its deliveries wait.
    """

    app_may = DISPOSABLE
    """Taken away with its secrets. The destination stays, for what was delivered."""

    destination = models.ForeignKey(
        Destination, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    url = models.CharField(max_length=LONGEST_ADDRESS)
    description = models.CharField(max_length=300, blank=True)
    sealed_secret = models.TextField()
    """The signing secret under `core.sealing`."""
    sealed_previous = models.TextField(blank=True)
    """The one before, which signs too until `previous_until`."""
    previous_until = models.DateTimeField(null=True)
    proved_at = models.DateTimeField(null=True)
    """When this very address answered the event that proves it; null: nothing else is sent there."""
    asked_at = models.DateTimeField(null=True)
    """The last time that a proof or a test was asked for."""
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)
    """What came of it, in one sentence."""
    is_answer_good = models.BooleanField(default=False)
    warned_at = models.DateTimeField(null=True)
    disabled_at = models.DateTimeField(null=True)
    disabled_because = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org_id", "destination"], name="endpoint_destination_once"),
            models.CheckConstraint(
                condition=models.Q(sealed_previous="", previous_until__isnull=True)
                | (~models.Q(sealed_previous="") & models.Q(previous_until__isnull=False)),
                name="endpoint_previous_has_end",
            ),
            models.CheckConstraint(condition=~models.Q(sealed_secret=""), name="endpoint_secret_present"),
        ]
        indexes = [models.Index(fields=["org_id", "id"], name="endpoint_sorted")]

    def __str__(self) -> str:
        return str(self.destination)

    @property
    def condition(self) -> Condition:
        if self.proved_at is None:
            return Condition.UNPROVED
        if self.destination.state != Destination.State.ACTIVE:
            return Condition.DISABLED if self.disabled_at else Condition.PAUSED
        return Condition.FAILING if self.destination.failing_since else Condition.ACTIVE

    @property
    def is_waiting_for_answer(self) -> bool:
        """Whether a proof or a test is on its way."""
        return self.asked_at is not None and (self.answered_at is None or self.answered_at < self.asked_at)

    def old_secret_until(self, now: datetime) -> datetime | None:
        """Until when the secret before signs too; None when it does no longer."""
        return self.previous_until if self.previous_until is not None and now < self.previous_until else None

    def secrets_at(self, now: datetime) -> list[str]:
        """What signs at this moment, the newest first."""
        secrets = [unseal(self.sealed_secret)]
        if self.old_secret_until(now):
            secrets.append(unseal(self.sealed_previous))
        return secrets
