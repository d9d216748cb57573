"""What a line of the table says, and the kinds of doors there are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Data = Mapping[str, Any] | None


@dataclass(frozen=True)
class Door:
    """Statuses by caller; `data` is what is sent: JSON to the API, a form to pages, a query with GET."""

    stranger: int
    foreign: int
    member: int
    staff: int
    admin: int
    data: Mapping[str, Any] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
    """Names of ids to use instead of the route's own: {"booking_id": "requested_id"}."""
    shows_house: bool = False
    """Whether who holds the address may read or change something of the house: a mailed secret."""


def everybody(status: int = 200, **data: Any) -> Door:
    return Door(status, status, status, status, status, data)


def staff_page(status: int = 200, *, data: Data = None, about: Mapping[str, str] | None = None) -> Door:
    return Door(302, 404, 403, status, status, data or {}, about or {})


def manager_page(status: int = 200, *, data: Data = None, about: Mapping[str, str] | None = None) -> Door:
    return Door(302, 404, 403, 403, status, data or {}, about or {})


def admin_page(status: int = 200, *, data: Data = None, about: Mapping[str, str] | None = None) -> Door:
    return Door(302, 404, 403, 403, status, data or {}, about or {})


def admin_api(status: int = 200, *, data: Data = None, about: Mapping[str, str] | None = None) -> Door:
    return Door(401, 404, 403, 403, status, data or {}, about or {})


def member_page(
    member: int = 200,
    staff: int | None = None,
    *,
    admin: int | None = None,
    data: Data = None,
    about: Mapping[str, str] | None = None,
) -> Door:
    staff = member if staff is None else staff
    return Door(302, 404, member, staff, staff if admin is None else admin, data or {}, about or {})


def api(
    member: int, staff: int, admin: int | None = None, *, data: Data = None, about: Mapping[str, str] | None = None
) -> Door:
    return Door(401, 404, member, staff, staff if admin is None else admin, data or {}, about or {})
