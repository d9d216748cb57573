"""What somebody waits for, in the reader's language."""

from collections.abc import Mapping
from datetime import timedelta

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from infra24.core.days import wall_of
from infra24.core.templatetags.house import short_day
from infra24.core.translating import length
from infra24.core.wording import clock_of
from infra24.resources.models import Feature, ResourceKind
from infra24.resources.policies import WHOLE_DAY, parse_wish
from infra24.waitlist.models import Entry


def feature_words(wish: str, vocabulary: Mapping[str, Feature]) -> str:
    """`Highest temperature ≥ 1200 °C` for `max_temperature>=1200`; a word that was put away as it stands."""
    asked = parse_wish(wish)
    feature = vocabulary.get(asked.key)
    if feature is None:
        return wish
    sign = {">=": "≥", "<=": "≤"}.get(asked.sign, asked.sign)
    return " ".join(filter(None, [feature.name, sign, asked.value, feature.unit if asked.value else ""]))


def place_words(entry: Entry, vocabulary: Mapping[str, Feature]) -> str:
    """`Kiln 2`, or `Any space: projector`."""
    if entry.resource is not None:
        return str(entry.resource)
    kind = _("Any: %(kind)s") % {"kind": ResourceKind(entry.kind).label}
    return ", ".join([kind, *(feature_words(wish, vocabulary) for wish in entry.features)])


def window_words(entry: Entry, zone: str) -> str:
    """`2 hours, Mon, Dec 1 – Sun, Dec 14, Monday, Tuesday, 18:00 – 22:00`."""
    first = wall_of(entry.since, zone).date()
    last = wall_of(entry.until - timedelta.resolution, zone).date()
    days = (
        short_day(first, today=first)
        if first == last
        else f"{short_day(first, today=first)} – {short_day(last, today=first)}"
    )
    parts = [length(entry.length), days]
    if len(entry.days) < len(WEEKDAYS):
        parts.append(", ".join(str(WEEKDAYS[day]) for day in entry.days))
    if (entry.opens_minute, entry.closes_minute) != WHOLE_DAY:
        parts.append(f"{clock_of(entry.opens_minute)} – {clock_of(entry.closes_minute)}")
    return ", ".join(parts)


def size_words(entry: Entry) -> str:
    """`2 of it, for 12 people`; empty for one of it and one person."""
    parts = []
    if entry.units > 1:
        parts.append(_("%(count)d of it") % {"count": entry.units})
    if entry.party_size > 1:
        parts.append(
            ngettext("for %(count)d person", "for %(count)d people", entry.party_size) % {"count": entry.party_size}
        )
    return ", ".join(parts)
