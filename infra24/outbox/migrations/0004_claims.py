from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0003_pacing"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                fields=["settled_at"],
                name="delivery_settled",
                condition=models.Q(status__in=["delivered", "superseded", "cancelled"]),
            ),
        ),
        # Going back leaves the functions: they serve the older code as well.
        migrations.RunSQL((SQL / "claims.sql").read_text(), "DROP FUNCTION destination_figures()"),
        migrations.RunSQL((SQL / "retention.sql").read_text(), migrations.RunSQL.noop),
    ]
