"""Addresses of the pages about what can be booked."""

from django.urls import path

from infra24.resources import views

urlpatterns = [
    path("o/<slug:org>/admin/resources", views.resources, name="resources"),
    path("o/<slug:org>/admin/resources/<uuid:resource_id>", views.resource, name="resource"),
]
