"""What a request knows once the middleware has found its organisation."""

from django.http import HttpRequest

from infra24.orgs.models import Key, Member, Organisation


class OrganisationRequest(HttpRequest):
    """A request inside one organisation's transaction; whoever asks may be a stranger."""

    organisation: Organisation
    member: Member | None
    token: Key | None

    @property
    def principal(self) -> str:
        """Who is counted and remembered: the token, else the user. For idempotency and rates."""
        return f"token:{self.token.pk}" if self.token else f"user:{self.user.pk}"


class MemberRequest(OrganisationRequest):
    """A request of a member: behind the doors that ask for a role."""

    member: Member
