from pathlib import Path

from django.db import migrations

from infra24.core.schema import OrganisationKey, TenantKey, TenantTable

TABLES = ("Closure", "Feature", "Qualification", "Grant", "ResourceNeed", "StudioAssignment")


class Migration(migrations.Migration):
    dependencies = [("resources", "0003_about_resources"), ("orgs", "0002_walls"), ("people", "0002_walls")]

    operations = [
        *[TenantTable(table) for table in TABLES],
        *[OrganisationKey(table) for table in TABLES],
        TenantKey("AvailabilityRule", "written_by"),
        TenantKey("Closure", "resource"),
        TenantKey("Closure", "made_by"),
        TenantKey("Grant", "qualification"),
        TenantKey("Grant", "person"),
        TenantKey("Grant", "granted_by"),
        TenantKey("ResourceNeed", "resource"),
        TenantKey("ResourceNeed", "qualification"),
        TenantKey("StudioAssignment", "person"),
        TenantKey("StudioAssignment", "resource"),
        migrations.RunSQL(
            (Path(__file__).parents[1] / "sql" / "tree.sql").read_text(),
            """DROP TRIGGER studioassignment_moves_on ON resources_studioassignment;
               DROP TRIGGER qualification_moves_on ON resources_qualification;
               DROP TRIGGER feature_moves_on ON resources_feature;
               DROP TRIGGER closure_moves_on ON resources_closure;
               DROP TRIGGER resource_moves_on ON resources_resource;
               DROP TRIGGER resource_shapes_wholes_on_change ON resources_resource;
               DROP TRIGGER resource_shapes_wholes_on_arrival ON resources_resource;
               DROP TRIGGER resource_stays_a_tree_on_change ON resources_resource;
               DROP TRIGGER resource_stays_a_tree_on_arrival ON resources_resource;
               DROP FUNCTION row_moves_on, resource_shapes_wholes, resource_stays_a_tree, resource_wholes""",
        ),
    ]
