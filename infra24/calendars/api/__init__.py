"""The API of calendars that come in and go out."""

from ninja import Router

from infra24.calendars.api import exports, feeds, imports, publishing, rows

PARTS = (imports, rows, exports, feeds, publishing)
router = Router()
for part in PARTS:
    router.add_router("", part.router)
