"""What can go wrong at the door of an organisation."""

from infra24.core.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated


class OrganisationNotFound(NotFound):
    """There is no such organisation, or you are not a member of it."""


class OrganisationNotNamed(Invalid):
    """Say which organisation: send its short name in the Infra24-Organisation header."""


class TokenInvalid(Unauthenticated):
    """This token is unknown, expired or revoked. Make a new one under Settings, API tokens."""


class ScopeMissing(Forbidden):
    """This token is not allowed to do that."""


class RoleTooLow(Forbidden):
    """Your role does not allow this."""


class InvitationInvalid(NotFound):
    """This invitation is unknown, was used, withdrawn, or has expired. Ask for a new one."""


class InvitationForSomebodyElse(Forbidden):
    """This invitation was sent to another e-mail address. Sign in with that one."""


class AlreadyMember(Conflict):
    """That person is already a member."""


class RoleNotYours(Forbidden):
    """You cannot give a role above your own."""


class IdempotencyKeyReused(Invalid):
    """This Idempotency-Key was used for another request. Use a new key for a new request."""


class IdempotencyKeyTooLong(Invalid):
    """An Idempotency-Key has at most 255 printable characters."""
