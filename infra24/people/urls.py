"""Addresses of the pages about people."""

from django.urls import path

from infra24.people import views

urlpatterns = [
    path("o/<slug:org>/admin/people", views.people, name="people"),
    path("o/<slug:org>/admin/people/new", views.new_person, name="person_new"),
    path("o/<slug:org>/admin/people/<uuid:person_id>", views.person, name="person"),
]
