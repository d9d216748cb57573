"""Which mails went out, in which words, who wants them, and which addresses do not take them.

Whom a mail went to is a person's or member's row; no address is kept here.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from infra24.core.models import OrganisationModel
from infra24.facts.models import Fact
from infra24.orgs.models import Member


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
    lease = models.UUIDField(null=True)
    """Of the delivery's try that is sending it; void once the delivery carries it no more."""
    sent_at = models.DateTimeField(null=True)
    """Null: begun and perhaps sent; whoever finds it so was not there to see."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["org_id", "fact", "recipient"], name="sentmail_once")]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["org_id", "subject_id", "recipient"], name="sentmail_told"),
            models.Index(fields=["org_id", "recipient", "-begun_at", "-id"], name="sentmail_to"),
        ]


class MailText(OrganisationModel):
    """The organisation's own words for one message in one language. What is empty is said in the house's words.

    The row stays when its words are taken back, so that its version never counts from one again.
    """

    message = models.CharField(max_length=30)
    language = models.CharField(max_length=10)
    subject = models.CharField(max_length=200, blank=True)
    headline = models.CharField(max_length=200, blank=True)
    lead = models.TextField(max_length=2000, blank=True)
    footer = models.TextField(max_length=1000, blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(
        Member, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["org_id", "message", "language"], name="mailtext_once"),
        ]

    @property
    def is_own(self) -> bool:
        """Whether any of it is the organisation's own."""
        return bool(self.subject or self.headline or self.lead or self.footer)


class MailSwitch(OrganisationModel):
    """Whether the organisation sends a message that need not be sent. No row: it does."""

    message = models.CharField(max_length=30)
    is_on = models.BooleanField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["org_id", "message"], name="mailswitch_once"),
        ]


class MailPreference(OrganisationModel):
    """Whether somebody wants a message that need not be sent. No row: they do."""

    recipient = models.UUIDField()
    """Id of a person, or of a member, as in SentMail."""
    message = models.CharField(max_length=30)
    is_wanted = models.BooleanField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["org_id", "recipient", "message"], name="mailpreference_once"),
        ]


class MailTrouble(OrganisationModel):
    """An address that takes no mail of ours. The address itself is not kept, only a keyed digest of it."""

    class Kind(models.TextChoices):
        BOUNCED = "bounced", _("Bounced")
        COMPLAINED = "complained", _("Reported as unwanted")

    digest = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    recipient = models.UUIDField(null=True)
    """Person or member the mail was for that came back."""
    noted_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    """When staff said that mail may go there again."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["org_id", "digest"], name="mailtrouble_once"),
            models.CheckConstraint(condition=Q(kind__in=["bounced", "complained"]), name="mailtrouble_kind_known"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["org_id", "-noted_at", "-id"], name="mailtrouble_newest"),
        ]
