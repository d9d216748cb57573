"""Zones as calendar files name them: by an IANA name, by Microsoft's, or by rules of their own (VTIMEZONE)."""

import re
from collections.abc import Mapping
from datetime import datetime, tzinfo
from io import StringIO
from zoneinfo import ZoneInfo

from dateutil.tz import tzical
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from infra24.core.days import zone_names

LONGEST_ZONE = 20_000
"""Characters of the rules of one zone."""
_OWN_FREQUENCY = re.compile(r"FREQ=(?!YEARLY)", re.IGNORECASE)
_NAME = re.compile(r"(?:^|/)([A-Za-z_]+/(?:[A-Za-z_]+/)?[A-Za-z0-9_+\-]+)$")


class Zones:
    """What the names of zones in one file mean. Each is found once."""

    def __init__(self, rules: Mapping[str, str]) -> None:
        """`rules` holds the file's VTIMEZONE blocks by their TZID."""
        self._rules = rules
        self._known: dict[str, tzinfo | None] = {}

    def of(self, name: str) -> tzinfo | None:
        """None for a zone nobody has heard of."""
        if name not in self._known:
            self._known[name] = self._find(name)
        return self._known[name]

    def _find(self, name: str) -> tzinfo | None:
        known = iana_name(name)
        if known:
            return ZoneInfo(known)
        return _own(self._rules.get(name, ""))


def iana_name(name: str) -> str:
    """The IANA name behind `America/New_York`, `/vendor.example/2010/America/New_York` or `Eastern Standard Time`."""
    name = name.strip().strip('"')
    candidates = [name, WINDOWS_TO_OLSON.get(name, "")]
    if found := _NAME.search(name):
        candidates.append(found[1])
    return next((each for each in candidates if each in zone_names()), "")


def _own(block: str) -> tzinfo | None:
    """A zone by its own rules. Those that would take long to read are not read: clocks change once or twice a year."""
    if not block or len(block) > LONGEST_ZONE or _OWN_FREQUENCY.search(block):
        return None
    try:
        zone = tzical(StringIO(block)).get()
        # The rules are read when they are first needed.
        if zone is not None:
            datetime(2027, 1, 1, tzinfo=zone).utcoffset()
    except (ValueError, KeyError, TypeError, OverflowError, AttributeError):
        return None
    return zone


def name_of(zone: tzinfo | None) -> str:
    """The IANA name; empty for a zone by its own rules."""
    return zone.key if isinstance(zone, ZoneInfo) and zone.key in zone_names() else ""
