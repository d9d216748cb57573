"""The photo of a resource."""

import hashlib
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from infra24.facilities.errors import PictureInvalid
from infra24.facilities.pictures import renditions
from infra24.facilities.services.resources import announce_change, locked, snapshot
from infra24.orgs.models import Member
from infra24.resources.models import Resource
from infra24.resources.pictures import file_of


def put_photo(
    resource: Resource, data: bytes, *, alt: str, by: Member, source: str, version: int | None = None
) -> Resource:
    """Give a resource a photo, instead of the one it may have. `alt` says in words what it shows.

    The files are there before the row names them: whoever reads the row finds
    them. Raises PictureInvalid, PictureTooLarge, Stale.
    """
    alt = _checked_alt(alt)
    sizes = renditions(data)
    name = hashlib.sha256(max(sizes.values(), key=len)).hexdigest()
    for size, content in sizes.items():
        path = file_of(resource.org_id, f"{name}-{size}")
        if not default_storage.exists(path):
            default_storage.save(path, ContentFile(content))
    return _change(resource, {"photo": name, "photo_alt": alt}, by=by, source=source, version=version)


def describe_photo(resource: Resource, *, alt: str, by: Member, source: str, version: int | None = None) -> Resource:
    """Say otherwise what the photo shows. Raises PictureInvalid, Stale."""
    return _change(resource, {"photo_alt": _checked_alt(alt)}, by=by, source=source, version=version)


def remove_photo(resource: Resource, *, by: Member, source: str, version: int | None = None) -> Resource:
    """Take the photo away. Its files stay: another resource may show the same. Raises Stale."""
    return _change(resource, {"photo": "", "photo_alt": ""}, by=by, source=source, version=version)


@transaction.atomic
def _change(resource: Resource, values: dict[str, Any], *, by: Member, source: str, version: int | None) -> Resource:
    now = timezone.now()
    current = locked(resource, version=version)
    before = snapshot(current)
    changed = [name for name, value in values.items() if getattr(current, name) != value]
    for name in changed:
        setattr(current, name, values[name])
    if changed:
        current.save(update_fields=changed)
        current.refresh_from_db(fields=["version"])
    announce_change(current, before, by=by, source=source, now=now)
    return current


def _checked_alt(alt: str) -> str:
    alt = alt.strip()
    longest = Resource._meta.get_field("photo_alt").max_length or 0
    if not alt:
        raise PictureInvalid(
            _("Say in a few words what the photo shows, for those who cannot see it."),
            fields={"alt": _("This is required.")},
        )
    if len(alt) > longest:
        fault = _("At most %(max_length)s characters.") % {"max_length": longest}
        raise PictureInvalid(fault, fields={"alt": fault})
    return alt
