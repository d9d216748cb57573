"""The few tags that pages share: addresses, times, badges, pages of a list, questions before harm."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

register = template.Library()


@register.simple_tag(takes_context=True)
def page(context: Mapping[str, Any], name: str, **arguments: Any) -> str:
    """The address of a page of the organisation in the context: `{% page "booking" booking_id=booking.pk %}`."""
    return reverse(name, kwargs={"org": context["organisation"].slug, **arguments})


@register.simple_tag(takes_context=True)
def when(context: Mapping[str, Any], starts_at: datetime, ends_at: datetime | None = None) -> SafeString:
    """An instant or a span in the organisation's zone; site.js names the zone for readers elsewhere.

    `Mon, Nov 23, 10 a.m. – noon`; the year only when it is not this one, the second day only when it is another.
    """
    zone = zone_of(context)
    first = starts_at.astimezone(zone)
    words = f"{short_day(first.date(), today=timezone.localdate(timezone=zone))}, {clock(first)}"
    if ends_at is not None:
        last = ends_at.astimezone(zone)
        # Half-open: what ends at midnight belongs to the day before.
        same_day = (last - timedelta(microseconds=1)).date() == first.date()
        ending = clock(last) if same_day else f"{short_day(last.date(), today=first.date())}, {clock(last)}"
        words = f"{words} – {ending}"
    return format_html('<time datetime="{}" data-zone="{}">{}</time>', starts_at.isoformat(), zone.key, words)


@register.simple_tag(takes_context=True)
def hours(
    context: Mapping[str, Any], starts_at: datetime, ends_at: datetime | None = None, on: date | None = None
) -> SafeString:
    """Clock times alone, where day and zone are said once for the list: `10 a.m. – noon`.

    With `on`, what lies before or after that day is said without a clock: `until 3 a.m.`, `from 6 p.m.`, `all day`.
    """
    zone = zone_of(context)
    first, last = starts_at.astimezone(zone), (ends_at or starts_at).astimezone(zone)
    begins_before = on is not None and first.date() < on
    # Half-open: what ends at midnight does not reach the next day.
    goes_on = on is not None and (last - timedelta(microseconds=1)).date() > on
    if on is not None and _fills(first, last, on):
        words = _("all day")
    elif begins_before:
        words = _("until %(clock)s") % {"clock": clock(last)}
    elif goes_on:
        words = _("from %(clock)s") % {"clock": clock(first)}
    elif ends_at is None:
        words = clock(first)
    else:
        words = f"{clock(first)} – {clock(last)}"
    return format_html('<time datetime="{}">{}</time>', starts_at.isoformat(), words)


def _fills(first: datetime, last: datetime, day: date) -> bool:
    zone = first.tzinfo
    return first <= datetime.combine(day, time(), zone) and last >= datetime.combine(
        day + timedelta(days=1), time(), zone
    )


@register.simple_tag(takes_context=True)
def wall(context: Mapping[str, Any], at: datetime) -> datetime:
    """What a clock in the organisation's zone shows, as a naive value for the `date` filter."""
    return at.astimezone(zone_of(context)).replace(tzinfo=None)


@register.filter
def long_day(day: date) -> str:
    """`Monday, November 23`, in the reader's language."""
    return date_format(day, pgettext("date format: a day in full", "l, F j"))


@register.filter
def zone_name(zone: str) -> str:
    """`America/New_York` as people say it: `New York time`."""
    return _("%(place)s time") % {"place": zone.rpartition("/")[2].replace("_", " ")}


@register.filter
def initials(who: object) -> str:
    """The first letters of the first and last name: `AW`."""
    words = str(who).split()
    return "".join(word[0] for word in words[:1] + words[1:][-1:]).upper()


@register.simple_tag
def badge(state: str, label: str = "") -> SafeString:
    """A state: its mark comes with the class, its word is `label`."""
    return format_html('<span class="badge {}">{}</span>', state.replace("_", "-"), label or state)


@register.inclusion_tag("core/pagination.html", takes_context=True)
def pagination(context: Mapping[str, Any], pages: Any) -> dict[str, Any]:
    """Links to the pages of a list: `pages` is a `core.paging.Page`, its cursor is in the query as `cursor`."""
    return {"pages": pages, "request": context["request"]}


@register.inclusion_tag("core/breadcrumbs.html")
def breadcrumbs(*pairs: str) -> dict[str, Any]:
    """The way back: address, name, address, name, …; the page itself is not among them."""
    return {"trail": list(zip(pairs[::2], pairs[1::2], strict=True))}


@register.inclusion_tag("core/action.html", takes_context=True)
def action(context: Mapping[str, Any], label: str, url: str, **options: Any) -> dict[str, Any]:
    """One button that changes something, as a form of its own.

    Options: `tone` (class of the button), `confirm` (a question asked first, in
    a native popover that needs no script), `name` and `value` of the button,
    `about` (of which of several, said to who cannot see beside what it stands).
    """
    return {"label": label, "url": url, "csrf_token": context.get("csrf_token", ""), **options}


def zone_of(context: Mapping[str, Any]) -> ZoneInfo:
    organisation = context.get("organisation")
    return ZoneInfo(organisation.time_zone if organisation else "UTC")


def short_day(day: date, *, today: date) -> str:
    """`Mon, Nov 23`, with the year when it is not today's."""
    if day.year == today.year:
        return date_format(day, pgettext("date format: a day of this year", "D, M j"))
    return date_format(day, pgettext("date format: a day of another year", "D, M j, Y"))


def clock(at: datetime) -> str:
    return date_format(at, "TIME_FORMAT")
