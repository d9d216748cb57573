"""Every kind of fact the house records. Nothing else may be recorded."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from infra24.facts.values import (
    Value,
    choice,
    count,
    counts,
    day,
    flag,
    ident,
    instant,
    name,
    names,
    snapshot,
    text,
    wall_time,
)


@dataclass(frozen=True)
class FactType:
    """One kind of fact.

    `name` is `subject.past_tense`; the part before the dot is the kind of its
    subject, whose id is the argument `<subject>_id`. `data` names the further
    values a fact carries, each with its type and meaning. One that is not
    `is_public` concerns the house alone: webhooks are not told of it.
    """

    name: str
    meaning: str
    version: int = 1
    data: Mapping[str, Value] = field(default_factory=dict)
    is_public: bool = True

    @property
    def subject_kind(self) -> str:
        return self.name.partition(".")[0]


ROLES = ("admin", "manager", "staff", "instructor", "member")
OUTCOMES = ("attended", "no_show", "")

_TYPES = (
    FactType("organisation.founded", "An organisation was set up on this installation.", is_public=False),
    FactType(
        "organisation.night_came",
        "A night began in the organisation's zone; sweeps may run.",
        data={"on": day("the day it began")},
        is_public=False,
    ),
    FactType(
        "organisation.morning_came",
        "A morning began in the organisation's zone; staff are told of the day ahead.",
        data={"on": day("the day it began")},
        is_public=False,
    ),
    FactType(
        "invitation.sent",
        "Somebody was invited to become a member.",
        data={"key_id": ident("the invitation's key", is_public=False)},
        is_public=False,
    ),
    FactType("destination.paused", "A connection broke; everything for it waits until it is mended.", is_public=False),
    FactType("destination.resumed", "A paused destination takes again what has waited for it.", is_public=False),
    FactType(
        "replay.started",
        "Deliveries of a destination are made once more, some each minute.",
        data={"destination_id": ident("where to"), "total": count("how many")},
        is_public=False,
    ),
    FactType(
        "replay.ended",
        "A replay is through, or was stopped.",
        data={"replayed": count("how many went out again"), "state": choice("how it ended", "done", "stopped")},
        is_public=False,
    ),
    FactType("endpoint.added", "A webhook was set up.", is_public=False),
    FactType(
        "endpoint.changed", "A webhook was set up differently.", data={"fields": names("what changed")}, is_public=False
    ),
    FactType(
        "endpoint.proof_asked", "Somebody asked for the event that proves an endpoint to be theirs.", is_public=False
    ),
    FactType("endpoint.test_asked", "Somebody asked for a test event.", is_public=False),
    FactType(
        "endpoint.proved",
        "An endpoint answered the event that proves it; what happens is told to it from now on.",
        is_public=False,
    ),
    FactType(
        "endpoint.failing",
        "Nothing has reached an endpoint for a day.",
        data={"destination_id": ident("where deliveries to it wait"), "since": instant("the first try that failed")},
        is_public=False,
    ),
    FactType(
        "endpoint.disabled",
        "Nothing is sent to an endpoint any more, until somebody resumes it.",
        data={"destination_id": ident("where deliveries to it wait"), "because": choice("why", "failing", "gone")},
        is_public=False,
    ),
    FactType("endpoint.removed", "A webhook was taken away.", is_public=False),
    FactType(
        "mailtext.changed",
        "The organisation has other words for a mail.",
        data={"message": name("which mail"), "language": name("in which language")},
        is_public=False,
    ),
    FactType(
        "mailswitch.changed",
        "A mail that need not be sent was switched on or off.",
        data={"message": name("which mail"), "is_on": flag("whether it is sent from now on")},
        is_public=False,
    ),
    FactType(
        "mailpreference.changed",
        "Somebody said whether they want a mail that need not be sent.",
        data={"message": name("which mail"), "is_wanted": flag("whether they do")},
        is_public=False,
    ),
    FactType(
        "mailtest.asked",
        "A manager wants to see a mail as it arrives.",
        data={
            "message": name("which mail"),
            "language": name("in which language"),
            "member_id": ident("who gets it"),
        },
        is_public=False,
    ),
    FactType(
        "mailtrouble.noted",
        "An address does not take our mail.",
        data={"kind": choice("what came back", "bounced", "complained")},
        is_public=False,
    ),
    FactType("mailtrouble.cleared", "Mail may go to an address again.", is_public=False),
    FactType("member.joined", "A user became a member.", data={"role": choice("role given", *ROLES)}),
    FactType("person.changed", "What is said of a person changed.", data={"fields": names("what changed")}),
    FactType(
        "person.erased",
        "What was known of a person was overwritten.",
        data={
            "cancelled": count("how many bookings ahead were cancelled"),
            "kept": count("how many stay, without the person"),
        },
    ),
    FactType("resource.added", "Something new can be booked."),
    FactType("resource.changed", "What is said of a resource changed.", data={"fields": names("what changed")}),
    FactType("resource.archived", "A resource was put away; it cannot be booked any more."),
    FactType("resource.restored", "An archived resource can be booked again."),
    FactType("feature.added", "The organisation has a new word for what its resources have."),
    FactType("feature.changed", "What is said of a feature changed.", data={"fields": names("what changed")}),
    FactType("feature.archived", "A feature was put away; what resources say of it is kept, but not shown."),
    FactType("feature.restored", "An archived feature is shown again."),
    FactType(
        "rule.saved",
        "Rules were said for the organisation, a kind or one resource, from a day on.",
        data={
            "scope": choice("for whom", "organisation", "kind", "resource"),
            "valid_from": day("from when on"),
        },
    ),
    FactType("closure.made", "A resource, a kind or the organisation is closed for a time."),
    FactType("closure.changed", "A closure got another time or name."),
    FactType("closure.lifted", "A closure holds no more."),
    FactType("qualification.added", "A new word for something people are shown before they may book."),
    FactType(
        "qualification.changed", "What is said of a qualification changed.", data={"fields": names("what changed")}
    ),
    FactType("qualification.archived", "A qualification was put away; nobody is given it any more."),
    FactType("qualification.restored", "An archived qualification can be given again."),
    FactType(
        "grant.given",
        "A person was given a qualification.",
        data={"qualification_id": ident("which"), "person_id": ident("to whom")},
    ),
    FactType("grant.revoked", "A qualification was taken back from a person."),
    FactType("assignment.made", "A person works in a space from a day on.", data={"person_id": ident("who")}),
    FactType("assignment.changed", "The days of an assignment changed."),
    FactType(
        "booking.held",
        "A slot is kept for somebody while they decide.",
        data={"expires_at": instant("when it runs out")},
    ),
    FactType("booking.requested", "A booking waits for a decision by staff."),
    FactType("booking.confirmed", "A booking is certain."),
    FactType(
        "booking.changed",
        "Time, place or details of a booking changed.",
        data={"before": snapshot("what changed, as it was; of texts and people only that they changed")},
    ),
    FactType("booking.declined", "Staff decided against a request.", data={"reason": text("why")}),
    FactType(
        "booking.messaged",
        "Staff wrote to the person a booking is for.",
        data={"message_id": ident("the message; its text is read from the booking's messages")},
    ),
    FactType(
        "booking.cancelled",
        "A booking was withdrawn.",
        data={"reason": text("why, may be empty"), "late": flag("whether it was too late for the rules")},
    ),
    FactType(
        "booking.restored",
        "That a booking was cancelled or declined was taken back at once.",
        data={"status": choice("what it is again", "hold", "pending", "confirmed")},
    ),
    FactType("booking.expired", "A hold ran out before it was confirmed."),
    FactType(
        "invariants.verified",
        "Somebody looked at everything of the organisation, and it adds up. The subject is the verdict.",
        data={"rows": count("how many rows were looked at")},
        is_public=False,
    ),
    FactType(
        "invariants.violated",
        "Somebody looked at everything of the organisation, and something does not add up.",
        data={
            "rows": count("how many rows were looked at"),
            "violations": counts("how many rows break which invariant"),
            "is_news": flag("whether the verdict before said otherwise"),
        },
        is_public=False,
    ),
    FactType(
        "booking.expiring",
        "Time that was kept for a while is kept only a little longer.",
        data={"expires_at": instant("when it runs out")},
    ),
    FactType("booking.prolonged", "A hold was given more time.", data={"expires_at": instant("when it runs out")}),
    FactType("booking.reminder_due", "A booking begins soon.", data={"starts_at": instant("when")}),
    FactType("booking.checked_in", "Somebody said that they are here."),
    FactType(
        "booking.missed",
        "Nobody checked in; the rest of the time is free.",
        data={"ends_at": instant("when it was to end")},
    ),
    FactType(
        "booking.given_back", "The rest of a booking's time is free.", data={"ends_at": instant("when it was to end")}
    ),
    FactType(
        "booking.outcome_set",
        "Staff said whether somebody came.",
        data={
            "outcome": choice("what they said", *OUTCOMES),
            "before": choice("what was said until then", *OUTCOMES),
        },
    ),
    FactType(
        "booking.transferred",
        "A booking is for somebody else now.",
        data={
            "person_id": ident("whose it is", may_be_null=True),
            "before": ident("whose it was", may_be_null=True),
        },
    ),
    FactType("waitlist.joined", "Somebody waits for time that is taken.", data={"person_id": ident("who")}),
    FactType(
        "waitlist.changed",
        "What somebody waits for changed; the place did not.",
        data={"fields": names("what changed")},
    ),
    FactType(
        "waitlist.offered",
        "Time became free and is kept for who waits, for a while.",
        data={"booking_id": ident("the hold that keeps it"), "expires_at": instant("until when")},
    ),
    FactType("waitlist.taken", "An offer was taken.", data={"booking_id": ident("what became of the hold")}),
    FactType(
        "waitlist.passed",
        "An offer was passed on, or ran out; who waits keeps the place.",
        data={"booking_id": ident("the hold it was"), "outcome": choice("how", "passed", "run_out")},
    ),
    FactType("waitlist.withdrawn", "Somebody waits no more.", data={"reason": text("why, may be empty")}),
    FactType("waitlist.expired", "What somebody waited for went by."),
    FactType("import.started", "A calendar from elsewhere is being taken over."),
    FactType(
        "import.finished",
        "A calendar from elsewhere was taken over.",
        data={"counts": counts("how many bookings were made, changed, cancelled, and how many wait for a decision")},
    ),
    FactType("busyfeed.connected", "A person's own calendar makes them busy here.", is_public=False),
    FactType("busyfeed.paused", "A person's calendar could not be read five times in a row.", is_public=False),
    FactType("busyfeed.resumed", "A paused calendar is read again.", is_public=False),
    FactType(
        "busyfeed.disconnected", "A person's calendar, and all that was known from it, was taken away.", is_public=False
    ),
    FactType(
        "calendarfeed.made",
        "There is a new address at which calendar programs read bookings.",
        data={"kind": choice("of what", "person", "resource", "organisation", "programme")},
        is_public=False,
    ),
    FactType(
        "calendarfeed.renewed",
        "A calendar address was replaced by another one; the old one works no longer.",
        is_public=False,
    ),
    FactType("calendarfeed.ended", "A calendar address was taken away.", is_public=False),
    FactType(
        "series.made",
        "A booking was made that repeats; each of its dates has facts of its own.",
        data={"booked": count("how many dates are booked"), "skipped": count("how many could not be had")},
    ),
    FactType(
        "series.changed",
        "Dates of a series changed.",
        data={
            "from": wall_time("the first of them"),
            "changed": count("how many bookings changed"),
            "booked": count("how many were booked anew"),
            "skipped": count("how many could not be had"),
            "cancelled": count("how many bookings were given up"),
        },
    ),
    FactType(
        "series.split",
        "The later dates of a series went on as a series of their own.",
        data={"into_id": ident("the new series"), "from": wall_time("its first date")},
    ),
    FactType(
        "series.ended",
        "A series was ended, or ends earlier.",
        data={
            "from": wall_time("the first date without it"),
            "cancelled": count("how many bookings were withdrawn"),
        },
    ),
    FactType(
        "series.filled",
        "Dates that could not be had when the series was made are booked by now.",
        data={"booked": count("how many"), "skipped": count("how many still cannot be had")},
    ),
)

CATALOGUE: Mapping[str, FactType] = {fact.name: fact for fact in _TYPES}
