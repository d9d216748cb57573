"""The API of the outbox. For staff; what is done to many at once, for managers."""

from ninja import Router

from infra24.outbox.api import deliveries, destinations, replays

PARTS = (deliveries, destinations, replays)
router = Router()
for part in PARTS:
    router.add_router("", part.router)
