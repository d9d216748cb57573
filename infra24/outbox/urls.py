"""Addresses of the console of deliveries."""

from django.urls import path

from infra24.outbox import views

urlpatterns = [
    path("o/<slug:org>/admin/outbox", views.outbox, name="outbox"),
    path("o/<slug:org>/admin/outbox/<uuid:delivery_id>", views.delivery, name="delivery"),
    path("o/<slug:org>/admin/outbox/<uuid:delivery_id>/retry", views.retry, name="delivery_retry"),
    path("o/<slug:org>/admin/outbox/<uuid:delivery_id>/discard", views.discard, name="delivery_discard"),
    path("o/<slug:org>/admin/outbox/to/<uuid:destination_id>/pause", views.pause, name="destination_pause"),
    path("o/<slug:org>/admin/outbox/to/<uuid:destination_id>/resume", views.resume, name="destination_resume"),
]
