"""Every kind of fact the house records. Nothing else may be recorded."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class FactType:
    """One kind of fact.

    `name` is `subject.past_tense`; the part before the dot is the kind of its
    subject, whose id is the argument `<subject>_id`. `data` names the further
    values a fact carries, each with its meaning.
    """

    name: str
    meaning: str
    version: int = 1
    data: Mapping[str, str] | None = None

    @property
    def subject_kind(self) -> str:
        return self.name.partition(".")[0]


_TYPES = (
    FactType("organisation.founded", "An organisation was set up on this installation."),
    FactType(
        "organisation.night_came",
        "A night began in the organisation's zone; sweeps may run.",
        data={"on": "local date"},
    ),
    FactType("invitation.sent", "Somebody was invited to become a member.", data={"key_id": "the invitation's key"}),
    FactType("destination.paused", "A connection broke; everything for it waits until it is mended."),
    FactType("destination.resumed", "A paused destination takes again what has waited for it."),
    FactType("member.joined", "A user became a member.", data={"role": "role given"}),
    FactType("resource.added", "Something new can be booked."),
    FactType("resource.changed", "What is said of a resource changed.", data={"fields": "names of what changed"}),
    FactType("resource.archived", "A resource was put away; it cannot be booked any more."),
    FactType("resource.restored", "An archived resource can be booked again."),
    FactType("feature.added", "The organisation has a new word for what its resources have."),
    FactType("feature.changed", "What is said of a feature changed.", data={"fields": "names of what changed"}),
    FactType("feature.archived", "A feature was put away; what resources say of it is kept, but not shown."),
    FactType("feature.restored", "An archived feature is shown again."),
    FactType(
        "rule.saved",
        "Rules were said for the organisation, a kind or one resource, from a day on.",
        data={"scope": "`organisation`, `kind` or `resource`", "valid_from": "local date"},
    ),
    FactType("closure.made", "A resource, a kind or the organisation is closed for a time."),
    FactType("closure.changed", "A closure got another time or name."),
    FactType("closure.lifted", "A closure holds no more."),
    FactType("qualification.added", "A new word for something people are shown before they may book."),
    FactType(
        "qualification.changed", "What is said of a qualification changed.", data={"fields": "names of what changed"}
    ),
    FactType("qualification.archived", "A qualification was put away; nobody is given it any more."),
    FactType("qualification.restored", "An archived qualification can be given again."),
    FactType(
        "grant.given",
        "A person was given a qualification.",
        data={"qualification_id": "which", "person_id": "to whom"},
    ),
    FactType("grant.revoked", "A qualification was taken back from a person."),
    FactType("assignment.made", "A person works in a space from a day on.", data={"person_id": "who"}),
    FactType("assignment.changed", "The days of an assignment changed."),
    FactType("booking.held", "A slot is kept for somebody while they decide.", data={"expires_at": "instant"}),
    FactType("booking.requested", "A booking waits for a decision by staff."),
    FactType("booking.confirmed", "A booking is certain."),
    FactType(
        "booking.changed", "Time, place or details of a booking changed.", data={"before": "what changed, as it was"}
    ),
    FactType("booking.declined", "Staff decided against a request.", data={"reason": "why"}),
    FactType(
        "booking.messaged",
        "Staff wrote to the person a booking is for.",
        data={"message_id": "the message; its text is read from the booking's messages"},
    ),
    FactType(
        "booking.cancelled",
        "A booking was withdrawn.",
        data={"reason": "why, may be empty", "late": "whether it was too late for the rules"},
    ),
    FactType("booking.expired", "A hold ran out before it was confirmed."),
    FactType(
        "invariants.verified",
        "Somebody looked at everything of the organisation, and it adds up. The subject is the verdict.",
        data={"rows": "how many rows were looked at"},
    ),
    FactType(
        "invariants.violated",
        "Somebody looked at everything of the organisation, and something does not add up.",
        data={
            "rows": "how many rows were looked at",
            "violations": "how many rows break which invariant",
            "is_news": "whether the verdict before said otherwise",
        },
    ),
    FactType("booking.prolonged", "A hold was given more time.", data={"expires_at": "instant"}),
    FactType("booking.reminder_due", "A booking begins soon.", data={"starts_at": "instant"}),
    FactType("booking.checked_in", "Somebody said that they are here."),
    FactType(
        "booking.missed",
        "Nobody checked in; the rest of the time is free.",
        data={"ends_at": "instant, as it was to end"},
    ),
    FactType(
        "booking.given_back", "The rest of a booking's time is free.", data={"ends_at": "instant, as it was to end"}
    ),
    FactType(
        "booking.outcome_set",
        "Staff said whether somebody came.",
        data={"outcome": "`attended`, `no_show` or empty", "before": "what was said until then"},
    ),
    FactType(
        "booking.transferred",
        "A booking is for somebody else now.",
        data={"person_id": "whose it is, may be null", "before": "whose it was, may be null"},
    ),
    FactType("waitlist.joined", "Somebody waits for time that is taken.", data={"person_id": "who"}),
    FactType(
        "waitlist.changed",
        "What somebody waits for changed; the place did not.",
        data={"fields": "names of what changed"},
    ),
    FactType(
        "waitlist.offered",
        "Time became free and is kept for who waits, for a while.",
        data={"booking_id": "the hold that keeps it", "expires_at": "instant"},
    ),
    FactType("waitlist.taken", "An offer was taken.", data={"booking_id": "what became of the hold"}),
    FactType(
        "waitlist.passed",
        "An offer was passed on, or ran out; who waits keeps the place.",
        data={"booking_id": "the hold it was", "outcome": "`passed` or `run_out`"},
    ),
    FactType("waitlist.withdrawn", "Somebody waits no more.", data={"reason": "why, may be empty"}),
    FactType("waitlist.expired", "What somebody waited for went by."),
    FactType("import.started", "A calendar from elsewhere is being taken over."),
    FactType(
        "import.finished",
        "A calendar from elsewhere was taken over.",
        data={"counts": "how many bookings were made, changed, cancelled, and how many wait for a decision"},
    ),
    FactType("busyfeed.connected", "A person's own calendar makes them busy here."),
    FactType("busyfeed.paused", "A person's calendar could not be read five times in a row."),
    FactType("busyfeed.resumed", "A paused calendar is read again."),
    FactType("busyfeed.disconnected", "A person's calendar, and all that was known from it, was taken away."),
    FactType(
        "series.made",
        "A booking was made that repeats; each of its dates has facts of its own.",
        data={"booked": "how many dates are booked", "skipped": "how many could not be had"},
    ),
    FactType(
        "series.changed",
        "Dates of a series changed.",
        data={
            "from": "the first of them, as a clock on the wall shows it",
            "changed": "how many bookings changed",
            "booked": "how many were booked anew",
            "skipped": "how many could not be had",
            "cancelled": "how many bookings were given up",
        },
    ),
    FactType(
        "series.split",
        "The later dates of a series went on as a series of their own.",
        data={"into_id": "the new series", "from": "its first date, as a clock on the wall shows it"},
    ),
    FactType(
        "series.ended",
        "A series was ended, or ends earlier.",
        data={
            "from": "the first date without it, as a clock on the wall shows it",
            "cancelled": "how many bookings were withdrawn",
        },
    ),
    FactType(
        "series.filled",
        "Dates that could not be had when the series was made are booked by now.",
        data={"booked": "how many", "skipped": "how many still cannot be had"},
    ),
)

CATALOGUE: Mapping[str, FactType] = {fact.name: fact for fact in _TYPES}
