from django.db import migrations

from infra24.core.schema import OrganisationKey, TenantKey, TenantTable


class Migration(migrations.Migration):
    dependencies = [("resources", "0001_initial"), ("people", "0002_walls")]

    operations = [
        TenantTable("Resource"),
        TenantTable("AvailabilityRule"),
        OrganisationKey("Resource"),
        OrganisationKey("AvailabilityRule"),
        TenantKey("Resource", "part_of"),
        TenantKey("Resource", "person"),
        TenantKey("AvailabilityRule", "resource"),
    ]
