"""Tenants, the people who sign in, and what they may do where."""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from infra24.core.days import zone_names
from infra24.core.ids import new_id
from infra24.core.models import DISPOSABLE, KEPT, WRITTEN_ONCE, OrganisationModel
from infra24.orgs.policies import RANKS, Role


def validate_time_zone(value: str) -> None:
    if value not in zone_names():
        raise ValidationError(
            _("“%(zone)s” is not a time zone. Choose an IANA name such as America/New_York.") % {"zone": value}
        )


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user who signs in with `email`; without a password only by mailed code."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """Somebody who signs in. What they may do is said by their memberships."""

    app_may: ClassVar[tuple[str, ...]] = KEPT

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower_case")]

    def __str__(self) -> str:
        return self.name or self.email


class Organisation(models.Model):
    """A tenant. Its row is public: name, zone and look are on every page of it."""

    app_may: ClassVar[tuple[str, ...]] = KEPT

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9][a-z0-9-]*$", _("Lower-case letters, digits and hyphens."))],
    )
    name = models.CharField(_("name"), max_length=120)
    time_zone = models.CharField(_("time zone"), max_length=60, validators=[validate_time_zone])
    locale = models.CharField(_("language"), max_length=10, default="en")
    mail_address = models.EmailField(_("public e-mail address"), blank=True)
    theme = models.JSONField(default=dict)
    """Design tokens by name (`orgs.themes`); what is absent falls back to the house's look."""
    theme_version = models.PositiveIntegerField(default=1)
    founded_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


ROLE_NAMES = {
    Role.ADMIN: _("Admin"),
    Role.MANAGER: _("Manager"),
    Role.STAFF: _("Staff"),
    Role.INSTRUCTOR: _("Instructor"),
    Role.MEMBER: _("Member"),
}
"""What people call the roles."""


class Member(OrganisationModel):
    """A user's place and role in one organisation."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=12, choices=[(role.value, ROLE_NAMES[role]) for role in Role])
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org_id", "user"], name="member_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in Role]), name="member_role_known"
            ),
        ]

    @property
    def rank(self) -> Role:
        return RANKS[self.role]

    @property
    def is_staff(self) -> bool:
        return self.rank.includes(Role.STAFF)


class Invitation(OrganisationModel):
    """A place offered to somebody by mail; its secret is a `Key` of kind `invitation`."""

    email = models.EmailField()
    role = models.CharField(max_length=12, choices=[(role.value, ROLE_NAMES[role]) for role in Role])
    invited_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    invited_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)


class Key(OrganisationModel):
    """Every secret and signed address is one row: token, invitation, feed, mailed link, inbound webhook.

    Only the SHA-256 of the secret is stored. `orgs.keys` makes and finds them.
    """

    app_may = DISPOSABLE

    class Kind(models.TextChoices):
        TOKEN = "token"
        INVITATION = "invitation"
        FEED = "feed"
        MAIL_LINK = "mail_link"
        WEBHOOK = "webhook"
        DISPLAY = "display"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    sha256 = models.BinaryField(max_length=32, unique=True)
    name = models.CharField(max_length=80, blank=True)
    hint = models.CharField(max_length=12, blank=True)
    """The first characters of the secret, so that people can tell tokens apart."""
    member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    """Whom the key acts for."""
    subject_id = models.UUIDField(null=True)
    """What the key opens, for kinds that open one thing."""
    scopes = models.JSONField(default=list)
    per_minute = models.PositiveIntegerField(default=600)
    burst = models.PositiveIntegerField(default=120)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(per_minute__gt=0, burst__gt=0), name="key_allowance_positive"),
        ]

    def is_live(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class AuditEntry(OrganisationModel):
    """Who did what to which row, with what it was before and after. Never changed, never deleted."""

    app_may = WRITTEN_ONCE

    at = models.DateTimeField()
    member_id = models.UUIDField(null=True)
    """Null where nobody signed in acted: the clock, or a visitor."""
    source = models.CharField(max_length=20)
    action = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=30)
    subject_id = models.UUIDField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["org_id", "subject_id", "at"], name="auditentry_subject"),
            models.Index(fields=["org_id", "-at", "-id"], name="auditentry_newest"),
        ]


class RememberedAnswer(OrganisationModel):
    """The answer to a request that carried an `Idempotency-Key`, kept for 24 hours."""

    app_may = DISPOSABLE

    principal = models.UUIDField()
    """The token's id, or the user's for a session."""
    key = models.CharField(max_length=255)
    request_sha256 = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org_id", "principal", "key"], name="rememberedanswer_once"),
        ]
