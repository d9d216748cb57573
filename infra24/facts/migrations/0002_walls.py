from django.db import migrations

from infra24.core.schema import TenantKey, TenantTable


class Migration(migrations.Migration):
    dependencies = [("facts", "0001_initial")]

    operations = [
        TenantTable("Fact"),
        TenantTable("FactPending"),
        TenantKey("FactPending", "fact"),
    ]
