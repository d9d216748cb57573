"""The API of what can be booked, and when."""

from ninja import Router

from infra24.facilities.api import resources, rules

router = Router()
for part in (resources.router, rules.router):
    router.add_router("", part)
