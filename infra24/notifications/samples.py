"""Made-up contents for looking at a mail before it is sent to anybody: a kiln, a printmaker, the day after tomorrow."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from infra24.calendars.links import CalendarLink, web_forms
from infra24.core.templatetags.house import clock, long_day
from infra24.notifications.composing import Action, Detail, Section
from infra24.notifications.drafting import Letter
from infra24.notifications.messages import MESSAGES, Readers
from infra24.notifications.policies import Message
from infra24.notifications.wording import moment_of, span_between
from infra24.orgs.models import Organisation

PERSON = "Ana Ruiz"
_ACTIONS = {
    Message.REMINDER: gettext_lazy("I cannot come"),
    Message.HOLD_EXPIRING: gettext_lazy("Take it or pass it on"),
    Message.WAITLIST_OFFER: gettext_lazy("Take it or pass it on"),
    Message.INVITATION: gettext_lazy("Look at the invitation"),
    Message.NEW_REQUEST: gettext_lazy("Look at the booking"),
    Message.NO_SHOW: gettext_lazy("Look at the booking"),
    Message.DIGEST: gettext_lazy("Open the calendar"),
    Message.DESTINATION_PAUSED: gettext_lazy("Look at it"),
    Message.WEBHOOK_FAILING: gettext_lazy("Look at the webhook"),
    Message.WEBHOOK_ENDED: gettext_lazy("Look at the webhook"),
    Message.INTEGRITY: gettext_lazy("See what it is"),
}
_SERIES = frozenset({Message.SERIES_REQUESTED, Message.SERIES_BOOKED, Message.SERIES_CHANGED, Message.SERIES_ENDED})

_ADDABLE = frozenset({Message.CONFIRMED, Message.APPROVED, Message.CHANGED, Message.TRANSFERRED, Message.REMINDER})


def sample(message: Message, organisation: Organisation, *, now: datetime) -> Letter:
    """A letter of this kind with made-up contents, in the active language. Its links lead to the house's front page."""
    values = _values(organisation, now)
    home = f"{settings.BASE_URL}/o/{organisation.slug}/"
    return Letter(
        message,
        {name: values[name] for name in MESSAGES[message].placeholders if name in values},
        _details(message, organisation, values, now),
        _sections(message, organisation, values, now),
        Action(str(_ACTIONS[message]), home) if message in _ACTIONS else None,
        _calendars(organisation, values, now) if message in _ADDABLE else (),
    )


def _noon(organisation: Organisation, now: datetime, *, days: int) -> datetime:
    zone = ZoneInfo(organisation.time_zone)
    return datetime.combine(now.astimezone(zone).date() + timedelta(days=days), time(12), zone)


def _values(organisation: Organisation, now: datetime) -> dict[str, str]:
    noon = _noon(organisation, now, days=2)
    return {
        "person": PERSON,
        "title": _("Glaze firing"),
        "when": span_between(noon, noon + timedelta(hours=3), organisation.time_zone),
        "where": _("Kiln 2, ground floor"),
        "organisation": organisation.name,
        "kept": _("The time is kept for you meanwhile."),
        "reason": _("The kiln is being repaired that week."),
        "until": moment_of(noon - timedelta(days=1), organisation.time_zone),
        "how": _("Take it, or pass it on: that costs you no place."),
        "rest": _("The dates below still stand."),
        "text": _("Please bring your own gloves, and come a quarter of an hour early."),
        "member": "Alma Weiss",
        "day": long_day(now.astimezone(ZoneInfo(organisation.time_zone)).date()),
        "summary": ngettext("%(n)s booking", "%(n)s bookings", 2) % {"n": 2},
        "destination": "Bloomerang",
        "what": ngettext("%(count)d thing does not add up", "%(count)d things do not add up", 2) % {"count": 2},
    }


def _calendars(organisation: Organisation, values: Mapping[str, str], now: datetime) -> list[CalendarLink]:
    noon, zone = _noon(organisation, now, days=2), organisation.time_zone
    return web_forms(values["title"], noon, noon + timedelta(hours=3), zone=zone, where=values["where"])


def _details(message: Message, organisation: Organisation, values: Mapping[str, str], now: datetime) -> list[Detail]:
    if message in {Message.INVITATION, Message.DIGEST, Message.INTEGRITY}:
        return []
    if message == Message.DESTINATION_PAUSED:
        return [Detail(_("Why"), _("The key was refused."))]
    if message == Message.WEBHOOK_ENDED:
        return [Detail(_("Why"), _("The receiver says that it is gone for good."))]
    if message == Message.WEBHOOK_FAILING:
        return [Detail(_("Since"), moment_of(now - timedelta(days=1), organisation.time_zone))]
    noon, three = _noon(organisation, now, days=2), timedelta(hours=3)
    if message in _SERIES:
        return [Detail(_("What"), values["title"]), Detail(_("Where"), values["where"])]
    was = ""
    if message == Message.CHANGED:
        day_before = noon - timedelta(days=1)
        was = span_between(day_before, day_before + three, organisation.time_zone)
    rows = [
        Detail(_("What"), values["title"]),
        Detail(_("When"), values["when"], was),
        Detail(_("Where"), values["where"]),
    ]
    if message in {Message.HOLD_EXPIRING, Message.WAITLIST_OFFER}:
        rows.append(Detail(_("Kept until"), values["until"]))
    if MESSAGES[message].to == Readers.STAFF:
        rows.append(Detail(_("Booked for"), PERSON))
    return rows


def _sections(message: Message, organisation: Organisation, values: Mapping[str, str], now: datetime) -> list[Section]:
    if message == Message.DIGEST:
        return _day_ahead(values, f"{settings.BASE_URL}/o/{organisation.slug}/", now)
    if message not in _SERIES:
        return []
    starts = [_noon(organisation, now, days=2 + 7 * week) for week in range(3)]
    spans = [span_between(at, at + timedelta(hours=3), organisation.time_zone) for at in starts]
    return [Section(_("Dates"), [Detail(f"{number}.", text) for number, text in enumerate(spans, start=1)])]


def _day_ahead(values: Mapping[str, str], home: str, now: datetime) -> list[Section]:
    at = [now.replace(hour=hour, minute=0) for hour in (10, 12, 14)]
    failed = ngettext("%(n)s delivery did not arrive", "%(n)s deliveries did not arrive", 1) % {"n": 1}
    return [
        Section(
            _("Today"),
            [
                Detail(f"{clock(at[0])} – {clock(at[1])}", f"{values['title']} · {PERSON}"),
                Detail(f"{clock(at[1])} – {clock(at[2])}", f"{_('Printmaking')} · Bo Lindqvist"),
            ],
        ),
        Section(_("Waiting for a decision"), [Detail("Cy Okafor", f"{_('Open studio')}\n{values['when']}")]),
        Section(_("Needs a look"), [Detail(_("Outbox"), failed, url=home)]),
    ]
