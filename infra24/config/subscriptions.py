"""Who reacts to what: the one table. A fact goes to every destination of a kind named beside its type.

Handlers are named apart from their functions, because deliveries and timers
are stored with the name: it must outlive the code's next tidying.
"""

from dataclasses import replace

from infra24.bookings import tasks as bookings
from infra24.calendars import tasks as calendars
from infra24.crm import pushing as crm
from infra24.facts.events import PUBLIC
from infra24.notifications import services as notifications
from infra24.outbox import nights, replaying, retention
from infra24.outbox.models import Destination
from infra24.outbox.reactions import Handler, Job, Reactions, Sender
from infra24.waitlist import tasks as waitlist
from infra24.webhooks import sending
from infra24.webhooks import tasks as webhooks

FREED = "config.time_freed"
"""Those who wait are looked after first, then dates of series that were skipped."""
CLOCK, MAIL, CRM = Destination.Kind.CLOCK, Destination.Kind.MAIL, Destination.Kind.CRM
WEBHOOK = Destination.Kind.WEBHOOK


def in_turn(*handlers: Handler) -> Handler:
    """Several reactions of one destination to one fact. Each may run twice, so all of them may."""

    def run(job: Job) -> str:
        return " ".join(handler(job) for handler in handlers)

    return run


def and_webhooks(table: Reactions) -> Reactions:
    """The table, with every public fact for webhooks besides: which of them an endpoint hears is its own choice."""
    hearing = {name: {WEBHOOK: "webhooks.send"} for name in PUBLIC}
    told = {
        name: {**table.subscriptions.get(name, {}), **hearing.get(name, {})}
        for name in {**table.subscriptions, **hearing}
    }
    senders: dict[str, Sender] = {"webhooks.send": sending.SENDER, "webhooks.send_test": sending.PROBE_SENDER}
    return replace(table, subscriptions=told, senders={**table.senders, **senders})


_HOUSE = Reactions(
    subscriptions={
        "organisation.founded": {CLOCK: nights.TIMER},
        "organisation.night_came": {CLOCK: "config.sweep_at_night", MAIL: "notifications.plan_morning"},
        "organisation.morning_came": {MAIL: "notifications.send_digest"},
        "mailtest.asked": {MAIL: "notifications.send_test"},
        "invitation.sent": {MAIL: "notifications.send_invitation"},
        "destination.paused": {MAIL: "notifications.tell_destination_paused"},
        # Holds last minutes and are seen on the screen: neither their beginning nor their end is worth a mail.
        "booking.requested": {MAIL: "notifications.tell_about_request"},
        "booking.reminder_due": {MAIL: "notifications.remind"},
        # Only of time kept for long: of the usual minutes nobody needs to be told how few are left.
        "booking.expiring": {MAIL: "notifications.tell_about_expiry"},
        "booking.confirmed": {MAIL: "notifications.tell_about_booking", CRM: "crm.push_booking"},
        "booking.changed": {CLOCK: FREED, MAIL: "notifications.tell_about_booking", CRM: "crm.push_booking"},
        "booking.declined": {CLOCK: FREED, MAIL: "notifications.tell_about_booking", CRM: "crm.push_booking"},
        "booking.cancelled": {CLOCK: FREED, MAIL: "notifications.tell_about_booking", CRM: "crm.push_booking"},
        "booking.restored": {MAIL: "notifications.tell_about_booking", CRM: "crm.push_booking"},
        "invariants.violated": {MAIL: "notifications.tell_invariants_violated"},
        "booking.messaged": {MAIL: "notifications.send_message"},
        "booking.transferred": {MAIL: "notifications.tell_about_booking", CRM: "crm.push_booking"},
        "booking.given_back": {CLOCK: FREED, CRM: "crm.push_booking"},
        "booking.missed": {CLOCK: FREED, MAIL: "notifications.tell_about_no_show"},
        # Whatever else may free time.
        **{
            fact: {CLOCK: FREED}
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
        # Nothing is freed by these, but somebody may be served by now who was not before.
        **{
            fact: {CLOCK: "waitlist.look"}
            for fact in ("resource.added", "waitlist.joined", "waitlist.changed", "waitlist.withdrawn")
        },
        # One mail for many dates; their own facts then send none.
        "series.made": {MAIL: "notifications.tell_about_new_series"},
        "series.changed": {MAIL: "notifications.tell_about_series"},
        "series.ended": {MAIL: "notifications.tell_about_series"},
        "waitlist.offered": {MAIL: "notifications.tell_about_offer"},
        "endpoint.failing": {MAIL: "notifications.tell_about_endpoint"},
        "endpoint.disabled": {MAIL: "notifications.tell_about_endpoint"},
    },
    handlers={
        # timers
        nights.TIMER: nights.begin_night,
        "bookings.expire_hold": bookings.expire_hold,
        "bookings.release_no_show": bookings.release_no_show,
        "bookings.remind": bookings.remind,
        "bookings.warn_hold": bookings.warn_hold,
        "notifications.begin_morning": notifications.begin_morning,
        "waitlist.expire": waitlist.expire,
        "calendars.import_rows": calendars.import_rows,
        "calendars.poll_feed": calendars.poll_feed,
        replaying.TIMER: replaying.go_on,
        # reactions
        "config.sweep_at_night": in_turn(
            retention.purge_technical, waitlist.look, bookings.retry_skips, webhooks.look_after
        ),
        FREED: in_turn(waitlist.look, bookings.retry_skips),
        "waitlist.look": waitlist.look,
        "outbox.purge_technical": retention.purge_technical,
        "notifications.send_invitation": notifications.send_invitation,
        "notifications.tell_destination_paused": notifications.tell_destination_paused,
        "notifications.tell_about_offer": notifications.tell_about_offer,
        "notifications.tell_about_booking": notifications.tell_about_booking,
        "notifications.tell_about_expiry": notifications.tell_about_expiry,
        "notifications.tell_about_new_series": notifications.tell_about_new_series,
        "notifications.tell_about_request": notifications.tell_about_request,
        "notifications.tell_about_series": notifications.tell_about_series,
        "notifications.tell_about_endpoint": notifications.tell_about_endpoint,
        "notifications.remind": notifications.remind,
        "notifications.plan_morning": notifications.plan_morning,
        "notifications.send_digest": notifications.send_digest,
        "notifications.send_test": notifications.send_test,
        "notifications.tell_invariants_violated": notifications.tell_invariants_violated,
        "notifications.send_message": notifications.send_message,
        "notifications.tell_about_no_show": notifications.tell_about_no_show,
        "crm.push_booking": crm.push_booking,
    },
    # A mail tells what happened, and somebody may have been told nothing yet: none of those makes another needless.
    state_carrying=frozenset({"crm.push_booking"}),
)
REACTIONS = and_webhooks(_HOUSE)
