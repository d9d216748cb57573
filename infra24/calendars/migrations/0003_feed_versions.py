from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("calendars", "0002_feeds"),
    ]

    operations = [
        migrations.AddField(
            model_name="calendarfeed",
            name="version",
            field=models.PositiveIntegerField(db_default=1, default=1),
        ),
    ]
