"""Closures in words."""

from datetime import date, datetime, time

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from infra24.core.templatetags.house import short_day
from infra24.facilities.closures import last_day
from infra24.resources.models import Closure

register = template.Library()


@register.filter
def closed_when(closure: Closure) -> str:
    """`Thu, Dec 24 – Sat, Dec 26`; clock times where it is not whole days; `every year, December 24 – January 1`."""
    words = f"{_begin(closure)} – {_end(closure)}"
    if _is_one_day(closure):
        clocks = "" if _is_whole(closure) else f", {_clock(closure.wall_from)} – {_clock(closure.wall_until)}"
        words = f"{_day(closure, closure.wall_from.date())}{clocks}"
    return _("every year, %(days)s") % {"days": words} if closure.is_yearly else words


@register.filter
def closed_place(closure: Closure) -> str:
    """What it closes: a resource by name, all of a kind, or the whole house."""
    if closure.resource is not None:
        return closure.resource.name
    if closure.kind:
        return _("All of the kind %(kind)s") % {"kind": closure.get_kind_display()}
    return _("The whole house")


def _begin(closure: Closure) -> str:
    day = _day(closure, closure.wall_from.date())
    return day if _is_whole(closure) else f"{day}, {_clock(closure.wall_from)}"


def _end(closure: Closure) -> str:
    if _is_whole(closure):
        return _day(closure, last_day(closure.wall_until))
    return f"{_day(closure, closure.wall_until.date())}, {_clock(closure.wall_until)}"


def _day(closure: Closure, day: date) -> str:
    # Of what comes back each year, neither the year nor the day of the week is true for long.
    return date_format(day, "MONTH_DAY_FORMAT") if closure.is_yearly else short_day(day, today=timezone.localdate())


def _is_whole(closure: Closure) -> bool:
    return closure.wall_from.time() == closure.wall_until.time() == time()


def _is_one_day(closure: Closure) -> bool:
    return closure.wall_from.date() == last_day(closure.wall_until)


def _clock(wall: datetime) -> str:
    return date_format(wall, "TIME_FORMAT")
