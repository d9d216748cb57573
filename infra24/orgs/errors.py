"""What can go wrong at the door of an organisation."""

from infra24.core.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge, Unauthenticated


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


class SignInToAccept(Unauthenticated):
    """There is an account with this e-mail address. Sign in, then accept the invitation."""


class AlreadyMember(Conflict):
    """That person is already a member."""


class MemberNotFound(NotFound):
    """There is no such member."""


class LastAdmin(Conflict):
    """Somebody has to run the organisation. Make another member an admin first."""


class RoleNotYours(Forbidden):
    """You cannot give a role above your own."""


class TokenNotFound(NotFound):
    """There is no such token."""


class ScopeNotYours(Forbidden):
    """A token cannot make another that may do more than itself."""


class TokenUnusable(Invalid):
    """This token would be of no use."""


class TooManyTokens(Conflict):
    """A member has at most 50 tokens. Revoke one that is no longer used."""


class EmailTaken(Conflict):
    """There is an account with this e-mail address already."""


class SlugTaken(Conflict):
    """Another organisation has this short name. Choose another."""


class OrganisationInvalid(Invalid):
    """The organisation cannot be set up like this."""


class IdempotencyKeyReused(Invalid):
    """This Idempotency-Key was used for another request. Use a new key for a new request."""


class AnswerNotKept(Conflict):
    """This request was carried out already. Its answer held a secret, which is shown only once."""


class IdempotencyKeyTooLong(Invalid):
    """An Idempotency-Key has at most 255 printable characters."""


class HistoryTooLong(TooLarge):
    """At most 10,000 entries go into a file. Narrow the list."""
