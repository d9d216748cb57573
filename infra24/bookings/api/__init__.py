"""The API of bookings."""

from ninja import Router

from infra24.bookings.api import bookings, bulk, calendar, desk, looking, saved, series, steps

PARTS = (bulk, bookings, series, looking, calendar, steps, desk, saved)
router = Router()
for part in PARTS:
    router.add_router("", part.router)
