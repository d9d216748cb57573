"""Addresses of the pages about what can be booked."""

from django.urls import path

from infra24.facilities.views import assignments, grants, qualifications, resources

urlpatterns = [
    path("o/<slug:org>/admin/resources", resources.resources, name="resources"),
    path("o/<slug:org>/admin/resources/<uuid:resource_id>", resources.resource, name="resource"),
    path("o/<slug:org>/admin/qualifications", qualifications.qualifications, name="qualifications"),
    path("o/<slug:org>/admin/qualifications/new", qualifications.new_qualification, name="qualification_new"),
    path(
        "o/<slug:org>/admin/qualifications/<uuid:qualification_id>", qualifications.qualification, name="qualification"
    ),
    path(
        "o/<slug:org>/admin/qualifications/<uuid:qualification_id>/edit",
        qualifications.edit_qualification,
        name="qualification_edit",
    ),
    path(
        "o/<slug:org>/admin/qualifications/<uuid:qualification_id>/archive",
        qualifications.archive_qualification,
        name="qualification_archive",
    ),
    path("o/<slug:org>/admin/grants/<uuid:grant_id>/renew", grants.renew_grant, name="grant_renew"),
    path("o/<slug:org>/admin/grants/<uuid:grant_id>/revoke", grants.revoke_grant, name="grant_revoke"),
    path("o/<slug:org>/admin/studios", assignments.studios, name="studios"),
    path("o/<slug:org>/admin/studios/new", assignments.new_assignment, name="assignment_new"),
    path("o/<slug:org>/admin/studios/<uuid:assignment_id>", assignments.assignment, name="assignment"),
    path("o/<slug:org>/admin/studios/<uuid:assignment_id>/end", assignments.end_assignment, name="assignment_end"),
]
