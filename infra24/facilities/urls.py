"""Addresses of the pages about what can be booked."""

from django.urls import path

from infra24.facilities.views import resources, rules, rules_editing

urlpatterns = [
    path("o/<slug:org>/admin/resources", resources.resources, name="resources"),
    path("o/<slug:org>/admin/resources/<uuid:resource_id>", resources.resource, name="resource"),
    path("o/<slug:org>/admin/resources/<uuid:resource_id>/rules", rules.resource_rules, name="resource_rules"),
    path(
        "o/<slug:org>/admin/resources/<uuid:resource_id>/rules/edit",
        rules_editing.edit_resource_rules,
        name="resource_rules_edit",
    ),
    path("o/<slug:org>/admin/rules", rules.rules, name="rules"),
    path("o/<slug:org>/admin/rules/<slug:scope>/edit", rules_editing.edit_rules, name="rules_edit"),
]
