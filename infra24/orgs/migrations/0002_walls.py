from django.db import migrations

from infra24.core.schema import OrganisationKey, TenantKey, TenantTable


class Migration(migrations.Migration):
    dependencies = [("orgs", "0001_initial")]

    operations = [
        TenantTable("Member"),
        TenantTable("Invitation"),
        TenantTable("Key"),
        TenantTable("AuditEntry"),
        TenantTable("RememberedAnswer"),
        OrganisationKey("Member"),
        OrganisationKey("Invitation"),
        OrganisationKey("Key"),
        OrganisationKey("AuditEntry"),
        OrganisationKey("RememberedAnswer"),
        TenantKey("Invitation", "invited_by"),
        TenantKey("Key", "member"),
    ]
