"""Addresses of the pages about whether everything adds up."""

from django.urls import path

from infra24.invariants import views

urlpatterns = [
    path("o/<slug:org>/admin/integrity", views.integrity, name="integrity"),
    path("o/<slug:org>/admin/integrity/<uuid:verdict_id>", views.verdict, name="verdict"),
]
