"""Addresses of the pages about what can be booked, and when."""

from django.urls import path

from infra24.facilities.views import (
    assignments,
    changing_resources,
    closures,
    features,
    grants,
    pictures,
    qualifications,
    resources,
    rules,
    rules_editing,
    tables,
)

ADMIN = "o/<slug:org>/admin"
RESOURCE = f"{ADMIN}/resources/<uuid:resource_id>"
FEATURE = f"{ADMIN}/features/<uuid:feature_id>"
CLOSURE = f"{ADMIN}/closures/<uuid:closure_id>"
QUALIFICATION = f"{ADMIN}/qualifications/<uuid:qualification_id>"
GRANT = f"{ADMIN}/grants/<uuid:grant_id>"
ASSIGNMENT = f"{ADMIN}/studios/<uuid:assignment_id>"

urlpatterns = [
    path(f"{ADMIN}/resources", resources.resources, name="resources"),
    path(f"{ADMIN}/resources/new", changing_resources.new_resource, name="resource_new"),
    path(f"{ADMIN}/resources/import", tables.import_resources_page, name="resources_import"),
    path(f"{ADMIN}/resources/export.csv", tables.export_resources, name="resources_export"),
    path(RESOURCE, resources.resource, name="resource"),
    path(f"{RESOURCE}/edit", changing_resources.edit_resource, name="resource_edit"),
    path(f"{RESOURCE}/archive", changing_resources.archive_resource, name="resource_archive"),
    path(f"{RESOURCE}/restore", changing_resources.restore_resource, name="resource_restore"),
    path(f"{RESOURCE}/photo", pictures.resource_photo, name="resource_photo"),
    path("o/<slug:org>/media/<slug:picture>.jpg", pictures.media, name="media"),
    path(f"{ADMIN}/features", features.features, name="features"),
    path(FEATURE, features.feature, name="feature"),
    path(f"{FEATURE}/archive", features.archive_feature, name="feature_archive"),
    path(f"{ADMIN}/rules", rules.rules, name="rules"),
    path(f"{ADMIN}/rules/<slug:scope>/edit", rules_editing.edit_rules, name="rules_edit"),
    path(f"{RESOURCE}/rules", rules.resource_rules, name="resource_rules"),
    path(f"{RESOURCE}/rules/edit", rules_editing.edit_resource_rules, name="resource_rules_edit"),
    path(f"{ADMIN}/closures", closures.closures, name="closures"),
    path(f"{ADMIN}/closures/new", closures.new_closure, name="closure_new"),
    path(CLOSURE, closures.closure, name="closure"),
    path(f"{CLOSURE}/lift", closures.lift_closure, name="closure_lift"),
    path(f"{ADMIN}/qualifications", qualifications.qualifications, name="qualifications"),
    path(f"{ADMIN}/qualifications/new", qualifications.new_qualification, name="qualification_new"),
    path(QUALIFICATION, qualifications.qualification, name="qualification"),
    path(f"{QUALIFICATION}/edit", qualifications.edit_qualification, name="qualification_edit"),
    path(f"{QUALIFICATION}/archive", qualifications.archive_qualification, name="qualification_archive"),
    path(f"{GRANT}/renew", grants.renew_grant, name="grant_renew"),
    path(f"{GRANT}/revoke", grants.revoke_grant, name="grant_revoke"),
    path(f"{ADMIN}/studios", assignments.studios, name="studios"),
    path(f"{ADMIN}/studios/new", assignments.new_assignment, name="assignment_new"),
    path(ASSIGNMENT, assignments.assignment, name="assignment"),
    path(f"{ASSIGNMENT}/end", assignments.end_assignment, name="assignment_end"),
]
