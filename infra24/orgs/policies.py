"""Roles and scopes: who may do what, in two tables."""

from enum import StrEnum


class Role(StrEnum):
    """A member's place, from the most to the least powerful."""

    ADMIN = "admin"
    MANAGER = "manager"
    STAFF = "staff"
    INSTRUCTOR = "instructor"
    MEMBER = "member"

    def includes(self, other: "Role") -> bool:
        """True when this role may do all that `other` may."""
        return _POWER[self] >= _POWER[other]


RANKS = {role.value: role for role in Role}
"""Each role by its stored name."""
_POWER = {Role.ADMIN: 4, Role.MANAGER: 3, Role.STAFF: 2, Role.INSTRUCTOR: 1, Role.MEMBER: 0}

SCOPES = (
    "bookings:read",
    "bookings:write",
    "resources:read",
    "resources:write",
    "people:read",
    "people:write",
    "members:read",
    "members:write",
    "outbox:read",
    "outbox:write",
    "webhooks:read",
    "webhooks:write",
)
"""What an API token may be allowed. A token never exceeds its member's role."""


def may_grant(*, by: Role, role: Role) -> bool:
    """True when a member of role `by` may give `role` to somebody: managers and above, never above themselves."""
    return by.includes(Role.MANAGER) and by.includes(role)
