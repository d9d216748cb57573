"""Who reacts to what: the one table. A fact goes to every destination of a kind named beside its type.

Handlers are named apart from their functions, because deliveries and timers
are stored with the name: it must outlive the code's next tidying.
"""

from infra24.bookings import tasks as bookings
from infra24.crm import pushing as crm
from infra24.notifications import services as notifications
from infra24.outbox import nights
from infra24.outbox.models import Destination
from infra24.outbox.reactions import Handler, Job, Reactions

CLOCK, MAIL, CRM = Destination.Kind.CLOCK, Destination.Kind.MAIL, Destination.Kind.CRM

REFILL = "bookings.retry_skips"


def in_turn(*handlers: Handler) -> Handler:
    """Several reactions of one destination to one fact. Each may run twice, so all of them may."""

    def run(job: Job) -> str:
        return " ".join(handler(job) for handler in handlers)

    return run


REACTIONS = Reactions(
    subscriptions={
        "organisation.founded": {CLOCK: nights.TIMER},
        "organisation.night_came": {CLOCK: "config.sweep_at_night"},
        "invitation.sent": {MAIL: "notifications.send_invitation"},
        "destination.paused": {MAIL: "notifications.tell_destination_paused"},
        # Holds last minutes and are seen on the screen: neither their beginning nor their end is worth a mail.
        "booking.requested": {MAIL: "notifications.tell_about_booking"},
        "booking.confirmed": {MAIL: "notifications.tell_about_booking", CRM: "crm.push_booking"},
        "booking.changed": {CLOCK: REFILL, MAIL: "notifications.tell_about_booking", CRM: "crm.push_booking"},
        "booking.declined": {CLOCK: REFILL, MAIL: "notifications.tell_about_booking", CRM: "crm.push_booking"},
        "booking.cancelled": {CLOCK: REFILL, MAIL: "notifications.tell_about_booking", CRM: "crm.push_booking"},
        # One mail for many dates; their own facts then send none.
        "series.made": {MAIL: "notifications.tell_about_series"},
        "series.changed": {MAIL: "notifications.tell_about_series"},
        "series.ended": {MAIL: "notifications.tell_about_series"},
        # Whatever else may free time has skipped dates of series tried again.
        **{
            fact: {CLOCK: REFILL}
            for fact in (
                "booking.expired",
                "closure.lifted",
                "closure.changed",
                "rule.saved",
                "resource.changed",
                "resource.restored",
                "qualification.archived",
                "grant.given",
            )
        },
    },
    handlers={
        # timers
        nights.TIMER: nights.begin_night,
        "bookings.expire_hold": bookings.expire_hold,
        # reactions
        "config.sweep_at_night": in_turn(nights.purge_technical, bookings.retry_skips),
        REFILL: bookings.retry_skips,
        "outbox.purge_technical": nights.purge_technical,
        "notifications.send_invitation": notifications.send_invitation,
        "notifications.tell_destination_paused": notifications.tell_destination_paused,
        "notifications.tell_about_booking": notifications.tell_about_booking,
        "notifications.tell_about_series": notifications.tell_about_series,
        "crm.push_booking": crm.push_booking,
    },
)
