"""Who may pass which door: every method of every address, and what each caller is answered.

A new address needs its line here: the walk fails without. `{…}` in a body or
query stands for an id of the house (`world.build`).
"""

from tests.isolation.table.managers import MANAGERS
from tests.isolation.table.members import MEMBERS
from tests.isolation.table.operations import OPERATIONS
from tests.isolation.table.public import PUBLIC
from tests.isolation.table.shape import Door
from tests.isolation.table.staff import STAFF

__all__ = ["DOORS", "Door"]

PARTS = (PUBLIC, MEMBERS, STAFF, MANAGERS, OPERATIONS)
DOORS: dict[str, Door] = {address: door for part in PARTS for address, door in part.items()}
if len(DOORS) < sum(map(len, PARTS)):
    raise AssertionError("The same address stands in two parts of the table: one line would hide the other.")
