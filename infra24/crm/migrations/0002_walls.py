from django.db import migrations

from infra24.core.schema import OrganisationKey, TenantKey, TenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0001_initial"),
        ("bookings", "0002_walls_and_rules"),
        ("outbox", "0002_walls_and_doors"),
    ]

    operations = [
        TenantTable("CrmConnection"),
        TenantTable("CrmLink"),
        TenantTable("CrmActivity"),
        OrganisationKey("CrmConnection"),
        OrganisationKey("CrmLink"),
        OrganisationKey("CrmActivity"),
        TenantKey("CrmConnection", "destination"),
        TenantKey("CrmLink", "connection"),
        TenantKey("CrmLink", "person"),
        TenantKey("CrmActivity", "connection"),
        TenantKey("CrmActivity", "booking"),
        TenantKey("CrmActivity", "person"),
    ]
