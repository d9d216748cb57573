"""One thing done to many bookings at once."""

from infra24.bookings.services.bulk.running import KEPT_FOR, change_many, preview_many
from infra24.bookings.services.bulk.wishes import (
    MOST,
    Action,
    BulkResult,
    BulkWish,
    Item,
    OnConflict,
    Outcome,
    Pick,
    State,
)

__all__ = [
    "KEPT_FOR",
    "MOST",
    "Action",
    "BulkResult",
    "BulkWish",
    "Item",
    "OnConflict",
    "Outcome",
    "Pick",
    "State",
    "change_many",
    "preview_many",
]
