"""Addresses of the console of deliveries."""

from django.urls import path

from infra24.outbox.views import deliveries, destinations, many

urlpatterns = [
    path("o/<slug:org>/admin/outbox", deliveries.outbox, name="outbox"),
    path("o/<slug:org>/admin/outbox/failed", many.failed, name="outbox_failed"),
    path("o/<slug:org>/admin/outbox/discard", many.discard_many, name="outbox_discard"),
    path("o/<slug:org>/admin/outbox/replays", many.replays, name="replays"),
    path("o/<slug:org>/admin/outbox/replays/new", many.new_replay, name="replay_new"),
    path("o/<slug:org>/admin/outbox/replays/<uuid:replay_id>", many.replay, name="replay"),
    path("o/<slug:org>/admin/outbox/replays/<uuid:replay_id>/stop", many.stop_replay, name="replay_stop"),
    path("o/<slug:org>/admin/outbox/<uuid:delivery_id>", deliveries.delivery, name="delivery"),
    path("o/<slug:org>/admin/outbox/<uuid:delivery_id>/retry", deliveries.retry, name="delivery_retry"),
    path("o/<slug:org>/admin/outbox/<uuid:delivery_id>/discard", deliveries.discard, name="delivery_discard"),
    path("o/<slug:org>/admin/outbox/to/<uuid:destination_id>/pause", destinations.pause, name="destination_pause"),
    path("o/<slug:org>/admin/outbox/to/<uuid:destination_id>/resume", destinations.resume, name="destination_resume"),
]
