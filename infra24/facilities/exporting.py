"""Resources as a table, ready to be changed and read back."""

from infra24.core.tables import write_table
from infra24.facilities.columns import cells_of, house_of
from infra24.orgs.models import Member


def resources_csv(viewer: Member) -> str:
    """Every live resource the viewer may see, by name. The same number of queries however many there are."""
    house = house_of(viewer)
    return write_table(house.columns, [cells_of(one, house) for one in house.live.values()])
