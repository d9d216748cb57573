"""The API of bookings."""

from ninja import Router

from infra24.bookings.api import bookings, bulk, calendar, looking, series, steps

PARTS = (bulk, bookings, series, looking, calendar, steps)
router = Router()
for part in PARTS:
    router.add_router("", part.router)
