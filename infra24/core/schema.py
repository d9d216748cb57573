"""Migration operations for tables that belong to an organisation.

Django writes the columns; these write what Django cannot say: the policy that
hides rows of other organisations, and keys of two columns that cannot point
into one.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class _TableOperation(Operation, ABC):
    """An operation on one model's table; changes the database, not Django's state."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, model: str) -> None:
        self.model = model

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        del app_label, state

    @abstractmethod
    def forwards_sql(self, table: type[models.Model], state: ProjectState) -> Sequence[str]: ...

    @abstractmethod
    def backwards_sql(self, table: type[models.Model], state: ProjectState) -> Sequence[str]: ...

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        del from_state
        for sql in self.forwards_sql(to_state.apps.get_model(app_label, self.model), to_state):
            schema_editor.execute(sql)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        del to_state
        for sql in self.backwards_sql(from_state.apps.get_model(app_label, self.model), from_state):
            schema_editor.execute(sql)


class TenantTable(_TableOperation):
    """Wall a table: row-level security by organisation, and the key others refer to.

    `current_setting` without its second argument raises where no organisation
    is set: an empty answer would read as "everything is free". Not FORCEd: the
    owner migrates, validates foreign keys and verifies across organisations.
    """

    def forwards_sql(self, table: type[models.Model], state: ProjectState) -> Sequence[str]:
        del state
        name, key = table._meta.db_table, _key(table)
        return (
            f"ALTER TABLE {name} ADD CONSTRAINT {name}_org_row UNIQUE (org_id, {key})",
            f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
            f"""CREATE POLICY of_organisation ON {name}
                USING (org_id = current_setting('infra24.org_id')::uuid)
                WITH CHECK (org_id = current_setting('infra24.org_id')::uuid)""",
        )

    def backwards_sql(self, table: type[models.Model], state: ProjectState) -> Sequence[str]:
        del state
        name = table._meta.db_table
        return (
            f"DROP POLICY of_organisation ON {name}",
            f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {name} DROP CONSTRAINT {name}_org_row",
        )

    def describe(self) -> str:
        return f"Wall {self.model} by organisation"


class TenantKey(_TableOperation):
    """A foreign key of two columns, (org_id, field), that cannot leave the organisation.

    The model declares `ForeignKey(db_constraint=False)`; this adds the
    constraint, named `<table>_<column>_in_org` and not deferrable.
    """

    def __init__(self, model: str, field: str) -> None:
        super().__init__(model)
        self.field = field

    def forwards_sql(self, table: type[models.Model], state: ProjectState) -> Sequence[str]:
        del state
        field = table._meta.get_field(self.field)
        assert isinstance(field, models.ForeignKey)
        name, column = table._meta.db_table, field.column
        target = field.related_model._meta.db_table
        return (
            f"""ALTER TABLE {name} ADD CONSTRAINT {name}_{column}_in_org
                FOREIGN KEY (org_id, {column})
                REFERENCES {target} (org_id, {_key(field.related_model)}) NOT DEFERRABLE""",
        )

    def backwards_sql(self, table: type[models.Model], state: ProjectState) -> Sequence[str]:
        del state
        field = table._meta.get_field(self.field)
        assert isinstance(field, models.ForeignKey)
        name = table._meta.db_table
        return (f"ALTER TABLE {name} DROP CONSTRAINT {name}_{field.column}_in_org",)

    def describe(self) -> str:
        return f"Keep {self.model}.{self.field} inside its organisation"


class OrganisationKey(_TableOperation):
    """Makes `org_id` refer to the organisation itself."""

    def forwards_sql(self, table: type[models.Model], state: ProjectState) -> Sequence[str]:
        target = state.apps.get_model("orgs", "Organisation")._meta.db_table
        name = table._meta.db_table
        return (f"ALTER TABLE {name} ADD CONSTRAINT {name}_org_exists FOREIGN KEY (org_id) REFERENCES {target} (id)",)

    def backwards_sql(self, table: type[models.Model], state: ProjectState) -> Sequence[str]:
        del state
        name = table._meta.db_table
        return (f"ALTER TABLE {name} DROP CONSTRAINT {name}_org_exists",)

    def describe(self) -> str:
        return f"Let {self.model} belong to an organisation that exists"


def _key(table: type[models.Model]) -> str:
    key = table._meta.pk
    assert key is not None
    return str(key.column)
