"""The mail staff get in the morning: what is on today, what waits for a decision, what did not arrive.

The night sets the morning's timer; the timer records a fact; the mail goes out to the fact, so that a mail server
that is slow holds up no clock.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from infra24.bookings.models import Booking, Status
from infra24.bookings.policies import LONGEST
from infra24.bookings.queries import with_legs
from infra24.core.templatetags.house import clock, long_day
from infra24.facts import services as facts
from infra24.facts.models import Fact
from infra24.notifications.composing import Action, Detail, Section
from infra24.notifications.drafting import Letter
from infra24.notifications.policies import Message
from infra24.notifications.queries import is_sent
from infra24.notifications.services.staff import page_of_house, tell_members
from infra24.notifications.wording import place_names, span_of
from infra24.orgs.models import Organisation
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Delivery
from infra24.outbox.reactions import Job
from infra24.outbox.services import set_timer

TIMER = "notifications.begin_morning"
"""Name of `begin_morning` in the table of subscriptions."""
MORNING = time(7)
"""By the clock on the organisation's wall."""
NOON = 12
"""Hour on the same clock from which the mail would come too late to be of use."""
MOST_LISTED = 40
"""Rows of a section. A house with more reads them on its pages."""


def plan_morning(job: Job) -> str:
    """Handler of a night: set the timer of the morning after it, where the organisation wants the mail."""
    with acting_for(job.org_id):
        if not is_sent(job.org_id, Message.DIGEST):
            return _("Not wanted: the organisation has switched this mail off.")
        if Delivery.objects.filter(org_id=job.org_id, fact_id=job.fact_id, handler=TIMER).exists():
            return _("The morning's mail is set already.")
        zone = ZoneInfo(job.organisation.time_zone)
        day = date.fromisoformat(job.data["on"])
        if job.now >= datetime.combine(day, time(NOON), zone):
            return _("Nothing to tell: the morning is over.")
        # A night that came late, for no worker ran, has its morning at once.
        due_at = max(datetime.combine(day, MORNING, zone), job.now)
        set_timer(org_id=job.org_id, fact_id=job.fact_id, handler=TIMER, subject_id=job.org_id, due_at=due_at)
    return _("The morning's mail is set.")


def begin_morning(job: Job) -> str:
    """Handler of the timer: record that the morning came, once a day. A day that is over needs no look ahead."""
    wall = job.now.astimezone(ZoneInfo(job.organisation.time_zone))
    if wall.hour >= NOON:
        return _("Nothing to tell: the morning is over.")
    today = wall.date()
    with acting_for(job.org_id):
        # The organisation's row is the lock: a timer that fires twice begins one morning.
        Organisation.objects.select_for_update(no_key=True).get(pk=job.org_id)
        came = Fact.objects.filter(
            org_id=job.org_id, subject_id=job.org_id, type="organisation.morning_came", data__on=today.isoformat()
        )
        if came.exists():
            return _("This morning had begun already.")
        facts.record(
            job.org_id,
            "organisation.morning_came",
            now=job.now,
            source="clock",
            organisation_id=job.org_id,
            on=today.isoformat(),
        )
    return _("The morning of %(date)s began.") % {"date": today}


def send_digest(job: Job) -> str:
    """Handler: mail staff the day ahead, once each; nobody on a day on which there is nothing to say."""
    zone = ZoneInfo(job.organisation.time_zone)
    day = date.fromisoformat(job.data["on"])
    if job.now.astimezone(zone).date() > day:
        return _("Nothing to tell: the day is over.")
    with acting_for(job.org_id):
        begins, ends = (datetime.combine(day + timedelta(days=more), time(), zone) for more in (0, 1))
        bookings = with_legs(Booking.objects.filter(org_id=job.org_id)).order_by("starts_at", "id")
        # Bookings have a longest length, so that reads know how far to look back.
        today = list(
            bookings.filter(
                status=Status.CONFIRMED, starts_at__gt=begins - LONGEST, starts_at__lt=ends, ends_at__gt=begins
            )
        )
        waiting = list(bookings.filter(status=Status.PENDING, starts_at__gt=job.now - LONGEST, ends_at__gt=job.now))
        failed = Delivery.objects.filter(org_id=job.org_id, status=Delivery.Status.DEAD).count()
    if not (today or waiting or failed):
        return _("Nothing to tell: nothing is on, nothing waits.")
    return tell_members(job, lambda: letter(job.organisation, day, today=today, waiting=waiting, failed=failed))


def letter(
    organisation: Organisation, day: date, *, today: list[Booking], waiting: list[Booking], failed: int
) -> Letter:
    """The day ahead, in the active language."""
    sections = [
        Section(_("Today"), _rows(today, ZoneInfo(organisation.time_zone))),
        Section(
            _("Waiting for a decision"),
            [Detail(str(one.person or "–"), f"{one.title}\n{span_of(one)}") for one in waiting[:MOST_LISTED]],
        ),
    ]
    if failed:
        text = ngettext("%(n)s delivery did not arrive", "%(n)s deliveries did not arrive", failed) % {"n": failed}
        where = page_of_house(organisation, "outbox")
        sections.append(Section(_("Needs a look"), [Detail(_("Outbox"), text, url=where)]))
    values = {"day": long_day(day), "summary": summary(len(today), len(waiting))}
    page = "bookings" if waiting else "calendar"
    action = Action(_("See what waits") if waiting else _("Open the calendar"), page_of_house(organisation, page))
    return Letter(Message.DIGEST, values, sections=[section for section in sections if section.rows], action=action)


def summary(today: int, waiting: int) -> str:
    """`3 bookings, 1 request waits`."""
    parts = [ngettext("%(n)s booking", "%(n)s bookings", today) % {"n": today}]
    if waiting:
        parts.append(ngettext("%(n)s request waits", "%(n)s requests wait", waiting) % {"n": waiting})
    return ", ".join(parts)


def _rows(bookings: list[Booking], zone: ZoneInfo) -> list[Detail]:
    rows = [
        Detail(
            f"{clock(one.starts_at.astimezone(zone))} – {clock(one.ends_at.astimezone(zone))}",
            " · ".join(filter(None, [one.title, place_names(one.visible_legs), str(one.person or "")])),
        )
        for one in bookings[:MOST_LISTED]
    ]
    if more := len(bookings) - len(rows):
        rows.append(Detail("…", ngettext("and %(n)s more", "and %(n)s more", more) % {"n": more}))
    return rows
