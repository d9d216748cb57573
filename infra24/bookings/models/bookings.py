"""Bookings and their legs. That nobody is double-booked is said by PostgreSQL, in `sql/rules.sql`."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from django.contrib.postgres.fields import DateTimeRangeField
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from infra24.bookings.policies import LONGEST, Standing, Step, open_steps
from infra24.core.fields import WallTimeField
from infra24.core.models import DISPOSABLE, OrganisationModel
from infra24.orgs.models import Member
from infra24.people.models import Person
from infra24.resources.models import Resource

if TYPE_CHECKING:
    from infra24.bookings.models.series import Occurrence

LONGEST_BUFFER = timedelta(days=1)
REACH = LONGEST + 2 * LONGEST_BUFFER
"""No leg blocks longer: reads look this far back for one that began earlier."""


class Status(models.TextChoices):
    HOLD = "hold", _("On hold")
    PENDING = "pending", _("Requested")
    CONFIRMED = "confirmed", _("Confirmed")
    DECLINED = "declined", _("Declined")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")


class Source(models.TextChoices):
    STAFF = "staff", _("Staff")
    SELF = "self", _("Self-service")
    IMPORT = "import", _("Import")
    CALCOM = "calcom", "Cal.com"
    API = "api", "API"
    CLOCK = "clock", _("Automatic")


class Outcome(models.TextChoices):
    ATTENDED = "attended", _("Attended")
    NO_SHOW = "no_show", _("No-show")


class Visibility(models.TextChoices):
    BUSY = "busy", _("Others see “Busy”")
    TITLE = "title", _("Members see the title")


class Booking(OrganisationModel):
    """A claim on one or more resources for one stretch of time."""

    title = models.CharField(max_length=200)
    status = models.CharField(max_length=10, choices=Status.choices)
    outcome = models.CharField(max_length=10, blank=True, choices=Outcome.choices)
    """Whether somebody came. Apart from the status: what was confirmed stays so."""
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
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    wall_starts_at = WallTimeField()
    wall_ends_at = WallTimeField()
    time_zone = models.CharField(max_length=60)
    """IANA zone in which the wall times were chosen."""
    expires_at = models.DateTimeField(null=True)
    """When a hold is dead, whether or not anybody has noticed."""
    is_prolonged = models.BooleanField(default=False, db_default=False)
    """Whether its hold was given more time; that is done once."""
    pending_blocks = models.BooleanField(default=True)
    """Whether the booking keeps its time while it waits for a decision."""
    reason = models.CharField(max_length=500, blank=True)
    """Why it was declined or cancelled."""
    is_late_cancelled = models.BooleanField(default=False, db_default=False)
    """Cancelled by whom it was for, with less notice than the rules ask; quotas go on counting it."""
    # What the rules of all its legs said when the time was taken (`policies.Terms`).
    cancel_until = models.DateTimeField(null=True)
    check_in_from = models.DateTimeField(null=True)
    check_in_until = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True)
    checked_in_at = models.DateTimeField(null=True)
    planned_ends_at = models.DateTimeField(null=True)
    """When it was to end, where the rest of its time was given back or released."""
    version = models.PositiveIntegerField(default=1)
    """Raised by PostgreSQL with every change of the booking or its legs."""
    created_at = models.DateTimeField(db_default=TransactionNow())
    changed_at = models.DateTimeField(db_default=TransactionNow())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="booking_status_known"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="booking_ends_after_start"),
            models.CheckConstraint(condition=Q(ends_at__lte=F("starts_at") + LONGEST), name="booking_not_too_long"),
            models.CheckConstraint(
                condition=Q(status="hold", expires_at__isnull=False) | (~Q(status="hold") & Q(expires_at__isnull=True)),
                name="booking_hold_expires",
            ),
            models.CheckConstraint(condition=Q(party_size__gte=1), name="booking_party_positive"),
            models.CheckConstraint(condition=Q(outcome__in=["", *Outcome.values]), name="booking_outcome_known"),
            models.CheckConstraint(
                condition=Q(is_late_cancelled=False) | Q(status="cancelled"), name="booking_late_when_cancelled"
            ),
            models.CheckConstraint(
                condition=Q(check_in_from__isnull=True, check_in_until__isnull=True)
                | Q(
                    check_in_from__isnull=False,
                    check_in_until__isnull=False,
                    check_in_until__gte=F("check_in_from"),
                ),
                name="booking_check_in_window",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["org_id", "starts_at", "id"], name="booking_org_starts"),
            models.Index(fields=["org_id", "person", "starts_at"], name="booking_person_starts"),
            models.Index(fields=["org_id", "expires_at"], name="booking_hold_due", condition=Q(status="hold")),
        ]

    if TYPE_CHECKING:
        visible_legs: list["Leg"]
        """The legs people see, set by `queries.with_legs` and by the services."""
        places_read: list["Occurrence"]
        """Its place in a series, if any, set by `queries.with_legs` and by the services."""

    def __str__(self) -> str:
        return self.title

    def status_at(self, now: datetime) -> Status:
        """What the booking is then: a hold is dead when its time has come, noticed or not."""
        is_dead = self.status == Status.HOLD and self.expires_at is not None and self.expires_at <= now
        return Status.EXPIRED if is_dead else Status(self.status)

    @property
    def standing(self) -> Standing:
        """Where it stands, as the rules of its steps see it."""
        return Standing(
            status=self.status,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            expires_at=self.expires_at,
            is_prolonged=self.is_prolonged,
            is_offer=self.status == Status.HOLD and self.source == Source.CLOCK,
            checked_in_at=self.checked_in_at,
            check_in_from=self.check_in_from,
            check_in_until=self.check_in_until,
            outcome=self.outcome,
            planned_ends_at=self.planned_ends_at,
            ended_at=self.changed_at if self.status in {Status.DECLINED, Status.CANCELLED} else None,
        )

    def is_late_at(self, now: datetime) -> bool:
        """True when cancelling it then would be late. The exact boundary is still in time."""
        return self.status == Status.CONFIRMED and self.cancel_until is not None and now > self.cancel_until

    def steps_now(self, who: Member) -> list[Step]:
        """What somebody who sees the booking may do with it this moment."""
        return open_steps(self.standing, now=timezone.now(), is_staff=who.is_staff)

    @property
    def occurrence(self) -> "Occurrence | None":
        """Its place in a series, as it was read with it; None for a booking that stands alone."""
        return next(iter(self.__dict__.get("places_read", ())), None)

    @property
    def status_now(self) -> Status:
        """`status_at` this moment; what pages show."""
        return self.status_at(timezone.now())


class Leg(OrganisationModel):
    """One resource's part of a booking.

    An `implied` leg is a part of a divisible space that the booking of the
    whole blocks; people never see it.
    """

    app_may = DISPOSABLE

    booking = models.ForeignKey(
        Booking, on_delete=models.PROTECT, related_name="legs", db_constraint=False, db_index=False
    )
    resource = models.ForeignKey(
        Resource, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    units = models.PositiveIntegerField(default=1)
    people = models.PositiveIntegerField(default=1)
    is_implied = models.BooleanField(default=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    blocks_from = models.DateTimeField()
    """`starts_at` less the buffer before; set-up."""
    blocks_until = models.DateTimeField()
    """`ends_at` plus the buffer after; pack-down."""
    during = models.GeneratedField(
        expression=Func(F("blocks_from"), F("blocks_until"), Value("[)"), function="tstzrange"),
        output_field=DateTimeRangeField(),
        db_persist=True,
    )
    sharing = models.UUIDField()
    """Legs with equal values may overlap: the booking's id for exclusive use, the resource's for shared."""
    is_blocking = models.BooleanField(default=True)
    """Follows the booking's status; whatever is written here PostgreSQL overwrites."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="leg_ends_after_start"),
            models.CheckConstraint(
                condition=Q(blocks_from__lte=F("starts_at")) & Q(blocks_until__gte=F("ends_at")),
                name="leg_blocks_its_time",
            ),
            models.CheckConstraint(condition=Q(blocks_until__lte=F("blocks_from") + REACH), name="leg_not_too_long"),
            models.CheckConstraint(condition=Q(units__gte=1), name="leg_units_positive"),
            # In this order its index also finds the visible legs of a booking.
            models.UniqueConstraint(fields=["booking", "is_implied", "resource"], name="leg_once_a_resource"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["org_id", "starts_at"], name="leg_org_starts", condition=Q(is_implied=False)),
            models.Index(fields=["resource", "blocks_from"], name="leg_resource_blocks"),
        ]
