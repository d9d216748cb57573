"""Where facts go, and what became of each on its way."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from infra24.core.models import WRITTEN_ONCE, OrganisationModel
from infra24.facts.models import Fact


class Destination(OrganisationModel):
    """Something outside that wants to hear: the mail, the CRM, a tenant's webhook, and the clock."""

    class Kind(models.TextChoices):
        CLOCK = "clock", _("Timers")
        MAIL = "mail", _("E-mail")
        CRM = "crm", _("CRM")
        WEBHOOK = "webhook", _("Webhook")

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        REMOVED = "removed", _("Removed")
        """Taken away by whoever set it up; what was delivered keeps pointing to it."""

    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = models.CharField(max_length=80)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    paused_because = models.CharField(max_length=300, blank=True)
    rests_until = models.DateTimeField(null=True)
    """Asked to slow down, or failing again and again: nothing is tried before."""
    fact_types = ArrayField(models.CharField(max_length=60), null=True)
    """The types of facts it wants to hear of; null: all that its kind hears of."""
    per_minute = models.PositiveIntegerField(null=True)
    """Deliveries it is asked to bear in the long run, over all workers; null: as many as there are."""
    burst = models.PositiveSmallIntegerField(default=10, db_default=10)
    """Deliveries at once, where `per_minute` is set."""
    paced_until = models.DateTimeField(null=True)
    """When its allowance is full again."""
    failures_in_row = models.PositiveIntegerField(default=0, db_default=0)
    """Tries that failed since the last that succeeded; what only a person can mend does not count."""
    failing_since = models.DateTimeField(null=True)
    """The first of them; null while it works."""
    worked_at = models.DateTimeField(null=True)
    """The last try that succeeded."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org_id", "kind", "name"], name="destination_once"),
            models.CheckConstraint(
                condition=models.Q(per_minute__isnull=True) | models.Q(per_minute__gt=0, burst__gt=0),
                name="destination_pace_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.get_kind_display()


class Delivery(OrganisationModel):
    """One fact on its way to one destination; with the clock as destination, a timer."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        DEAD = "dead", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")
        DISCARDED = "discarded", _("Discarded")
        SUPERSEDED = "superseded", _("Overtaken")

    fact = models.ForeignKey(
        Fact, on_delete=models.PROTECT, related_name="deliveries", db_constraint=False, db_index=False
    )
    destination = models.ForeignKey(
        Destination, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    handler = models.CharField(max_length=60)
    """Name of the handler in the table of subscriptions."""
    subject_id = models.UUIDField()
    number = models.PositiveIntegerField()
    """The fact's position among those of its subject; deliveries keep that order."""
    is_timer = models.BooleanField(default=False)
    """Timers wait for their hour and keep no order."""
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    """Tries begun, counted when a worker takes the delivery."""
    failures = models.PositiveSmallIntegerField(default=0)
    """Tries that failed, or were lost with their worker; they lead along the schedule to the dead letter."""
    leased_until = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True)
    """Renewed by each claim: a worker that lost its lease cannot record over its successor."""
    outcome = models.CharField(max_length=10, blank=True)
    """Of the last attempt: one of `Attempt.Outcome`, empty before the first."""
    note = models.CharField(max_length=500, blank=True)
    """The last attempt in one sentence, without personal data."""
    created_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org_id", "fact", "destination", "handler"], name="delivery_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["destination", "due_at"], name="delivery_due", condition=models.Q(status="pending")),
            models.Index(
                fields=["destination", "subject_id", "number"],
                name="delivery_line",
                condition=models.Q(status="pending"),
            ),
            models.Index(fields=["destination"], name="delivery_dead", condition=models.Q(status="dead")),
            models.Index(fields=["org_id", "-created_at", "-id"], name="delivery_newest"),
            models.Index(
                fields=["settled_at"],
                name="delivery_settled",
                condition=models.Q(status__in=["delivered", "superseded", "cancelled"]),
            ),
        ]


class Attempt(OrganisationModel):
    """One try at one delivery, and what came of it."""

    app_may = WRITTEN_ONCE
    """Old ones leave through the door `purge_technical`."""

    class Outcome(models.TextChoices):
        DELIVERED = "delivered", _("Delivered")
        TRANSIENT = "transient", _("Will be tried again")
        THROTTLED = "throttled", _("Asked to slow down")
        BROKEN = "broken", _("Connection broken")
        REJECTED = "rejected", _("Refused")
        GONE = "gone", _("Gone")
        UNKNOWN = "unknown", _("Outcome unknown")
        LOST = "lost", _("The worker ended first")

    delivery = models.ForeignKey(
        Delivery, on_delete=models.PROTECT, related_name="tries", db_constraint=False, db_index=False
    )
    number = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    detail = models.CharField(max_length=2000, blank=True)
    exchanges = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    """What was asked and answered, each a `reactions.Exchange` as an object; never a credential."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["org_id", "delivery", "number"], name="attempt_once")]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["ended_at"], name="attempt_ended")]
