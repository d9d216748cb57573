"""What the API takes and gives about organisations, members, invitations and tokens."""

from typing import Annotated, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import AfterValidator, Field, StrictBool

from infra24.core.inputs import Input
from infra24.core.instants import Instant
from infra24.core.paging import PageQuery
from infra24.orgs.history import AuditFilter
from infra24.orgs.policies import SCOPES, Role


def _address(value: str) -> str:
    try:
        validate_email(value)
    except ValidationError:
        raise ValueError(_("This is not an e-mail address.")) from None
    return value.strip().lower()


def _not_back(value: bool | None) -> bool | None:
    if value:
        raise ValueError(_("A member that left comes back by invitation."))
    return value


Email = Annotated[str, Field(max_length=254, json_schema_extra={"format": "email"}), AfterValidator(_address)]
Scope = Annotated[str, Field(json_schema_extra={"enum": list(SCOPES)})]


class MemberOut(Schema):
    """A user's place in the organisation."""

    id: UUID
    name: str = Field(alias="user.name")
    email: str = Field(alias="user.email")
    role: Role
    is_active: bool = Field(description="False once the membership has ended.")
    joined_at: Instant


class MemberChange(Input):
    """Leave out what stays; `"is_active": false` ends the membership."""

    role: Role | None = None
    is_active: Annotated[StrictBool | None, AfterValidator(_not_back)] = None


class InvitationIn(Input):
    """Whom to invite, and as what."""

    email: Email
    role: Role = Role.MEMBER


class InvitationOut(Schema):
    """An invitation that waits for an answer."""

    id: UUID
    email: str
    role: Role
    invited_at: Instant


class TokenIn(Input):
    """A new token."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(SCOPES))]
    expires_at: Instant | None = Field(default=None, description="null: when it is revoked, or the membership ends.")


class TokenOut(Schema):
    """A token, without its secret."""

    id: UUID
    name: str
    hint: str = Field(description="The first characters of the secret.")
    member_id: UUID = Field(description="For whom it acts.")
    scopes: list[str]
    per_minute: int = Field(description="Requests it may make in a minute.")
    burst: int = Field(description="Requests it may make at once.")
    created_at: Instant
    expires_at: Instant | None


class TokenMade(TokenOut):
    """A token that was just made."""

    secret: str = Field(description="Shown only now.")


class OrganisationOut(Schema):
    """An organisation."""

    id: UUID
    slug: str = Field(description="Its short name, as in addresses and `Infra24-Organisation`.")
    name: str
    time_zone: str = Field(description="IANA name.")
    locale: str = Field(description="The language it speaks to strangers.")


class AuditEntryOut(Schema):
    """One thing that was done."""

    id: UUID
    at: Instant
    member_id: UUID | None = Field(description="Who did it; null where nobody signed in did.")
    source: str = Field(description="What it came by: `staff`, `self`, `api`, `import`, `clock`.")
    action: str = Field(description="As in `booking.change`.")
    subject_kind: str = Field(description="What it was done to: the first part of `action`.")
    subject_id: UUID
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class AuditQuery(PageQuery):
    """What of the log is asked for."""

    member: UUID | None = Field(default=None, description="Only what this member did.")
    source: Annotated[str, Field(max_length=20, description="Only what came by this.")] = ""
    kind: Annotated[str, Field(max_length=30, description="Only what was done to such things: `booking`.")] = ""
    action: Annotated[
        str, Field(max_length=60, description="Only these actions: `booking.change`, or how it begins.")
    ] = ""
    subject: UUID | None = Field(default=None, description="Only what was done to this.")
    start: Instant | None = Field(default=None, description="At or after this.")
    end: Instant | None = Field(default=None, description="Before this.")

    def to_filter(self) -> AuditFilter:
        return AuditFilter(self.member, self.source, self.kind, self.action, self.subject, self.start, self.end)


class MeOut(Schema):
    """Who is asking, where, and as what."""

    name: str
    email: str
    member_id: UUID
    role: Role
    organisation: OrganisationOut
    scopes: list[str] | None = Field(description="What the token may do; null for a signed-in browser.")
