"""Addresses of the pages about what can be booked."""

from django.urls import path

from infra24.facilities.views import changing_resources, features, pictures, resources, tables

RESOURCES = "o/<slug:org>/admin/resources"
ONE = f"{RESOURCES}/<uuid:resource_id>"
FEATURES = "o/<slug:org>/admin/features"

urlpatterns = [
    path(RESOURCES, resources.resources, name="resources"),
    path(f"{RESOURCES}/new", changing_resources.new_resource, name="resource_new"),
    path(f"{RESOURCES}/import", tables.import_resources_page, name="resources_import"),
    path(f"{RESOURCES}/export.csv", tables.export_resources, name="resources_export"),
    path(ONE, resources.resource, name="resource"),
    path(f"{ONE}/edit", changing_resources.edit_resource, name="resource_edit"),
    path(f"{ONE}/archive", changing_resources.archive_resource, name="resource_archive"),
    path(f"{ONE}/restore", changing_resources.restore_resource, name="resource_restore"),
    path(f"{ONE}/photo", pictures.resource_photo, name="resource_photo"),
    path(FEATURES, features.features, name="features"),
    path(f"{FEATURES}/<uuid:feature_id>", features.feature, name="feature"),
    path(f"{FEATURES}/<uuid:feature_id>/archive", features.archive_feature, name="feature_archive"),
    path("o/<slug:org>/media/<slug:picture>.jpg", pictures.media, name="media"),
]
