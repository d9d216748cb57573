"""Every mail the house sends: when, to whom, whether it must be sent, in which words unless the organisation has own.

Words are templates: `{title}` is replaced by the booking's title. Nothing else is done with them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from infra24.notifications.policies import Message


class Readers(StrEnum):
    PERSON = "person"
    STAFF = "staff"
    ADMINS = "admins"
    INVITED = "invited"


AUDIENCES: Final[Mapping[Readers, Promise]] = {
    Readers.PERSON: _("To whom a booking is for"),
    Readers.STAFF: _("To staff"),
    Readers.ADMINS: _("To admins"),
    Readers.INVITED: _("To those who are invited"),
}

PLACEHOLDERS: Final[Mapping[str, Promise]] = {
    "person": _("Whose booking it is"),
    "title": _("What the booking is called"),
    "when": _("Day and time, with the zone"),
    "where": _("What is booked, and where that is"),
    "organisation": _("Your organisation's name"),
    "kept": _("Says whether the time is kept meanwhile; empty if not"),
    "reason": _("The reason that was given, or a friendly sentence if there was none"),
    "until": _("Until when it is kept"),
    "how": _("Says how to answer: on a page, or by writing to you"),
    "rest": _("Says whether dates of the series still stand"),
    "text": _("What staff wrote"),
    "member": _("Who invites"),
    "day": _("The day the mail is about"),
    "summary": _("How much is on, and how much waits"),
    "destination": _("The connection that needs somebody"),
    "what": _("How many things do not add up"),
}
"""What each stands for, as the page for texts explains it."""

_BOOKING = ("person", "title", "when", "where", "organisation")
_SERIES = ("person", "title", "where", "organisation")


@dataclass(frozen=True)
class MessageType:
    """One kind of mail.

    An essential one is always sent: somebody waits for it, or something is
    wrong. All others can be switched off by the organisation and
    unsubscribed from by whoever gets them.
    """

    name: Promise
    moment: Promise
    to: Readers
    subject: Promise
    headline: Promise
    lead: Promise
    placeholders: tuple[str, ...] = _BOOKING
    is_essential: bool = True
    has_calendar: bool = False
    """Whether a calendar file may come along."""


MESSAGES: Final[Mapping[Message, MessageType]] = {
    Message.REQUESTED: MessageType(
        _("Request received"),
        _("When somebody has asked for a time that staff decide on."),
        Readers.PERSON,
        _("Request received: {title}"),
        _("We received your request"),
        _("We will look at it and write to you. {kept}"),
        placeholders=(*_BOOKING, "kept"),
    ),
    Message.CONFIRMED: MessageType(
        _("Confirmation"),
        _("When a booking is certain at once."),
        Readers.PERSON,
        _("Confirmed: {title}"),
        _("Your booking is confirmed"),
        _("We look forward to seeing you."),
        has_calendar=True,
    ),
    Message.APPROVED: MessageType(
        _("Approval"),
        _("When staff grant a request."),
        Readers.PERSON,
        _("Approved: {title}"),
        _("Your request was approved"),
        _("It is certain now. We look forward to seeing you."),
        has_calendar=True,
    ),
    Message.DECLINED: MessageType(
        _("Refusal"),
        _("When staff decide against a request."),
        Readers.PERSON,
        _("Declined: {title}"),
        _("Your request was declined"),
        _("{reason}"),
        placeholders=(*_BOOKING, "reason"),
    ),
    Message.CHANGED: MessageType(
        _("Change"),
        _("When time, place or title of a booking change. Old and new stand beside each other."),
        Readers.PERSON,
        _("Changed: {title}"),
        _("Your booking has changed"),
        _("It now stands as below."),
        has_calendar=True,
    ),
    Message.CANCELLED: MessageType(
        _("Cancellation"),
        _("When a booking is withdrawn, by staff or by whose it was."),
        Readers.PERSON,
        _("Cancelled: {title}"),
        _("Your booking was cancelled"),
        _("{reason}"),
        placeholders=(*_BOOKING, "reason"),
        has_calendar=True,
    ),
    Message.TRANSFERRED: MessageType(
        _("Handing over"),
        _("When somebody is given a booking that was another's."),
        Readers.PERSON,
        _("Yours now: {title}"),
        _("A booking was handed over to you"),
        _("We look forward to seeing you."),
        has_calendar=True,
    ),
    Message.HANDED_OVER: MessageType(
        _("Given to somebody else"),
        _("When a booking is made another's, to whose it was until then."),
        Readers.PERSON,
        _("No longer yours: {title}"),
        _("Your booking was handed over"),
        _("It is somebody else's now, and there is nothing left for you to do. If that surprises you, write to us."),
        has_calendar=True,
    ),
    Message.REMINDER: MessageType(
        _("Reminder"),
        _("As long before a booking as its rules say."),
        Readers.PERSON,
        _("Soon: {title}"),
        _("Your booking begins soon"),
        _("If you cannot come after all, please cancel: others may be glad of the time."),
        is_essential=False,
    ),
    Message.HOLD_EXPIRING: MessageType(
        _("Time kept runs out"),
        _("A quarter of an hour before a time kept for somebody goes to others, if it was kept for half an hour."),
        Readers.PERSON,
        _("Kept until {until}: {title}"),
        _("We keep this for you only a little longer"),
        _("Until {until} it is yours to take. After that others can have it."),
        placeholders=(*_BOOKING, "until"),
        is_essential=False,
    ),
    Message.WAITLIST_OFFER: MessageType(
        _("Offer from the waitlist"),
        _("When something becomes free that somebody waits for."),
        Readers.PERSON,
        _("Free for you: {title}"),
        _("What you wait for is free"),
        _("We keep it for you until {until}. {how}"),
        placeholders=(*_BOOKING, "until", "how"),
    ),
    Message.SERIES_REQUESTED: MessageType(
        _("Series requested"),
        _("When a series was asked for whose dates staff decide on."),
        Readers.PERSON,
        _("Request received: {title}"),
        _("We received your request"),
        _("We will look at it and write to you about each date."),
        placeholders=_SERIES,
    ),
    Message.SERIES_BOOKED: MessageType(
        _("Series booked"),
        _("When a series is booked: one mail for all its dates."),
        Readers.PERSON,
        _("Confirmed: {title}"),
        _("Your series is booked"),
        _("We look forward to seeing you."),
        placeholders=_SERIES,
    ),
    Message.SERIES_CHANGED: MessageType(
        _("Series changed"),
        _("When several dates of a series change at once."),
        Readers.PERSON,
        _("Changed: {title}"),
        _("Your series has changed"),
        _("It now stands as below."),
        placeholders=_SERIES,
    ),
    Message.SERIES_ENDED: MessageType(
        _("Series cancelled"),
        _("When several dates of a series are withdrawn at once."),
        Readers.PERSON,
        _("Cancelled: {title}"),
        _("Dates of your series were cancelled"),
        _("{rest}"),
        placeholders=(*_SERIES, "rest"),
    ),
    Message.STAFF_MESSAGE: MessageType(
        _("Staff's own message"),
        _("When staff write to those whose bookings they chose."),
        Readers.PERSON,
        _("About your booking: {title}"),
        _("A message about your booking"),
        _("{text}"),
        placeholders=(*_BOOKING, "text"),
    ),
    Message.INVITATION: MessageType(
        _("Invitation"),
        _("When somebody is invited to become a member."),
        Readers.INVITED,
        _("Your invitation to {organisation}"),
        _("Join {organisation}"),
        _("{member} invites you to join {organisation} on Infra24. The link works for two weeks."),
        placeholders=("organisation", "member"),
    ),
    Message.NEW_REQUEST: MessageType(
        _("New request"),
        _("When somebody asks for a time that staff decide on."),
        Readers.STAFF,
        _("New request: {title}"),
        _("{person} asks for a time"),
        _("Whoever asked waits for your answer, and is told of it at once."),
        is_essential=False,
    ),
    Message.NO_SHOW: MessageType(
        _("Nobody came"),
        _("When nobody checked in, where the rules ask for this notice."),
        Readers.STAFF,
        _("Nobody came: {title}"),
        _("Nobody checked in"),
        _("The rest of the time is free again. If somebody came after all, say so on the booking's page."),
        is_essential=False,
    ),
    Message.DIGEST: MessageType(
        _("The day ahead"),
        _("At seven in the morning, if anything is on, waits for a decision, or did not arrive."),
        Readers.STAFF,
        _("Today at {organisation}: {summary}"),
        _("{day}"),
        _("{summary}"),
        placeholders=("organisation", "day", "summary"),
        is_essential=False,
    ),
    Message.DESTINATION_PAUSED: MessageType(
        _("A connection broke"),
        _("When a connection no longer lets us in. Everything for it is kept."),
        Readers.ADMINS,
        _("{destination} needs you"),
        _("Nothing reaches {destination} at the moment"),
        _("What should go there is kept and will be sent, in order, once the connection works again."),
        placeholders=("organisation", "destination"),
    ),
    Message.WEBHOOK_FAILING: MessageType(
        _("A webhook fails"),
        _("When nothing has reached a webhook for a day."),
        Readers.ADMINS,
        _("The webhook “{destination}” needs you"),
        _("Nothing has reached “{destination}” for a day"),
        _("We go on trying. After five days without a success the webhook is ended; what waits is kept."),
        placeholders=("organisation", "destination"),
    ),
    Message.WEBHOOK_ENDED: MessageType(
        _("A webhook was ended"),
        _("When a webhook has failed for five days, or its receiver says that it is gone."),
        Readers.ADMINS,
        _("The webhook “{destination}” was ended"),
        _("Nothing is sent to “{destination}” any more"),
        _(
            "What happens is kept for thirty days. Mend the receiver, then resume the webhook: what waits is sent"
            " in order."
        ),
        placeholders=("organisation", "destination"),
    ),
    Message.INTEGRITY: MessageType(
        _("Something does not add up"),
        _("When the look at night finds bookings, times and rooms that do not agree."),
        Readers.ADMINS,
        _("Something in {organisation} does not add up"),
        _("{what}"),
        _(
            "Every night Infra24 looks whether bookings, times and rooms agree with each other. Last night something"
            " did not. The page says what it is, and which bookings to look at."
        ),
        placeholders=("organisation", "what"),
    ),
}
