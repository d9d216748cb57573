"""Builders of the smallest valid thing.

The cast is always the same: Alice is staff, Bob a member of her organisation,
Charlie belongs elsewhere and must find nothing.
"""

from tests.make.bodies import form, json
from tests.make.bookings import NOON, begun, booking, run_out, wish
from tests.make.orgs import Cast, cast, client, member, organisation, token, user
from tests.make.people import person
from tests.make.qualifications import assignment, grant, qualification
from tests.make.resources import closed_week, feature, open_week, opening_hours, resource
from tests.make.verdicts import verdict
from tests.make.webhooks import HOOK, endpoint

__all__ = [
    "HOOK",
    "NOON",
    "Cast",
    "assignment",
    "begun",
    "booking",
    "cast",
    "client",
    "closed_week",
    "endpoint",
    "feature",
    "form",
    "grant",
    "json",
    "member",
    "open_week",
    "opening_hours",
    "organisation",
    "person",
    "qualification",
    "resource",
    "run_out",
    "token",
    "user",
    "verdict",
    "wish",
]
