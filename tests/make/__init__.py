"""Builders of the smallest valid thing.

The cast is always the same: Alice is staff, Bob a member of her organisation,
Charlie belongs elsewhere and must find nothing.
"""

from tests.make.bodies import form, json
from tests.make.bookings import NOON, booking, run_out, wish
from tests.make.orgs import Cast, cast, client, member, organisation, token, user
from tests.make.people import person
from tests.make.resources import closed_week, feature, open_week, opening_hours, resource

__all__ = [
    "NOON",
    "Cast",
    "booking",
    "cast",
    "client",
    "closed_week",
    "feature",
    "form",
    "json",
    "member",
    "open_week",
    "opening_hours",
    "organisation",
    "person",
    "resource",
    "run_out",
    "token",
    "user",
    "wish",
]
