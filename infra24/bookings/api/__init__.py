"""The API of bookings."""

from ninja import Router

from infra24.bookings.api import bookings, looking, series

PARTS = (bookings, series, looking)
router = Router()
for part in PARTS:
    router.add_router("", part.router)
