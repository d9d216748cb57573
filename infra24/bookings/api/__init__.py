"""The API of bookings."""

from ninja import Router

from infra24.bookings.api import bookings, bulk, looking, steps

PARTS = (bulk, bookings, looking, steps)
router = Router()
for part in PARTS:
    router.add_router("", part.router)
