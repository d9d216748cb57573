"""When something can be had: the pure engine. No Django, no clock, no database.

Two entry points: `free` answers fast and without reasons, for feeds and
search; `explain` gives every reason against one window of one resource.
"""

from infra24.resources.policies.freedom import LONGEST_BUFFER, bookable_window, free, is_shared, slots, taken
from infra24.resources.policies.hours import Span, merged, openings, without
from infra24.resources.policies.reasons import explain, taken_reasons
from infra24.resources.policies.rules import (
    DAYS,
    DEFAULTS,
    Bookable,
    Claim,
    Effective,
    Provenance,
    RuleRow,
    Rules,
    effective,
    zone_of,
)

__all__ = [
    "DAYS",
    "DEFAULTS",
    "LONGEST_BUFFER",
    "Bookable",
    "Claim",
    "Effective",
    "Provenance",
    "RuleRow",
    "Rules",
    "Span",
    "bookable_window",
    "effective",
    "explain",
    "free",
    "is_shared",
    "merged",
    "openings",
    "slots",
    "taken",
    "taken_reasons",
    "without",
    "zone_of",
]
