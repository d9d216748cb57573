"""The table of what is always so. `docs/design/invariants.md` tells why; tests break each line and see it named."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise

from infra24.invariants.table.bookings import BOOKINGS
from infra24.invariants.table.claims import CLAIMS
from infra24.invariants.table.history import HISTORY
from infra24.invariants.table.information import INFORMATION
from infra24.invariants.table.references import NAME, SENTENCE, references
from infra24.invariants.table.shape import OVERDUE, Invariant

__all__ = ["INFORMATION", "INVARIANTS", "OVERDUE", "SENTENCES", "Invariant", "references"]

INVARIANTS: Final = (*CLAIMS, *BOOKINGS, *HISTORY)
"""All but the references, of which the database says how many there are."""

SENTENCES: Final[Mapping[str, str | Promise]] = {
    **{one.name: one.sentence for one in (*INVARIANTS, *INFORMATION)},
    NAME: SENTENCE,
}
"""What is wrong, by the name of what is broken."""
