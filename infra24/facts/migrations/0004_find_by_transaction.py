from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # who records facts meanwhile does not wait for the index

    dependencies = [("facts", "0003_transactions")]

    operations = [
        AddIndexConcurrently(
            model_name="fact",
            index=models.Index(
                condition=models.Q(("xid__isnull", False)), fields=["org_id", "xid"], name="fact_of_transaction"
            ),
        ),
    ]
