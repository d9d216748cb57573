"""Address of the page that erases a person."""

from django.urls import path

from infra24.erasure import views

urlpatterns = [
    path("o/<slug:org>/admin/people/<uuid:person_id>/erase", views.erase_person, name="person_erase"),
]
