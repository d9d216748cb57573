"""Bookings that repeat: the rule, and the ledger of every date it means."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Deferrable, F, Q
from django.utils.translation import gettext_lazy as _

from infra24.bookings.models.bookings import Booking, Source, Visibility
from infra24.bookings.policies import LONGEST
from infra24.bookings.policies.recurrence import Recurrence, in_words, parse_rule
from infra24.core.errors import Reason
from infra24.core.fields import WallTimeField
from infra24.core.models import DISPOSABLE, OrganisationModel
from infra24.core.wording import Sentence
from infra24.orgs.models import Member
from infra24.people.models import Person
from infra24.resources.policies import first_instant


class Series(OrganisationModel):
    """One wish, repeated. What each of its bookings is made from, and when, as clocks on the wall show it.

    Its bookings stand for themselves: what is said here is what the next one
    is made from, and what an edit of all of them changes.
    """

    title = models.CharField(max_length=200)
    visibility = models.CharField(max_length=6, choices=Visibility.choices, default=Visibility.BUSY)
    person = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    """For whom."""
    booked_by = models.ForeignKey(
        Member, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    source = models.CharField(max_length=10, choices=Source.choices)
    party_size = models.PositiveIntegerField(default=1)
    note = models.TextField(max_length=4000, blank=True)
    legs = models.JSONField()
    """What each date takes: a list of {resource_id, units, exclusive, or_else}."""
    rule = models.CharField(max_length=300)
    """RFC 5545's RRULE, as `policies.recurrence` prints it."""
    wall_starts_at = WallTimeField()
    """The first start, as a clock in `time_zone` shows it."""
    wall_ends_at = WallTimeField()
    """The end of the first; every other date ends as much later on the wall."""
    time_zone = models.CharField(max_length=60)
    split_from = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    """The series whose later dates these were."""
    ended_at = models.DateTimeField(null=True)
    """When somebody ended it; nothing is booked for it any more."""
    version = models.PositiveIntegerField(default=1)
    """Raised with every change of the series or its ledger."""
    created_at = models.DateTimeField(db_default=TransactionNow())
    changed_at = models.DateTimeField(db_default=TransactionNow())

    skipped_for: Sequence[Reason] = ()
    """Why dates could not be had that the step just taken left for later; known to whoever took it, and not kept."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(wall_ends_at__gt=F("wall_starts_at")), name="series_ends_after_start"),
            models.CheckConstraint(
                condition=Q(wall_ends_at__lte=F("wall_starts_at") + LONGEST), name="series_not_too_long"
            ),
            models.CheckConstraint(condition=Q(party_size__gte=1), name="series_party_positive"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["org_id", "person"], name="series_person"),
            models.Index(fields=["org_id", "booked_by"], name="series_booked_by"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def recurrence(self) -> Recurrence:
        return parse_rule(self.rule, starts=self.wall_starts_at, zone=self.time_zone)

    @property
    def words(self) -> Sentence:
        """`Every Tuesday until …`, to be said in the reader's language."""
        return in_words(self.recurrence, self.wall_starts_at.date())

    def span_on(self, wall_on: datetime) -> tuple[datetime, datetime]:
        """The instants of the date that starts then on the wall."""
        return span_of(wall_on, self.wall_ends_at - self.wall_starts_at, self.time_zone)


def span_of(wall_on: datetime, length: timedelta, zone: str) -> tuple[datetime, datetime]:
    """The instants between two wall times. One that clocks skip begins when the gap ends; of a repeated hour the first.

    What lies in a gap altogether keeps its length, from the gap's end on.
    """
    starts_at, ends_at = first_instant(zone, wall_on), first_instant(zone, wall_on + length)
    return starts_at, ends_at if ends_at > starts_at else starts_at + length


class Occurrence(OrganisationModel):
    """One date of a series, whatever became of it, known by the start its rule meant (RFC 5545's RECURRENCE-ID)."""

    app_may = DISPOSABLE

    class State(models.TextChoices):
        BOOKED = "booked", _("Booked")
        SKIPPED = "skipped", _("Skipped")
        LEFT_OUT = "left_out", _("Left out")

    series = models.ForeignKey(
        Series, on_delete=models.PROTECT, related_name="occurrences", db_constraint=False, db_index=False
    )
    wall_on = WallTimeField()
    """The start the rule means, on the wall of the series; the booking itself may have been moved."""
    state = models.CharField(max_length=8, choices=State.choices)
    """`skipped`: it could not be had, and is tried again. `left_out`: somebody did not want it."""
    booking = models.ForeignKey(
        Booking, null=True, on_delete=models.PROTECT, related_name="occurrences", db_constraint=False, db_index=False
    )
    """Of a date that is not booked: the one it had, which was cancelled when the date was given up."""
    reasons = models.JSONField(default=list)
    """Why it was skipped, as the engine gave it last."""
    is_override = models.BooleanField(default=False)
    """Changed by itself: edits of the series leave it as it is."""
    retried_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Looked at when a statement ends: all dates of a series may move on by one.
            models.UniqueConstraint(
                fields=["series", "wall_on"], name="occurrence_once_a_date", deferrable=Deferrable.IMMEDIATE
            ),
            models.UniqueConstraint(fields=["booking"], name="occurrence_once_a_booking"),
            models.CheckConstraint(
                condition=~Q(state="booked") | Q(booking__isnull=False), name="occurrence_booked_has_booking"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["org_id", "wall_on"], name="occurrence_skipped", condition=Q(state="skipped")),
        ]
