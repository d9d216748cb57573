"""What the tests of statements ask and tell."""

from uuid import UUID

from infra24.core.ids import new_id
from infra24.core.statements import Statement

ONE = Statement("SELECT 1")
ADD = Statement(
    "INSERT INTO people_person (id, org_id, name, sort_key, email, phone, locale, version, created_at) "
    "VALUES (%(id)s, %(org)s, %(name)s, %(name)s, '', '', '', 1, now())"
)
NAMES = Statement("SELECT name FROM people_person ORDER BY name")


def names() -> list[str]:
    return [name for (name,) in NAMES.rows()]


def add(house: UUID, name: str) -> None:
    ADD.tell(id=new_id(), org=house, name=name)
