"""Who reacts to what: the one table. A fact goes to every destination of a kind named beside its type.

Handlers are named apart from their functions, because deliveries and timers
are stored with the name: it must outlive the code's next tidying.
"""

from infra24.bookings import tasks as bookings
from infra24.crm import pushing as crm
from infra24.notifications import services as notifications
from infra24.outbox import nights
from infra24.outbox.models import Destination
from infra24.outbox.reactions import Reactions

CLOCK, MAIL, CRM = Destination.Kind.CLOCK, Destination.Kind.MAIL, Destination.Kind.CRM

REACTIONS = Reactions(
    subscriptions={
        "organisation.founded": {CLOCK: nights.TIMER},
        "organisation.night_came": {CLOCK: "outbox.purge_technical"},
        "invitation.sent": {MAIL: "notifications.send_invitation"},
        "destination.paused": {MAIL: "notifications.tell_destination_paused"},
        # Holds last minutes and are seen on the screen: neither their beginning nor their end is worth a mail.
        "booking.requested": {MAIL: "notifications.tell_about_booking"},
        "booking.confirmed": {MAIL: "notifications.tell_about_booking", CRM: "crm.push_booking"},
        "booking.changed": {MAIL: "notifications.tell_about_booking", CRM: "crm.push_booking"},
        "booking.declined": {MAIL: "notifications.tell_about_booking", CRM: "crm.push_booking"},
        "booking.cancelled": {MAIL: "notifications.tell_about_booking", CRM: "crm.push_booking"},
        "invariants.violated": {MAIL: "notifications.tell_invariants_violated"},
        "booking.messaged": {MAIL: "notifications.send_message"},
        "booking.transferred": {MAIL: "notifications.tell_about_booking", CRM: "crm.push_booking"},
        "booking.given_back": {CRM: "crm.push_booking"},
        "booking.missed": {MAIL: "notifications.tell_about_no_show"},
    },
    handlers={
        # timers
        nights.TIMER: nights.begin_night,
        "bookings.expire_hold": bookings.expire_hold,
        "bookings.release_no_show": bookings.release_no_show,
        "bookings.remind": bookings.remind,
        # reactions
        "outbox.purge_technical": nights.purge_technical,
        "notifications.send_invitation": notifications.send_invitation,
        "notifications.tell_destination_paused": notifications.tell_destination_paused,
        "notifications.tell_about_booking": notifications.tell_about_booking,
        "notifications.tell_invariants_violated": notifications.tell_invariants_violated,
        "notifications.send_message": notifications.send_message,
        "notifications.tell_about_no_show": notifications.tell_about_no_show,
        "crm.push_booking": crm.push_booking,
    },
)
