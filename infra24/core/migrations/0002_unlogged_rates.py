from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.RunSQL("ALTER TABLE core_ratebucket SET UNLOGGED", "ALTER TABLE core_ratebucket SET LOGGED"),
    ]
