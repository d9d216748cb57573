"""Day sheets: what is on in each room on one day, to be printed and hung up, or kept at the desk."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from infra24.bookings.lists import ClosedSpan
from infra24.core.days import day_span
from infra24.orgs.models import Member, Organisation
from infra24.resources import policies as engine
from infra24.resources.models import Resource
from infra24.resources.policies import Span
from infra24.resources.queries import all_bookables
from infra24.signage.boards import keeps_time
from infra24.signage.days import Stay, stays_at


@dataclass(frozen=True)
class Sheet:
    """One resource on one day: its hours, what closes it, and who is in."""

    resource: Resource
    opened: list[Span]
    closures: list[ClosedSpan]
    stays: list[Stay]

    @property
    def is_long(self) -> bool:
        """Whether it may need a second page, which then says again what it is of."""
        return len(self.stays) + len(self.closures) > 12


def sheets_of(
    viewer: Member, organisation: Organisation, resources: Iterable[Resource], day: date, *, for_door: bool
) -> list[Sheet]:
    """A sheet for each of the resources, in their order. Seven queries, whatever the size of the house.

    One for a door leaves out requests that keep no time, and closures that not everybody may hear of.
    """
    since, until = day_span(day, organisation.time_zone)
    wanted = list(resources)
    known = {one.id: one for one in all_bookables(viewer.org_id, since=since)}
    stays = stays_at(viewer.org_id, wanted, since, until)
    sheets = []
    for resource in wanted:
        one = known.get(resource.pk)
        closed = engine.closed_spans(one, since, until) if one else []
        sheets.append(
            Sheet(
                resource=resource,
                opened=list(engine.open_spans(one, since, until)) if one else [],
                closures=[
                    ClosedSpan(begins, ends, closure.title if not for_door or closure.visible_to == "everyone" else "")
                    for begins, ends, closure in closed
                ],
                stays=[stay for stay in stays[resource.pk] if not for_door or keeps_time(stay.booking)],
            )
        )
    return sheets
