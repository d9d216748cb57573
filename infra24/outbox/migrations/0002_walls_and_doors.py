from pathlib import Path

from django.db import migrations

from infra24.core.schema import OrganisationKey, TenantKey, TenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0001_initial"),
        ("facts", "0002_walls"),
        ("orgs", "0002_walls"),
        ("core", "0002_unlogged_rates"),
        ("sessions", "0001_initial"),
    ]

    operations = [
        TenantTable("Destination"),
        TenantTable("Delivery"),
        TenantTable("Attempt"),
        OrganisationKey("Destination"),
        OrganisationKey("Delivery"),
        OrganisationKey("Attempt"),
        TenantKey("Delivery", "fact"),
        TenantKey("Delivery", "destination"),
        TenantKey("Attempt", "delivery"),
        migrations.RunSQL(
            (Path(__file__).parents[1] / "sql" / "doors.sql").read_text(),
            """DROP FUNCTION organisation_of_key, admit_token, organisations_of_user, claim_facts, claim_deliveries,
               delivery_backlog, purge_technical""",
        ),
    ]
