from django.db import migrations, models
from django.db.models import Value


class Migration(migrations.Migration):
    dependencies = [
        ("resources", "0005_a_place_is_whole"),
    ]

    operations = [
        migrations.AddField(
            model_name="resource",
            name="group",
            field=models.CharField(
                blank=True,
                db_column="group_name",
                db_default=Value(""),
                default="",
                max_length=80,
                verbose_name="group",
            ),
        ),
    ]
