"""Bookable things and what their organisation says about when they can be had."""

from datetime import date, datetime
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from infra24.core.fields import WallTimeField
from infra24.core.models import DISPOSABLE, WRITTEN_ONCE, OrganisationModel
from infra24.orgs.models import Member, validate_time_zone
from infra24.people.models import Person


class ResourceKind(models.TextChoices):
    SPACE = "space", _("Space")
    EQUIPMENT = "equipment", _("Equipment")
    PERSON = "person", _("Person")
    OTHER = "other", _("Other")


class Audience(models.TextChoices):
    """Who sees a resource: everybody, or members of a role and above."""

    EVERYONE = "everyone", _("Everybody, visitors too")
    MEMBER = "member", _("Members")
    INSTRUCTOR = "instructor", _("Instructors and staff")
    STAFF = "staff", _("Staff only")


class Bookers(models.TextChoices):
    """Who may book a resource: members of a role and above, or nobody."""

    MEMBER = "member", _("Members")
    INSTRUCTOR = "instructor", _("Instructors and staff")
    STAFF = "staff", _("Staff only")
    NOBODY = "nobody", _("Nobody")


class Resource(OrganisationModel):
    """Something that can be booked: a room, a kiln, six cameras, a teacher."""

    kind = models.CharField(_("kind"), max_length=10, choices=ResourceKind.choices)
    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(max_length=60)
    sort_key = models.CharField(max_length=240, editable=False)
    description = models.TextField(_("description"), blank=True, max_length=4000)
    group = models.CharField(
        _("group"), max_length=80, blank=True, db_default=Value(""), default="", db_column="group_name"
    )
    """With what it stands together in lists and calendars: a floor, a lab. Empty: by itself."""
    location = models.CharField(_("location"), max_length=160, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    """Degrees, WGS 84; both or neither."""
    photo = models.CharField(max_length=64, blank=True, db_default=Value(""), default="", editable=False)
    """Name of the picture in the organisation's media, without ending; empty: none."""
    photo_alt = models.CharField(
        _("what the photo shows"), max_length=200, blank=True, db_default=Value(""), default=""
    )
    capacity = models.PositiveIntegerField(_("capacity"), null=True, blank=True, validators=[MinValueValidator(1)])
    """People that fit. Null: nobody counts."""
    units = models.PositiveIntegerField(_("units"), default=1, validators=[MinValueValidator(1)])
    """How many alike."""
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True, validators=[validate_time_zone])
    """Empty: the organisation's."""
    features = models.JSONField(default=dict, blank=True)
    """Values by the key of a `Feature` of the organisation."""
    visible_to = models.CharField(
        _("who sees it"),
        max_length=10,
        choices=Audience.choices,
        db_default=Audience.EVERYONE,
        default=Audience.EVERYONE,
    )
    bookable_by = models.CharField(
        _("who may book it"), max_length=10, choices=Bookers.choices, db_default=Bookers.MEMBER, default=Bookers.MEMBER
    )
    part_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts", db_constraint=False
    )
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    """Who it is, for the kind `person`."""
    archived_at = models.DateTimeField(null=True, blank=True)
    legacy_id = models.CharField(max_length=120, blank=True, db_default=Value(""), default="", editable=False)
    """What an older system called it, as `table:id`."""
    shape = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    """Raised by PostgreSQL whenever the parts of it, near or far, change."""
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org_id", "slug"], name="resource_slug_once"),
            models.UniqueConstraint(
                fields=["org_id", "legacy_id"], name="resource_legacy_once", condition=~Q(legacy_id="")
            ),
            models.CheckConstraint(condition=Q(visible_to__in=Audience.values), name="resource_audience_known"),
            models.CheckConstraint(condition=Q(bookable_by__in=Bookers.values), name="resource_bookers_known"),
            models.CheckConstraint(
                # Said in full: to PostgreSQL a comparison with null is not false, and half a place would pass.
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False)
                & Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                name="resource_on_the_map",
            ),
            models.CheckConstraint(condition=models.Q(units__gte=1), name="resource_units_positive"),
            models.CheckConstraint(
                condition=models.Q(capacity__isnull=True) | models.Q(capacity__gte=1), name="resource_capacity_positive"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=ResourceKind.values), name="resource_kind_known"),
            models.CheckConstraint(
                condition=models.Q(part_of__isnull=True) | ~models.Q(part_of=models.F("id")),
                name="resource_not_part_of_itself",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["org_id", "sort_key", "id"], name="resource_sorted"),
            models.Index(fields=["org_id", "part_of"], name="resource_parts"),
        ]

    def __str__(self) -> str:
        return self.name


class AvailabilityRule(OrganisationModel):
    """What was said, from a day on, for the whole organisation, a kind, or one resource.

    Never overwritten, so that last year's bookable minutes stay true: a change
    is a new row. `rules` is a document of `resources.policies.Rules`; what it
    leaves out is inherited.
    """

    app_may = WRITTEN_ONCE

    kind = models.CharField(max_length=10, choices=ResourceKind.choices, blank=True)
    """Set when it speaks for a kind."""
    resource = models.ForeignKey(
        Resource, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    """Set when it speaks for one resource."""
    valid_from = models.DateField()
    rules = models.JSONField()
    note = models.CharField(max_length=200, blank=True, db_default=Value(""), default="")
    """Why it was changed, for those who look back."""
    written_by = models.ForeignKey(
        Member, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="") | models.Q(resource__isnull=True), name="availabilityrule_one_scope"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["org_id", "resource", "kind", "-valid_from"], name="availabilityrule_effective")
        ]


class Closure(OrganisationModel):
    """A stretch in which one resource, a kind, or the whole organisation cannot be had.

    From and until as clocks on the wall show them, in the zone of each resource.
    It is lifted, never deleted: what was closed last year stays known.
    """

    title = models.CharField(_("title"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=ResourceKind.choices, blank=True)
    """Set when it closes a kind."""
    resource = models.ForeignKey(
        Resource, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    """Set when it closes one resource, with its parts and what it is part of."""
    wall_from = WallTimeField()
    wall_until = WallTimeField()
    is_yearly = models.BooleanField(_("every year"), default=False)
    lifted_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(
        Member, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind="") | Q(resource__isnull=True), name="closure_one_scope"),
            models.CheckConstraint(condition=Q(kind="") | Q(kind__in=ResourceKind.values), name="closure_kind_known"),
            models.CheckConstraint(condition=Q(wall_until__gt=F("wall_from")), name="closure_ends_after_start"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["org_id", "wall_from", "id"], name="closure_sorted"),
        ]

    def __str__(self) -> str:
        return self.title

    def is_over_at(self, wall: datetime) -> bool:
        """True when nothing of it lies after this wall time."""
        return self.lifted_at is not None or (not self.is_yearly and self.wall_until <= wall)


class FeatureType(models.TextChoices):
    FLAG = "flag", _("Yes or no")
    NUMBER = "number", _("Number")
    CHOICE = "choice", _("One of several")
    TEXT = "text", _("Text")


class Feature(OrganisationModel):
    """A word of the organisation's vocabulary for what its resources have, and the type of its values."""

    key = models.SlugField(max_length=40)
    """As in `Resource.features`; never changes."""
    name = models.CharField(_("name"), max_length=80)
    sort_key = models.CharField(max_length=240, editable=False)
    type = models.CharField(_("type"), max_length=10, choices=FeatureType.choices)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    """Of a number: °C, m², W."""
    choices = models.JSONField(default=list, blank=True)
    """Of a choice: the values there are."""
    archived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org_id", "key"], name="feature_key_once"),
            models.CheckConstraint(condition=Q(type__in=FeatureType.values), name="feature_type_known"),
        ]

    def __str__(self) -> str:
        return self.name


class Qualification(OrganisationModel):
    """Something a person was shown, as a kiln induction, without which some resources are not theirs to book."""

    name = models.CharField(_("name"), max_length=80)
    sort_key = models.CharField(max_length=240, editable=False)
    description = models.TextField(_("description"), max_length=2000, blank=True)
    valid_months = models.PositiveSmallIntegerField(_("valid for months"), null=True, blank=True)
    """How long a grant lasts unless its date is given; null: for good."""
    archived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org_id", "sort_key"], name="qualification_name_once"),
            models.CheckConstraint(
                condition=Q(valid_months__isnull=True) | Q(valid_months__gte=1), name="qualification_months_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class GrantState(models.TextChoices):
    """What a grant is on a day. Not stored: days pass by themselves."""

    VALID = "valid", _("Valid")
    LAPSED = "lapsed", _("Lapsed")
    REVOKED = "revoked", _("Revoked")


class Grant(OrganisationModel):
    """A qualification given to a person. It lapses or is revoked; the row stays."""

    qualification = models.ForeignKey(
        Qualification, on_delete=models.PROTECT, related_name="grants", db_constraint=False, db_index=False
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    granted_on = models.DateField()
    lapses_on = models.DateField(null=True, blank=True)
    """The last day it holds; null: for good."""
    granted_by = models.ForeignKey(
        Member, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(lapses_on__isnull=True) | Q(lapses_on__gte=F("granted_on")), name="grant_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["org_id", "qualification", "person"],
                name="grant_once_at_a_time",
                condition=Q(revoked_at__isnull=True),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["org_id", "person"], name="grant_of_person")]

    def state_on(self, day: date) -> GrantState:
        """What it is on a day of the organisation's zone; on its last day it still holds."""
        if self.revoked_at is not None:
            return GrantState.REVOKED
        return GrantState.LAPSED if self.lapses_on is not None and self.lapses_on < day else GrantState.VALID


class ResourceNeed(OrganisationModel):
    """A resource that members book only with a qualification."""

    app_may = DISPOSABLE

    resource = models.ForeignKey(
        Resource, on_delete=models.PROTECT, related_name="needs", db_constraint=False, db_index=False
    )
    qualification = models.ForeignKey(
        Qualification, on_delete=models.PROTECT, related_name="needed_by", db_constraint=False, db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org_id", "resource", "qualification"], name="resourceneed_once"),
        ]


class StudioAssignment(OrganisationModel):
    """An artist works in a space from a day to a day. Several may share a space; nobody has one twice at a time."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    resource = models.ForeignKey(
        Resource, on_delete=models.PROTECT, related_name="assignments", db_constraint=False, db_index=False
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)
    """The last day; null: until somebody says otherwise."""
    during = models.GeneratedField(
        expression=Func(F("starts_on"), F("ends_on"), Value("[]"), function="daterange"),
        output_field=DateRangeField(),
        db_persist=True,
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="studioassignment_ends_after_start",
            ),
            ExclusionConstraint(
                name="studioassignment_once",
                expressions=[
                    ("resource", RangeOperators.EQUAL),
                    ("person", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["org_id", "resource", "starts_on"], name="studioassignment_of_studio"),
            models.Index(fields=["org_id", "person", "starts_on"], name="studioassignment_of_person"),
        ]
