from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("webhooks", "0001_initial"),
        ("outbox", "0007_handing_out"),
    ]

    operations = [
        # Going back leaves the function: the older code does not call it.
        migrations.RunSQL((Path(__file__).parents[1] / "sql" / "leases.sql").read_text(), migrations.RunSQL.noop),
    ]
