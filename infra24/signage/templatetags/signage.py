"""For paper and screens by doors: QR codes, and times as one says them standing there."""

from collections.abc import Mapping
from datetime import datetime, time
from functools import lru_cache
from typing import Any

import segno
from django import template
from django.utils.formats import date_format, get_format, time_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import pgettext

from infra24.core.templatetags.house import clock, zone_of

register = template.Library()


@register.simple_tag
def qr(address: str, label: str) -> SafeString:
    """The address as a QR code, black on white whatever the page is; `label` says where it leads."""
    return format_html('<span class="qr" role="img" aria-label="{}">{}</span>', label, mark_safe(_svg(address)))  # noqa: S308


@register.simple_tag(takes_context=True)
def until(context: Mapping[str, Any], at: datetime, now: datetime) -> str:
    """A clock time to come, with its weekday when that is another: `2 p.m.`, `Sat 9 a.m.`."""
    zone = zone_of(context)
    local = at.astimezone(zone)
    if local.date() == now.astimezone(zone).date():
        return pgettext("a door, after until or at", "%(clock)s") % {"clock": clock(local)}
    day = date_format(local, pgettext("date format: a weekday, short", "D"))
    return pgettext("a door, after until or at", "%(day)s %(clock)s") % {"day": day, "clock": clock(local)}


@register.simple_tag(takes_context=True)
def clock_face(context: Mapping[str, Any], at: datetime) -> str:
    """What a clock on the wall says, in the manner of the times beside it: `7:05 p.m.`, or `19:05`.

    With its minutes at the full hour too, since it goes on.
    """
    return date_format(at.astimezone(zone_of(context)), "g:i a" if _has_halves() else "H:i")


@register.simple_tag
def halves_of_day() -> str:
    """The words for before and after noon, for the script that moves the clock on; empty where it goes to 24."""
    return "|".join(time_format(half, "a") for half in (time(9), time(21))) if _has_halves() else ""


def _has_halves() -> bool:
    return bool(get_format("TIME_FORMAT") == "P")


@lru_cache(maxsize=1024)
def _svg(address: str) -> str:
    """Attributes alone, no style: the page's policy allows none. A smudged corner does no harm at level M."""
    code = segno.make(address, error="m", micro=False)
    drawn: str = code.svg_inline(omitsize=True, border=0, svgclass=None, lineclass=None)
    return drawn.replace("<svg ", '<svg aria-hidden="true" ', 1)
