from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0004_find_newest_audit"),
        ("core", "0002_unlogged_rates"),
    ]

    operations = [
        migrations.RunSQL((SQL / "bearer.sql").read_text(), "DROP FUNCTION admit_bearer"),
    ]
