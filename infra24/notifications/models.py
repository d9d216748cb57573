"""Which mails went out. Whom they went to is a person's or member's row; no address is kept here."""

from typing import ClassVar

from django.db import models

from infra24.core.models import OrganisationModel
from infra24.facts.models import Fact


class SentMail(OrganisationModel):
    """One mail about one fact to one recipient: never a second, however often its handler runs."""

    fact = models.ForeignKey(Fact, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    recipient = models.UUIDField()
    """Id of a person, or of a member."""
    subject_id = models.UUIDField()
    """What the mail is about: the fact's subject."""
    version = models.PositiveIntegerField(default=0)
    """Version of the booking that the mail told of."""
    has_calendar = models.BooleanField(default=False)
    """Whether a calendar file came with it, so that a cancellation must follow into the calendar."""
    begun_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    """Null: begun and perhaps sent; whoever finds it so was not there to see."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["org_id", "fact", "recipient"], name="sentmail_once")]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["org_id", "subject_id", "recipient"], name="sentmail_told"),
        ]
