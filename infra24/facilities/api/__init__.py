"""The API of what can be booked, and when."""

from ninja import Router

from infra24.facilities.api import assignments, closures, features, pictures, qualifications, resources, rules, tables

PARTS = (resources, tables, pictures, features, rules, closures, qualifications, assignments)
router = Router()
for part in PARTS:
    router.add_router("", part.router)
