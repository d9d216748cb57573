"""How somebody asks for a file to be taken over, made definite: zone, window, name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from infra24.calendars.policies import CalendarRead
from infra24.calendars.services.planning import ImportWish
from infra24.calendars.services.reading import read_file, window
from infra24.orgs.models import Member, Organisation
from infra24.resources.models import Resource
from infra24.resources.queries import resource_for


@dataclass(frozen=True)
class ImportAsk:
    """What is said of a file; what is left out is found in it, or usual."""

    file_name: str = ""
    calendar: str = ""
    resource_id: UUID | None = None
    places: Mapping[str, UUID | None] = field(default_factory=dict)
    since: datetime | None = None
    until: datetime | None = None
    day_first: bool | None = None
    cancel_missing: bool = False


def understood(
    data: bytes, ask: ImportAsk, *, by: Member, organisation: Organisation
) -> tuple[CalendarRead, ImportWish]:
    """The file as read, and how it is to be taken over.

    Times without a zone are meant where the resource is, or the organisation. A
    calendar without a name is known by its own, or by its resource's.
    Raises CalendarUnreadable, CalendarTooLarge, TableUnreadable, WindowUnclear, ResourceNotFound.
    """
    since, until = window(timezone.now(), since=ask.since, until=ask.until)
    resource: Resource | None = resource_for(by, ask.resource_id) if ask.resource_id else None
    zone = (resource and resource.time_zone) or organisation.time_zone
    read = read_file(data, zone=zone, since=since, until=until, day_first=ask.day_first)
    calendar = ask.calendar.strip() or read.name or (resource.slug if resource else "")
    wish = ImportWish(
        calendar=calendar[:80].strip(),
        since=since,
        until=until,
        resource_id=ask.resource_id,
        places=ask.places,
        cancel_missing=ask.cancel_missing,
        file_name=ask.file_name,
    )
    return read, wish
