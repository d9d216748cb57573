from django.db import migrations

from infra24.core.schema import OrganisationKey, TenantTable


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial"), ("orgs", "0002_walls")]

    operations = [
        TenantTable("Person"),
        OrganisationKey("Person"),
    ]
