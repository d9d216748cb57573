"""When something can be had: the pure engine. No Django, no clock, no database.

Two entry points: `free` answers fast and without reasons, for feeds and
search, and `slots` the same on the grid; `explain` gives every reason against
one window of one resource.
"""

from infra24.resources.policies.approval import needs_approval
from infra24.resources.policies.bookable import STAFF, Asker, Bookable, Claim, Closure, Need, Use, day_at, zone_of
from infra24.resources.policies.document import (
    DAYS,
    LONGEST_DOCUMENT,
    ApprovalWhen,
    DatedHours,
    Quota,
    Rules,
    Season,
    all_spans,
    off_grid_faults,
)
from infra24.resources.policies.features import FeatureWish, feature_reason, parse_wish
from infra24.resources.policies.freedom import (
    LONGEST_BUFFER,
    ONE,
    Size,
    fits,
    free,
    horizon_end,
    is_shared,
    slots,
    taken,
)
from infra24.resources.policies.hours import (
    Span,
    closed_spans,
    first_instant,
    merged,
    open_spans,
    openings,
    without,
)
from infra24.resources.policies.quotas import bound_until, reach_of, used_up
from infra24.resources.policies.reasons import access_reasons, explain, hours_reasons, taken_reasons
from infra24.resources.policies.rules import (
    DEFAULTS,
    VALUES,
    DayHours,
    Effective,
    Provenance,
    RuleRow,
    effective,
    holding,
)
from infra24.resources.policies.seeking import (
    EVERY_DAY,
    WHOLE_DAY,
    Hindrance,
    Sought,
    days_named,
    first_times,
    hindrances,
    hours_between,
    wanted_stretches,
)

__all__ = [
    "DAYS",
    "DEFAULTS",
    "EVERY_DAY",
    "LONGEST_BUFFER",
    "LONGEST_DOCUMENT",
    "ONE",
    "STAFF",
    "VALUES",
    "WHOLE_DAY",
    "ApprovalWhen",
    "Asker",
    "Bookable",
    "Claim",
    "Closure",
    "DatedHours",
    "DayHours",
    "Effective",
    "FeatureWish",
    "Hindrance",
    "Need",
    "Provenance",
    "Quota",
    "RuleRow",
    "Rules",
    "Season",
    "Size",
    "Sought",
    "Span",
    "Use",
    "access_reasons",
    "all_spans",
    "bound_until",
    "closed_spans",
    "day_at",
    "days_named",
    "effective",
    "explain",
    "feature_reason",
    "first_instant",
    "first_times",
    "fits",
    "free",
    "hindrances",
    "holding",
    "horizon_end",
    "hours_between",
    "hours_reasons",
    "is_shared",
    "merged",
    "needs_approval",
    "off_grid_faults",
    "open_spans",
    "openings",
    "parse_wish",
    "reach_of",
    "slots",
    "taken",
    "taken_reasons",
    "used_up",
    "wanted_stretches",
    "without",
    "zone_of",
]
