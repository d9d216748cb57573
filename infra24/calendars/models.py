"""What came in from other calendars, and the addresses at which other calendars read ours."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from infra24.bookings.models import Booking, Visibility
from infra24.core.models import DISPOSABLE, OrganisationModel
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.people.models import Person
from infra24.resources.models import Resource


class ImportRun(OrganisationModel):
    """One file that was taken over. What became of each of its lines is in its rows."""

    calendar = models.CharField(max_length=80)
    """The name under which a later file of the same calendar is known again."""
    file_name = models.CharField(max_length=200, blank=True)
    started_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    source = models.CharField(max_length=10)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    """null: the worker still books."""
    since = models.DateTimeField()
    until = models.DateTimeField()
    booked = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    cancelled = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    """There already, as the file says."""
    conflicts = models.PositiveIntegerField(default=0)
    unreadable = models.PositiveIntegerField(default=0)
    faults = models.JSONField(default=list)
    """The first of what could not be read: line, column, detail."""

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["org_id", "-started_at", "-id"], name="importrun_sorted"),
        ]

    def __str__(self) -> str:
        return self.calendar


class RowState(models.TextChoices):
    WAITING = "waiting", _("Being imported")
    BOOKED = "booked", _("Booked")
    CONFLICT = "conflict", _("Needs a decision")
    DISMISSED = "dismissed", _("Dismissed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class RowStep(models.TextChoices):
    """What is to be done about it; in the order in which it is done, for what goes makes room."""

    CANCEL = "cancel", _("Cancel")
    CHANGE = "change", _("Change")
    BOOK = "book", _("Book")


class ImportRow(OrganisationModel):
    """One thing a calendar speaks of, known again by the calendar, its UID and which of a series it is.

    It keeps what the file says; the booking may have been changed here since.
    """

    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    """The last import that had to do something about it."""
    calendar = models.CharField(max_length=80)
    uid = models.CharField(max_length=255)
    recurrence = models.CharField(max_length=20, blank=True)
    line = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=RowState.choices, default=RowState.WAITING)
    step = models.CharField(max_length=6, choices=RowStep.choices, default=RowStep.BOOK)
    title = models.CharField(max_length=200)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    time_zone = models.CharField(max_length=60, blank=True)
    """IANA zone in which the file says the times; empty: the resource's."""
    resource = models.ForeignKey(
        Resource, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    person = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    party_size = models.PositiveIntegerField(default=1)
    note = models.TextField(max_length=4000, blank=True)
    visibility = models.CharField(max_length=6, choices=Visibility.choices, default=Visibility.BUSY)
    digest = models.CharField(max_length=64)
    """Of what the file said last."""
    booking = models.ForeignKey(
        Booking, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    reasons = models.JSONField(default=list)
    """Why it could not be booked, as problems tell it."""
    alternatives = models.JSONField(default=list)
    why = models.CharField(max_length=500, blank=True)
    """Why it was dismissed."""
    decided_by = models.ForeignKey(
        Member, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org_id", "calendar", "uid", "recurrence"], name="importrow_once"),
            models.UniqueConstraint(
                fields=["org_id", "booking"], name="importrow_booking_once", condition=Q(booking__isnull=False)
            ),
            models.CheckConstraint(condition=Q(state__in=RowState.values), name="importrow_state_known"),
            models.CheckConstraint(condition=Q(step__in=RowStep.values), name="importrow_step_known"),
            models.CheckConstraint(
                condition=~Q(state="booked") | Q(booking__isnull=False), name="importrow_booked_has_booking"
            ),
            models.CheckConstraint(condition=~Q(state="dismissed") | ~Q(why=""), name="importrow_dismissed_says_why"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["org_id", "state", "starts_at", "id"], name="importrow_by_state"),
            models.Index(fields=["org_id", "run", "state"], name="importrow_of_run"),
        ]

    def __str__(self) -> str:
        return self.title


class FeedKind(models.TextChoices):
    PERSON = "person", _("My bookings")
    RESOURCE = "resource", _("One resource")
    ORGANISATION = "organisation", _("The whole house")
    PROGRAMME = "programme", _("The public programme")


NEEDED = {
    FeedKind.PERSON: Role.MEMBER,
    FeedKind.RESOURCE: Role.STAFF,
    FeedKind.ORGANISATION: Role.STAFF,
    FeedKind.PROGRAMME: Role.MANAGER,
}
"""The least role that makes an address of each kind, and that it shows anything to."""


class FeedDetail(models.TextChoices):
    BUSY = "busy", _("When it is taken; titles only where bookings show them to everybody")
    FULL = "full", _("All that staff see: titles, notes, and whom it is for")


class CalendarFeed(OrganisationModel):
    """An address at which calendar programs read bookings.

    It shows what its member may see by then, and ends with the membership. Its
    secret is a `Key` of kind `feed`; the programme is public and has none.
    """

    app_may = DISPOSABLE

    kind = models.CharField(max_length=12, choices=FeedKind.choices)
    name = models.CharField(max_length=80, blank=True)
    """What its owner calls it: Phone, Screen by the door."""
    detail = models.CharField(max_length=4, choices=FeedDetail.choices, default=FeedDetail.BUSY)
    resource = models.ForeignKey(
        Resource, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    """Who made it, and whose eyes it has."""
    remind_minutes = models.PositiveIntegerField(null=True)
    """How long before its start each event is to be heard of; null: not at all."""
    made_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=FeedKind.values), name="calendarfeed_kind_known"),
            models.CheckConstraint(condition=Q(detail__in=FeedDetail.values), name="calendarfeed_detail_known"),
            models.CheckConstraint(
                condition=Q(kind="resource", resource__isnull=False) | (~Q(kind="resource") & Q(resource__isnull=True)),
                name="calendarfeed_resource_if_of_one",
            ),
            models.CheckConstraint(
                condition=Q(remind_minutes__isnull=True) | Q(remind_minutes__lte=40_320),
                name="calendarfeed_reminds_within_weeks",
            ),
            models.UniqueConstraint(
                fields=["org_id"], condition=Q(kind="programme"), name="calendarfeed_programme_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["org_id", "member"], name="calendarfeed_of_member"),
        ]

    def __str__(self) -> str:
        return self.name or str(self.get_kind_display())


class FeedReading(OrganisationModel):
    """When a feed was read last, and since when it has been as it was then."""

    app_may = DISPOSABLE

    feed = models.OneToOneField(CalendarFeed, on_delete=models.PROTECT, related_name="reading", db_constraint=False)
    read_at = models.DateTimeField(null=True)
    tag = models.CharField(max_length=64, blank=True)
    """What the answer was made of, as a digest."""
    changed_at = models.DateTimeField()
    """Whole seconds, as HTTP counts; each change is at least one later than the last."""
