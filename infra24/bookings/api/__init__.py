"""The API of bookings."""

from ninja import Router

from infra24.bookings.api import bookings, looking

PARTS = (bookings, looking)
router = Router()
for part in PARTS:
    router.add_router("", part.router)
