from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    """Older workers go on with `claim_facts` and leases; these are respected here."""

    dependencies = [
        ("outbox", "0006_replays"),
    ]

    operations = [
        # Going back leaves the functions: they serve the older code as well.
        migrations.RunSQL((SQL / "handing_out.sql").read_text(), migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "claims.sql").read_text(), migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "leases.sql").read_text(), migrations.RunSQL.noop),
        # A claim changes nothing that is indexed: with room left in its page it costs no index entries.
        migrations.RunSQL("ALTER TABLE outbox_delivery SET (fillfactor = 80)", migrations.RunSQL.noop),
    ]
