"""One way and another to break each invariant: what somebody with SQL could write were nothing kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Break:
    """A statement that breaks something, and a query for the ids that must be named for it.

    `also` names what else is broken by it, and must be, since one row can be wrong in more than one way.
    """

    sql: str
    named: str
    also: frozenset[str] = frozenset()


def _leg(which: str) -> str:
    return f"SELECT %({which}_leg)s"


def _legs(*which: str) -> str:
    return "VALUES " + ", ".join(f"(%({one}_leg)s)" for one in which)


def _booking(which: str) -> str:
    return f"SELECT %({which})s"


def _also(*names: str) -> frozenset[str]:
    return frozenset(names)


def _moved(which: str, by: str) -> str:
    """A booking with its legs, and its clock, moved as the services would."""
    return f"""
        UPDATE bookings_booking SET starts_at = starts_at + {by}, ends_at = ends_at + {by},
               wall_starts_at = (starts_at + {by}) AT TIME ZONE time_zone,
               wall_ends_at = (ends_at + {by}) AT TIME ZONE time_zone WHERE id = %({which})s;
        UPDATE bookings_leg SET starts_at = starts_at + {by}, ends_at = ends_at + {by},
               blocks_from = blocks_from + {by}, blocks_until = blocks_until + {by} WHERE booking_id = %({which})s;
    """


def _implied(booking: str, resource: str, people: int = 0) -> str:
    return f"""
        INSERT INTO bookings_leg (id, org_id, booking_id, resource_id, units, people, is_implied, starts_at, ends_at,
                                  blocks_from, blocks_until, sharing, is_blocking)
        SELECT '00000000-0000-0000-0000-000000000001', org_id, booking_id, %({resource})s, 1, {people}, true, starts_at,
               ends_at, blocks_from, blocks_until, booking_id, true FROM bookings_leg WHERE id = %({booking}_leg)s
    """


def _timer(subject: str, handler: str = "bookings.expire_hold") -> str:
    """A copy of the hold's timer, for another booking."""
    return f"""
        INSERT INTO outbox_delivery (id, org_id, fact_id, destination_id, handler, subject_id, number, is_timer, status,
                                     due_at, attempts, failures, outcome, note, created_at)
        SELECT '00000000-0000-0000-0000-000000000001', org_id, fact_id, destination_id, '{handler}', %({subject})s, number,
               true, 'pending', due_at, 0, 0, '', '', now() FROM outbox_delivery WHERE subject_id = %(hold)s
    """


NEW = "SELECT '00000000-0000-0000-0000-000000000001'::uuid"
TIMER = "SELECT id FROM outbox_delivery WHERE subject_id = %(hold)s"
LAST_OF_DROPPED = "SELECT id FROM facts_fact WHERE subject_id = %(dropped)s ORDER BY recorded_at DESC, id DESC LIMIT 1"
FACT = """
    INSERT INTO facts_fact (id, org_id, type, version, subject_kind, subject_id, number, data, source, recorded_at)
    VALUES ('00000000-0000-0000-0000-000000000001', %(house)s, '{}', 1, '{}', {}, 1, '{{}}', 'staff', now())
"""
NOWHERE = "'00000000-0000-0000-0000-00000000000f'"

BREAKS: Final[Mapping[str, tuple[Break, ...]]] = {
    "leg_overlap": (
        Break(_moved("second", "interval '-30 minutes'"), _legs("firing", "second")),
        Break("UPDATE bookings_leg SET sharing = booking_id WHERE id = %(class_leg)s", _legs("class", "course")),
        Break(
            _moved("rehearsal", "interval '-2 hours'"),
            "SELECT id FROM bookings_leg WHERE resource_id = %(east)s",
        ),
    ),
    "units_oversold": (
        Break("UPDATE bookings_leg SET units = 4 WHERE id = %(film_leg)s", _leg("film")),
        Break("UPDATE resources_resource SET units = 5 WHERE id = %(cameras)s", _leg("shoot")),
        Break("UPDATE bookings_leg SET units = 2 WHERE id = %(lonely_leg)s", _leg("lonely")),
    ),
    "people_over_capacity": (
        Break("UPDATE bookings_leg SET people = 7 WHERE id = %(course_leg)s", _leg("course")),
        Break("UPDATE resources_resource SET capacity = 9 WHERE id = %(studio)s", _leg("course")),
    ),
    "blocking_off_status": (
        Break("UPDATE bookings_leg SET is_blocking = false WHERE id = %(firing_leg)s", _leg("firing")),
        Break("UPDATE bookings_leg SET is_blocking = true WHERE id = %(dropped_leg)s", _leg("dropped")),
        Break("UPDATE bookings_booking SET pending_blocks = false WHERE id = %(asked)s", _leg("asked")),
    ),
    "sharing_astray": (
        Break("UPDATE bookings_leg SET sharing = %(kiln)s WHERE id = %(lonely_leg)s", _leg("lonely")),
        Break(
            "UPDATE bookings_leg SET sharing = %(kiln)s WHERE is_implied AND booking_id = %(concert)s",
            "SELECT id FROM bookings_leg WHERE is_implied AND booking_id = %(concert)s",
            _also("part_astray"),
        ),
    ),
    "leg_times_illegal": (
        Break(
            "UPDATE bookings_leg SET blocks_from = starts_at + interval '1 minute' WHERE id = %(lonely_leg)s",
            _leg("lonely"),
        ),
        Break(
            "UPDATE bookings_leg SET blocks_until = blocks_from + interval '34 days' WHERE id = %(lonely_leg)s",
            _leg("lonely"),
        ),
        Break("UPDATE bookings_leg SET units = 0 WHERE id = %(lonely_leg)s", _leg("lonely")),
    ),
    "leg_off_booking": (
        Break(
            "UPDATE bookings_leg SET starts_at = starts_at + interval '1 minute' WHERE id = %(lonely_leg)s",
            _leg("lonely"),
        ),
        Break(
            """UPDATE bookings_booking SET ends_at = ends_at - interval '1 minute',
                      wall_ends_at = wall_ends_at - interval '1 minute' WHERE id = %(lonely)s""",
            _leg("lonely"),
        ),
    ),
    "leg_without_booking": (
        Break(
            "DELETE FROM bookings_booking WHERE id = %(lonely)s",
            _leg("lonely"),
            _also("reference_astray", "fact_of_nothing"),
        ),
        Break(
            f"UPDATE bookings_leg SET booking_id = {NOWHERE}, sharing = {NOWHERE} WHERE id = %(lonely_leg)s",
            _leg("lonely"),
            _also("reference_astray", "booking_without_leg"),
        ),
        Break(
            "UPDATE bookings_leg SET org_id = %(elsewhere)s WHERE id = %(lonely_leg)s",
            _leg("lonely"),
            _also("reference_astray", "booking_without_leg"),
        ),
    ),
    "part_left_free": (
        Break(
            "DELETE FROM bookings_leg WHERE is_implied AND resource_id = %(west)s",
            _leg("concert"),
        ),
        Break(
            """UPDATE bookings_leg SET blocks_until = blocks_until - interval '1 minute', ends_at = ends_at
                WHERE is_implied AND resource_id = %(west)s""",
            _leg("concert"),
            _also("leg_times_illegal", "part_astray"),
        ),
        Break("UPDATE resources_resource SET part_of_id = %(hall)s WHERE id = %(spare)s", _leg("concert")),
    ),
    "part_astray": (
        Break(_implied("lonely", "spare"), NEW),
        Break(
            "UPDATE bookings_leg SET people = 3 WHERE is_implied AND resource_id = %(west)s",
            "SELECT id FROM bookings_leg WHERE is_implied AND resource_id = %(west)s",
        ),
        Break(
            "UPDATE resources_resource SET part_of_id = NULL WHERE id = %(west)s",
            "SELECT id FROM bookings_leg WHERE is_implied AND resource_id = %(west)s",
        ),
    ),
    "parts_in_circle": (
        Break(
            """UPDATE resources_resource SET part_of_id = CASE id WHEN %(spare)s THEN %(studio)s ELSE %(spare)s END
                WHERE id IN (%(spare)s, %(studio)s)""",
            "VALUES (%(spare)s), (%(studio)s)",
        ),
        Break("UPDATE resources_resource SET part_of_id = id WHERE id = %(spare)s", "SELECT %(spare)s"),
    ),
    "booking_state_illegal": (
        Break("UPDATE bookings_booking SET expires_at = now() WHERE id = %(firing)s", _booking("firing")),
        Break("UPDATE bookings_booking SET expires_at = NULL WHERE id = %(hold)s", _booking("hold")),
        Break(
            "UPDATE bookings_booking SET status = 'lost' WHERE id = %(dropped)s",
            _booking("dropped"),
            _also("status_off_facts"),
        ),
        Break("UPDATE bookings_booking SET version = 0 WHERE id = %(firing)s", _booking("firing")),
    ),
    "outcome_without_visit": (
        Break("UPDATE bookings_booking SET outcome = 'attended' WHERE id = %(dropped)s", _booking("dropped")),
        Break("UPDATE bookings_booking SET outcome = 'perhaps' WHERE id = %(firing)s", _booking("firing")),
    ),
    "booking_times_illegal": (
        Break(
            """UPDATE bookings_booking SET ends_at = starts_at, wall_ends_at = wall_starts_at WHERE id = %(lonely)s;
               UPDATE bookings_leg SET ends_at = starts_at WHERE id = %(lonely_leg)s""",
            _booking("lonely"),
            _also("leg_times_illegal"),
        ),
        Break(
            """UPDATE bookings_booking SET ends_at = starts_at + interval '32 days',
                      wall_ends_at = (starts_at + interval '32 days') AT TIME ZONE time_zone WHERE id = %(lonely)s;
               UPDATE bookings_leg SET ends_at = starts_at + interval '32 days',
                      blocks_until = starts_at + interval '32 days' WHERE id = %(lonely_leg)s""",
            _booking("lonely"),
        ),
        Break(_moved("lonely", "interval '36500 days'"), _booking("lonely")),
    ),
    "booking_without_leg": (
        Break("DELETE FROM bookings_leg WHERE id = %(lonely_leg)s", _booking("lonely")),
        Break(
            "UPDATE bookings_leg SET is_implied = true, people = 0 WHERE id = %(lonely_leg)s",
            _booking("lonely"),
            _also("part_astray"),
        ),
    ),
    "instant_off_wall": (
        Break(
            "UPDATE bookings_booking SET wall_starts_at = wall_starts_at - interval '1 hour' WHERE id = %(lonely)s",
            _booking("lonely"),
        ),
        Break("UPDATE bookings_booking SET time_zone = 'Mars/Base' WHERE id = %(lonely)s", _booking("lonely")),
        Break("UPDATE bookings_booking SET time_zone = 'Asia/Tokyo' WHERE id = %(lonely)s", _booking("lonely")),
    ),
    "fact_number_gap": (
        Break(f"UPDATE facts_fact SET number = 3 WHERE id = ({LAST_OF_DROPPED})", LAST_OF_DROPPED),
        Break(
            FACT.format("booking.changed", "booking", "%(lonely)s"),
            "SELECT id FROM facts_fact WHERE subject_id = %(lonely)s ORDER BY id DESC LIMIT 1",
        ),
        Break(
            "DELETE FROM facts_factpending WHERE subject_id = %(dropped)s;"
            "DELETE FROM facts_fact WHERE subject_id = %(dropped)s AND number = 1",
            LAST_OF_DROPPED,
        ),
    ),
    "fact_of_nothing": (
        Break(FACT.format("resource.added", "resource", NOWHERE), NEW),
        Break(FACT.format("resource.added", "resource", "%(abroad)s"), NEW),
    ),
    "status_off_facts": (
        Break("UPDATE bookings_booking SET status = 'confirmed' WHERE id = %(asked)s", _booking("asked")),
        Break(
            "DELETE FROM facts_factpending WHERE subject_id = %(lonely)s;"
            "DELETE FROM facts_fact WHERE subject_id = %(lonely)s",
            _booking("lonely"),
        ),
    ),
    "delivery_off_fact": (
        Break("UPDATE outbox_delivery SET number = 5 WHERE subject_id = %(hold)s", TIMER),
        Break(
            _timer("lonely").replace("true, 'pending'", "false, 'pending'"),
            NEW,
        ),
    ),
    "timer_overdue": (
        Break("UPDATE outbox_delivery SET due_at = now() - interval '16 minutes' WHERE subject_id = %(hold)s", TIMER),
        Break(
            """UPDATE outbox_delivery SET due_at = now() - interval '1 hour', leased_until = now() - interval '16 minutes',
                      lease = gen_random_uuid() WHERE subject_id = %(hold)s""",
            TIMER,
        ),
    ),
    "timer_not_cancelled": (
        Break(_timer("dropped"), NEW),
        Break(_timer("dropped", "bookings.remind"), NEW),
        Break(_timer("firing"), NEW),
    ),
    "hold_without_timer": (
        Break("DELETE FROM outbox_delivery WHERE subject_id = %(hold)s", _booking("hold")),
        Break("UPDATE outbox_delivery SET status = 'dead' WHERE subject_id = %(hold)s", _booking("hold")),
        Break("UPDATE outbox_delivery SET handler = 'bookings.remind' WHERE subject_id = %(hold)s", _booking("hold")),
    ),
    "reference_astray": (
        Break("UPDATE bookings_booking SET person_id = %(stranger)s WHERE id = %(firing)s", _booking("firing")),
        Break(f"UPDATE bookings_booking SET booked_by_id = {NOWHERE} WHERE id = %(lonely)s", _booking("lonely")),
        Break(
            "UPDATE bookings_leg SET resource_id = %(abroad)s WHERE id = %(lonely_leg)s",
            _leg("lonely"),
            _also("leg_overlap"),
        ),
        Break(
            f"UPDATE orgs_auditentry SET member_id = {NOWHERE} WHERE subject_id = %(lonely)s",
            "SELECT id FROM orgs_auditentry WHERE subject_id = %(lonely)s",
        ),
        Break(
            f"UPDATE people_person SET org_id = {NOWHERE} WHERE id = %(stranger)s",
            "SELECT %(stranger)s",
        ),
        # A key that no model knows of: only PostgreSQL's catalogue tells.
        Break(
            """CREATE TABLE note (id uuid PRIMARY KEY, org_id uuid, booking_id uuid);
               ALTER TABLE bookings_booking ADD UNIQUE (org_id, id);
               INSERT INTO note VALUES ('00000000-0000-0000-0000-000000000001', %(elsewhere)s, %(firing)s);
               ALTER TABLE note ADD FOREIGN KEY (org_id, booking_id) REFERENCES bookings_booking (org_id, id) NOT VALID""",
            NEW,
        ),
    ),
}
