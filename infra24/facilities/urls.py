"""Addresses of the pages about what can be booked."""

from django.urls import path

from infra24.facilities.views import closures, resources

urlpatterns = [
    path("o/<slug:org>/admin/resources", resources.resources, name="resources"),
    path("o/<slug:org>/admin/resources/<uuid:resource_id>", resources.resource, name="resource"),
    path("o/<slug:org>/admin/closures", closures.closures, name="closures"),
    path("o/<slug:org>/admin/closures/new", closures.new_closure, name="closure_new"),
    path("o/<slug:org>/admin/closures/<uuid:closure_id>", closures.closure, name="closure"),
    path("o/<slug:org>/admin/closures/<uuid:closure_id>/lift", closures.lift_closure, name="closure_lift"),
]
