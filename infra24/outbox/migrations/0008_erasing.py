from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0007_handing_out"),
    ]

    operations = [
        migrations.RunSQL((SQL / "erasing.sql").read_text(), "DROP FUNCTION blank_exchanges"),
    ]
