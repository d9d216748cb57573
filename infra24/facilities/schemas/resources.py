"""Resources as they go out of the API."""

from typing import Any
from uuid import UUID

from ninja import Schema

from infra24.resources.models import Resource


class ResourceOut(Schema):
    id: UUID
    kind: str
    name: str
    slug: str
    description: str
    location: str
    capacity: int | None
    units: int
    time_zone: str
    features: dict[str, Any]
    part_of: UUID | None
    version: int


def resource_out(resource: Resource, *, zone: str) -> dict[str, Any]:
    """A resource in the shape of ResourceOut; `zone` is the organisation's, for resources without their own."""
    return {
        "id": resource.pk,
        "kind": resource.kind,
        "name": resource.name,
        "slug": resource.slug,
        "description": resource.description,
        "location": resource.location,
        "capacity": resource.capacity,
        "units": resource.units,
        "time_zone": resource.time_zone or zone,
        "features": resource.features,
        "part_of": resource.part_of_id,
        "version": resource.version,
    }
