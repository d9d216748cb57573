"""The API of what can be booked, and when."""

from ninja import Router

from infra24.facilities.api import assignments, qualifications, resources

router = Router()
for part in (resources.router, qualifications.router, assignments.router):
    router.add_router("", part)
