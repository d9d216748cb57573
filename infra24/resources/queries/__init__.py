"""Reading resources: for people, starting from who is looking, and for the engine."""

from infra24.resources.queries.bookables import all_bookables, bookables, related_ids, rule_row
from infra24.resources.queries.visible import (
    audiences_for,
    audiences_of,
    features_said,
    own_grants,
    qualifications_held,
    resource_for,
    visible_resources,
)

__all__ = [
    "all_bookables",
    "audiences_for",
    "audiences_of",
    "bookables",
    "features_said",
    "own_grants",
    "qualifications_held",
    "related_ids",
    "resource_for",
    "rule_row",
    "visible_resources",
]
