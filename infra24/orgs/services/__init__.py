"""What people do about organisations, members, invitations and tokens."""

from infra24.orgs.services.founding import found_organisation, make_user
from infra24.orgs.services.invitations import INVITATION_LIFE, accept_invitation, invite, withdraw_invitation
from infra24.orgs.services.members import add_member, change_role, deactivate_member
from infra24.orgs.services.tokens import make_token, revoke_token

__all__ = [
    "INVITATION_LIFE",
    "accept_invitation",
    "add_member",
    "change_role",
    "deactivate_member",
    "found_organisation",
    "invite",
    "make_token",
    "make_user",
    "revoke_token",
    "withdraw_invitation",
]
