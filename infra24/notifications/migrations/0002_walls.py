from django.db import migrations

from infra24.core.schema import OrganisationKey, TenantKey, TenantTable


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial"), ("facts", "0002_walls"), ("orgs", "0002_walls")]

    operations = [
        TenantTable("SentMail"),
        OrganisationKey("SentMail"),
        TenantKey("SentMail", "fact"),
    ]
