"""An end can be taken back within a minute. Code that never does so is bound as before."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("bookings", "0009_ledger_keeps_bookings")]

    operations = [
        # Going back leaves it: older code never says that it takes an end back.
        migrations.RunSQL((SQL / "restoring.sql").read_text(), migrations.RunSQL.noop),
    ]
