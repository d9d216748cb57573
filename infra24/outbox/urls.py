"""Addresses of the console of deliveries."""

from django.urls import path

from infra24.outbox.views import deliveries, destinations

urlpatterns = [
    path("o/<slug:org>/admin/outbox", deliveries.outbox, name="outbox"),
    path("o/<slug:org>/admin/outbox/<uuid:delivery_id>", deliveries.delivery, name="delivery"),
    path("o/<slug:org>/admin/outbox/<uuid:delivery_id>/retry", deliveries.retry, name="delivery_retry"),
    path("o/<slug:org>/admin/outbox/<uuid:delivery_id>/discard", deliveries.discard, name="delivery_discard"),
    path("o/<slug:org>/admin/outbox/to/<uuid:destination_id>/pause", destinations.pause, name="destination_pause"),
    path("o/<slug:org>/admin/outbox/to/<uuid:destination_id>/resume", destinations.resume, name="destination_resume"),
]
