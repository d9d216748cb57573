"""The API of what can be booked, and when."""

from ninja import Router

from infra24.facilities.api import features, pictures, resources, tables

router = Router()
for part in (resources.router, tables.router, pictures.router, features.router):
    router.add_router("", part)
