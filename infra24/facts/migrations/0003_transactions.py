from django.db import migrations

import infra24.core.fields
import infra24.facts.models


class Migration(migrations.Migration):
    dependencies = [("facts", "0002_walls")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                # In two steps: a column that comes with a default computed for each row rewrites the table.
                # What was told before stays null, which is older than every question.
                migrations.RunSQL(
                    [
                        "ALTER TABLE facts_fact ADD COLUMN xid xid8",
                        "ALTER TABLE facts_fact ALTER COLUMN xid SET DEFAULT pg_current_xact_id()",
                    ],
                    "ALTER TABLE facts_fact DROP COLUMN xid",
                )
            ],
            state_operations=[
                migrations.AddField(
                    model_name="fact",
                    name="xid",
                    field=infra24.core.fields.TransactionIdField(
                        db_default=infra24.facts.models.CurrentTransaction(),
                        editable=False,
                        null=True,
                    ),
                )
            ],
        ),
    ]
