"""Every reference leads to a row that is there, in the same organisation.

PostgreSQL keeps them by keys of two columns. The keys it has are read from its
catalogue, and those it should have from the models: one that was dropped is
looked at too.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from django.apps import apps
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from infra24.invariants.table.shape import Invariant
from infra24.orgs.models import Organisation

NAME: Final = "reference_astray"
SENTENCE: Final = _("It refers to something that is not there, or is another organisation's.")


class Reference(NamedTuple):
    """A column that holds an id of another table, and the names of both tables' ids."""

    table: str
    key: str
    column: str
    target: str
    target_key: str


UNKEPT: Final = (Reference("orgs_auditentry", "id", "member_id", "orgs_member", "id"),)
"""References that no key keeps: who acted is written down even where keys would cost."""

# conkey and confkey are columns by number, in the order of the key; the organisation is the first or the second.
_KEYS = """
    SELECT c.conrelid::regclass::text, own.attname, child.attname, c.confrelid::regclass::text, parent.attname
      FROM pg_constraint c
     CROSS JOIN LATERAL unnest(c.conkey, c.confkey) AS pair (number, target)
      JOIN pg_attribute child ON child.attrelid = c.conrelid AND child.attnum = pair.number
       AND child.attname <> 'org_id'
      JOIN pg_attribute parent ON parent.attrelid = c.confrelid AND parent.attnum = pair.target
      JOIN pg_index i ON i.indrelid = c.conrelid AND i.indisprimary
      JOIN pg_attribute own ON own.attrelid = c.conrelid AND own.attnum = i.indkey[0]
     WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace AND cardinality(c.conkey) = 2
"""


def references() -> list[Invariant]:
    """One line for each reference, all of one name. Reads the catalogue."""
    with connection.cursor() as cursor:
        cursor.execute(_KEYS)
        kept = {Reference(*row) for row in cursor.fetchall()}
    found = sorted({*kept, *_declared(), *UNKEPT})
    return [Invariant(NAME, one.table, SENTENCE, _sql(one)) for one in found]


def _declared() -> Iterator[Reference]:
    for model in apps.get_models():
        fields = {field.name for field in model._meta.concrete_fields}
        if "org_id" not in fields:
            continue
        table, key = model._meta.db_table, _key_of(model)
        # An organisation is its own `org_id`.
        yield Reference(table, key, "org_id", Organisation._meta.db_table, "id")
        for field in model._meta.concrete_fields:
            target = field.related_model
            if isinstance(field, models.ForeignKey) and isinstance(target, type) and _is_walled(target):
                yield Reference(table, key, field.column, target._meta.db_table, _key_of(target))


def _is_walled(model: type[models.Model]) -> bool:
    return any(field.name == "org_id" for field in model._meta.concrete_fields)


def _key_of(model: type[models.Model]) -> str:
    key = model._meta.pk
    assert key is not None
    return str(key.column)


def _sql(one: Reference) -> str:
    """Names come from the catalogue and the models, never from outside."""
    booking = "c.booking_id" if one.table == "bookings_leg" else "c.id" if one.table == "bookings_booking" else "NULL"
    own = "" if one.column == "org_id" else "p.org_id = c.org_id AND"
    return f"""
    SELECT c.org_id, c."{one.key}", {booking}::uuid FROM {one.table} c
     WHERE c."{one.column}" IS NOT NULL
       AND NOT EXISTS (SELECT FROM {one.target} p WHERE {own} p."{one.target_key}" = c."{one.column}")
    """  # noqa: S608
