"""Facts and timers: everything that happened is told, in order, and nothing that was to happen is forgotten."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from infra24.invariants.table.shape import ENDED, Invariant

SUBJECTS: Final[Mapping[str, str]] = {
    "organisation": "orgs_organisation",
    "invitation": "orgs_invitation",
    "mailtext": "notifications_mailtext",
    "mailswitch": "notifications_mailswitch",
    "mailpreference": "notifications_mailpreference",
    "mailtrouble": "notifications_mailtrouble",
    "member": "orgs_member",
    "destination": "outbox_destination",
    "replay": "outbox_replay",
    "resource": "resources_resource",
    "feature": "resources_feature",
    "rule": "resources_availabilityrule",
    "closure": "resources_closure",
    "qualification": "resources_qualification",
    "grant": "resources_grant",
    "assignment": "resources_studioassignment",
    "person": "people_person",
    "booking": "bookings_booking",
    "series": "bookings_series",
    "waitlist": "waitlist_entry",
    "import": "calendars_importrun",
    "invariants": "invariants_verdict",
}
"""What facts are about: the table of each kind of subject. No row of these is ever deleted."""
PASSING: Final = frozenset({"busyfeed", "calendarfeed", "endpoint", "mailtest"})
"""Kinds of subject that go when somebody asks, or never had a row; the facts about them stay."""

# A number too many is as bad as one too few.
_NUMBERS = """
    SELECT f.org_id, f.id, CASE WHEN f.subject_kind = 'booking' THEN f.subject_id END
      FROM (SELECT *, lag(number, 1, 0) OVER (PARTITION BY org_id, subject_id ORDER BY number, id) AS last
              FROM facts_fact) f
     WHERE f.number <> f.last + 1
"""
_STATUS = """
    WITH said AS (
        SELECT DISTINCT ON (f.org_id, f.subject_id) f.org_id, f.subject_id,
               CASE WHEN f.type <> 'booking.restored' THEN f.type
                    ELSE CASE f.data->>'status' WHEN 'hold' THEN 'booking.held' WHEN 'pending' THEN 'booking.requested'
                                                ELSE 'booking.' || (f.data->>'status') END END AS type
          FROM facts_fact f
         WHERE f.type IN ('booking.held', 'booking.requested', 'booking.confirmed', 'booking.restored',
                          'booking.declined', 'booking.cancelled', 'booking.expired')
         ORDER BY f.org_id, f.subject_id, f.number DESC
    )
    SELECT b.org_id, b.id, b.id
      FROM bookings_booking b LEFT JOIN said ON said.org_id = b.org_id AND said.subject_id = b.id
     WHERE said.type IS DISTINCT FROM
           CASE b.status WHEN 'hold' THEN 'booking.held' WHEN 'pending' THEN 'booking.requested'
                         ELSE 'booking.' || b.status END
"""
_NOTHING = "UNION ALL".join(
    f"""
    SELECT f.org_id, f.id, NULL::uuid FROM facts_fact f
     WHERE f.subject_kind = '{kind}'
       AND NOT EXISTS (SELECT FROM {table} s
                        WHERE s.id = f.subject_id AND s.{"id" if kind == "organisation" else "org_id"} = f.org_id)
    """  # noqa: S608 - our own words only
    for kind, table in SUBJECTS.items()
)
_DELIVERY = """
    SELECT d.org_id, d.id, NULL::uuid
      FROM outbox_delivery d JOIN facts_fact f ON f.org_id = d.org_id AND f.id = d.fact_id
     WHERE d.number <> f.number OR NOT d.is_timer AND d.subject_id <> f.subject_id
"""
# A lease that ran out less than that ago is a dead worker's; another one is about to take it up.
_OVERDUE = """
    SELECT d.org_id, d.id, b.id
      FROM outbox_delivery d LEFT JOIN bookings_booking b ON b.org_id = d.org_id AND b.id = d.subject_id
     WHERE d.is_timer AND d.status = 'pending' AND d.due_at < %(now)s - %(overdue)s::interval
       AND (d.leased_until IS NULL OR d.leased_until < %(now)s - %(overdue)s::interval)
"""
# One that a worker has in hand is left to it, and finds the booking as it is.
_NOT_CANCELLED = f"""
    SELECT d.org_id, d.id, b.id
      FROM outbox_delivery d JOIN bookings_booking b ON b.org_id = d.org_id AND b.id = d.subject_id
     WHERE d.is_timer AND d.status = 'pending' AND d.lease IS NULL
       AND (b.status IN {ENDED} OR d.handler = 'bookings.expire_hold' AND b.status <> 'hold')
"""  # noqa: S608 - our own words only
_NO_TIMER = """
    SELECT b.org_id, b.id, b.id FROM bookings_booking b
     WHERE b.status = 'hold'
       AND NOT EXISTS (SELECT FROM outbox_delivery d
                        WHERE d.org_id = b.org_id AND d.subject_id = b.id AND d.is_timer AND d.status = 'pending'
                          AND d.handler = 'bookings.expire_hold')
"""

HISTORY: Final = (
    Invariant(
        "fact_number_gap", "facts_fact", _("Between this and what happened before, something is missing."), _NUMBERS
    ),
    Invariant("fact_of_nothing", "facts_fact", _("It tells of something that is not there."), _NOTHING),
    Invariant("status_off_facts", "bookings_booking", _("Its state is not what last happened to it."), _STATUS),
    Invariant("delivery_off_fact", "outbox_delivery", _("It is not in line with the fact it delivers."), _DELIVERY),
    Invariant(
        "timer_overdue", "outbox_delivery", _("Something should have happened by now, and nobody is at it."), _OVERDUE
    ),
    Invariant(
        "timer_not_cancelled", "outbox_delivery", _("Something waits for a booking that is past it."), _NOT_CANCELLED
    ),
    Invariant("hold_without_timer", "bookings_booking", _("Nothing will end this hold."), _NO_TIMER),
)
