"""Addresses of the pages about what can be booked."""

from django.urls import path

from infra24.facilities.views import resources

urlpatterns = [
    path("o/<slug:org>/admin/resources", resources.resources, name="resources"),
    path("o/<slug:org>/admin/resources/<uuid:resource_id>", resources.resource, name="resource"),
]
