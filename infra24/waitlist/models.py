"""Who waits for what, and what they were offered."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from infra24.bookings.models import Booking, Source
from infra24.bookings.models import Status as BookingStatus
from infra24.bookings.policies import LONGEST
from infra24.bookings.search import LONGEST_WINDOW, SearchWish
from infra24.core.models import OrganisationModel
from infra24.orgs.models import Member
from infra24.people.models import Person
from infra24.resources.models import Resource, ResourceKind
from infra24.resources.policies import Size, parse_wish
from infra24.waitlist import policies

MINUTE = timedelta(minutes=1)


class EntryStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    OFFERED = "offered", _("Offered")
    TAKEN = "taken", _("Taken")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")


class Outcome(models.TextChoices):
    OPEN = "", _("Open")
    TAKEN = "taken", _("Taken")
    PASSED = "passed", _("Passed on")
    RUN_OUT = "run_out", _("Ran out")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Entry(OrganisationModel):
    """Somebody waits for time: of one resource, or of any of a kind, within a window."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    """Who waits. They are offered what they could book themselves."""
    joined_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    source = models.CharField(max_length=10, choices=Source.choices)
    title = models.CharField(max_length=200)
    resource = models.ForeignKey(
        Resource, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    kind = models.CharField(max_length=10, blank=True, choices=ResourceKind.choices)
    """Any of this kind; empty where one resource is named."""
    features = models.JSONField(default=list)
    """What it should have, as in `feature=` of a search: `["projector", "floor=2"]`."""
    length = models.DurationField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    days = ArrayField(models.PositiveSmallIntegerField())
    """Days of the week that would do, in the organisation's zone. Monday is 0."""
    opens_minute = models.PositiveSmallIntegerField(default=0)
    closes_minute = models.PositiveSmallIntegerField(default=1440)
    """Minutes since midnight; those past 1440 belong to the night that follows."""
    units = models.PositiveIntegerField(default=1)
    party_size = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=10, choices=EntryStatus.choices, default=EntryStatus.WAITING)
    reason = models.CharField(max_length=500, blank=True)
    """Why it was withdrawn."""
    version = models.PositiveIntegerField(default=1)
    joined_at = models.DateTimeField()
    """The place in the order."""
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=EntryStatus.values), name="entry_status_known"),
            models.CheckConstraint(
                condition=Q(resource__isnull=False, kind="", features=[])
                | Q(resource__isnull=True, kind__in=ResourceKind.values),
                name="entry_says_what",
            ),
            models.CheckConstraint(
                condition=Q(length__gt=timedelta(), length__lte=LONGEST), name="entry_length_possible"
            ),
            models.CheckConstraint(condition=Q(until__gte=F("since") + F("length")), name="entry_window_long_enough"),
            models.CheckConstraint(
                condition=Q(until__lte=F("since") + LONGEST_WINDOW), name="entry_window_not_too_long"
            ),
            models.CheckConstraint(
                condition=Q(days__contained_by=list(range(7)), days__len__gte=1), name="entry_days_of_the_week"
            ),
            models.CheckConstraint(
                condition=Q(opens_minute__lt=1440, closes_minute__gt=F("opens_minute"), closes_minute__lte=2880),
                name="entry_hours_of_a_day",
            ),
            models.CheckConstraint(condition=Q(units__gte=1, party_size__gte=1), name="entry_size_positive"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["org_id", "joined_at", "id"], name="entry_in_order"),
            models.Index(fields=["org_id", "person", "joined_at"], name="entry_of_person"),
        ]

    if TYPE_CHECKING:
        all_offers: list["Offer"]
        """Every offer made, the newest first, set by `queries.with_offers`."""
        ahead: int
        """How many who joined earlier wait for what may be the same, set by `queries.with_place`."""

    def __str__(self) -> str:
        return self.title

    def status_at(self, now: datetime) -> EntryStatus:
        """What the entry is then, noticed or not: over when its window is; with `all_offers`, what the last led to."""
        status = self.status
        if status == EntryStatus.OFFERED and "all_offers" in self.__dict__:
            last = self.all_offers[0].outcome_at(now) if self.all_offers else Outcome.OPEN
            status = {Outcome.OPEN: EntryStatus.OFFERED, Outcome.TAKEN: EntryStatus.TAKEN}.get(
                last, EntryStatus.WAITING
            )
        return EntryStatus(policies.status_at(status, until=self.until, length=self.length, now=now))

    @property
    def status_now(self) -> EntryStatus:
        """`status_at` this moment; what pages show."""
        return self.status_at(timezone.now())

    @property
    def is_live(self) -> bool:
        return self.status_now in policies.LIVE

    @property
    def last_start_at(self) -> datetime:
        """The last instant at which a booking would still do."""
        return policies.last_start(self.until, self.length)

    @property
    def wish(self) -> SearchWish:
        """What would do, as a search asks for it."""
        return SearchWish(
            since=self.since,
            until=self.until,
            kind=self.kind,
            size=Size(self.units, self.party_size),
            features=tuple(parse_wish(text) for text in self.features),
            length=self.length,
            days=frozenset(self.days),
            hours=(self.opens_minute, self.closes_minute),
        )

    @property
    def open_offer(self) -> "Offer | None":
        """The offer that waits for an answer; needs `all_offers`."""
        return next((offer for offer in self.all_offers if offer.outcome_now == Outcome.OPEN), None)


class Offer(OrganisationModel):
    """A time offered to who waits, kept for them by a booking on hold."""

    entry = models.ForeignKey(
        Entry, on_delete=models.PROTECT, related_name="offers", db_constraint=False, db_index=False
    )
    booking = models.ForeignKey(
        Booking, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    """The hold; with the offer taken, what became of it."""
    resource = models.ForeignKey(
        Resource, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, blank=True, choices=Outcome.choices)
    """Empty while it waits for an answer."""
    ended_at = models.DateTimeField(null=True)
    freed_again_at = models.DateTimeField(null=True)
    """When somebody else gave the time back after it was passed on: from then on it may be offered again."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="offer_outcome_known"),
            models.CheckConstraint(
                condition=Q(outcome="", ended_at__isnull=True) | (~Q(outcome="") & Q(ended_at__isnull=False)),
                name="offer_ends_with_outcome",
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="offer_ends_after_start"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("offered_at"), expires_at__lte=F("starts_at")),
                name="offer_expires_before_start",
            ),
            models.UniqueConstraint(fields=["org_id", "entry"], condition=Q(outcome=""), name="offer_one_open"),
            models.UniqueConstraint(fields=["org_id", "booking"], name="offer_once_a_hold"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["org_id", "entry", "offered_at"], name="offer_of_entry"),
        ]

    def outcome_at(self, now: datetime) -> Outcome:
        """What came of it by then, by what became of its hold: a booking, which may be answered as one."""
        if self.outcome != Outcome.OPEN:
            return Outcome(self.outcome)
        match self.booking.status_at(now):
            case BookingStatus.HOLD:
                return Outcome.OPEN
            case BookingStatus.CONFIRMED | BookingStatus.PENDING:
                return Outcome.TAKEN
            case BookingStatus.EXPIRED:
                return Outcome.RUN_OUT
        return Outcome.PASSED

    @property
    def outcome_now(self) -> Outcome:
        """`outcome_at` this moment; what pages show."""
        return self.outcome_at(timezone.now())


class Terms(OrganisationModel):
    """What an organisation says about its waitlist. Without a row the house's own values hold."""

    offer_minutes = models.PositiveIntegerField()
    """How long an offer lasts."""
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org_id"], name="terms_said_once"),
            models.CheckConstraint(
                condition=Q(
                    offer_minutes__gte=policies.SHORTEST_TO_DECIDE // MINUTE,
                    offer_minutes__lte=policies.LONGEST_OFFERED // MINUTE,
                ),
                name="terms_offer_reasonable",
            ),
        ]
