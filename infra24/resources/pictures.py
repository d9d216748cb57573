"""Where the photos of resources are, and who may see one."""

import re
from typing import Final
from uuid import UUID

from infra24.orgs.models import Member
from infra24.resources.models import Audience, Resource
from infra24.resources.queries import audiences_of

SIZES: Final = ("1600", "480")
"""The widths, in pixels, in which each photo is kept."""
NAME = re.compile(r"([0-9a-f]{64})-(?:1600|480)")


def file_of(org_id: UUID, name: str) -> str:
    """Where a photo is in the storage; `name` is `Resource.photo` with a size."""
    return f"{org_id}/{name}.jpg"


def photo_url(slug: str, resource: Resource, *, size: str = "1600") -> str:
    """The address of a resource's photo in the organisation of that slug; empty without one."""
    return f"/o/{slug}/media/{resource.photo}-{size}.jpg" if resource.photo else ""


def audience_of_photo(org_id: UUID, viewer: Member | None, name: str) -> Audience | None:
    """For whom a photo is meant, when the viewer may see a resource that has it; None otherwise.

    Without a viewer it is a visitor who looks.
    """
    found = NAME.fullmatch(name)
    if found is None:
        return None
    resources = Resource.objects.filter(org_id=org_id, photo=found[1])
    if viewer is None or not viewer.is_staff:
        seen = [Audience.EVERYONE] if viewer is None else audiences_of(viewer)
        resources = resources.filter(archived_at=None, visible_to__in=seen)
    audiences = {(one.visible_to, one.archived_at is None) for one in resources}
    if (Audience.EVERYONE, True) in audiences:
        return Audience.EVERYONE
    return Audience.STAFF if audiences else None
