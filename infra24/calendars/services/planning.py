"""What an import would do to each thing in a file: compared with what is here, nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from infra24.calendars.errors import CalendarUnnamed
from infra24.calendars.models import ImportRow, RowState, RowStep
from infra24.calendars.policies import CalendarRead, Occurrence
from infra24.core.sorting import sort_key
from infra24.orgs.models import Member
from infra24.people.models import Person
from infra24.resources.errors import ResourceNotFound
from infra24.resources.models import Resource
from infra24.resources.queries import visible_resources

MOST_AT_ONCE = 1000
"""Keys looked up in one query."""


@dataclass(frozen=True)
class ImportWish:
    """How a file is to be taken over."""

    calendar: str
    """The name by which it is known again."""
    since: datetime
    until: datetime
    resource_id: UUID | None = None
    """Everything goes here; None: by what the file calls the place."""
    places: Mapping[str, UUID | None] = field(default_factory=dict)
    """Which resource a place of the file is; None: left out. What is called as a resource need not be named."""
    cancel_missing: bool = False
    """Also cancel what an earlier file of this calendar had and this one does not."""
    file_name: str = ""


@dataclass(frozen=True)
class Planned:
    """What is to be done about one occurrence."""

    occurrence: Occurrence
    resource: Resource
    person: Person | None
    step: RowStep
    digest: str
    row: ImportRow | None
    """As it is known from an earlier import."""


@dataclass
class Plan:
    steps: list[Planned] = field(default_factory=list)
    """In the order in which they are done."""
    gone: list[ImportRow] = field(default_factory=list)
    """No longer in the file, and to be cancelled."""
    unchanged: int = 0
    undecided: int = 0
    """Known and unchanged, and waiting for somebody's decision since an earlier import."""
    left_out: int = 0
    unplaced: dict[str, int] = field(default_factory=dict)
    """Places nobody has said the resource of, with how much happens there."""
    strangers: list[str] = field(default_factory=list)
    """Addresses of people nobody here knows, or several have; their bookings are for nobody."""

    def number(self, step: RowStep) -> int:
        return sum(planned.step == step for planned in self.steps)


def plan_import(read: CalendarRead, wish: ImportWish, *, by: Member, now: datetime) -> Plan:
    """Compare a file with what is known of its calendar. The same number of queries for each thousand events.

    Raises ResourceNotFound for a resource that is not there, CalendarUnnamed.
    """
    if not wish.calendar.strip():
        raise CalendarUnnamed(fields={"calendar": CalendarUnnamed.__doc__ or ""})
    placed = _Places(wish, by)
    people = _people(by, {one.email for one in read.occurrences if one.email})
    known = _known(by.org_id, wish.calendar, {one.uid for one in read.occurrences})
    plan = Plan(strangers=sorted({one.email for one in read.occurrences if one.email} - set(people)))
    for occurrence in read.occurrences:
        row = known.get(occurrence.key)
        if placed.is_unsaid(occurrence.place):
            plan.unplaced[occurrence.place] = plan.unplaced.get(occurrence.place, 0) + 1
            continue
        resource = placed.of(occurrence.place)
        if resource is None:
            plan.left_out += 1
            continue
        digest = occurrence.digest(str(resource.pk))
        step = _step(occurrence, row, digest)
        if step is not None:
            plan.steps.append(Planned(occurrence, resource, people.get(occurrence.email), step, digest, row))
        elif row is not None and row.state == RowState.CONFLICT:
            plan.undecided += 1
        else:
            plan.unchanged += row is not None
    plan.gone = _gone(read, wish, by, now=now)
    order = {RowStep.CANCEL: 0, RowStep.CHANGE: 1, RowStep.BOOK: 2}
    plan.steps.sort(key=lambda planned: (order[planned.step], planned.occurrence.starts_at, planned.occurrence.line))
    return plan


class _Places:
    """Which resource each place of a file is."""

    def __init__(self, wish: ImportWish, by: Member) -> None:
        resources = list(visible_resources(by))
        by_id = {one.pk: one for one in resources}
        self._all = None
        if wish.resource_id is not None:
            if wish.resource_id not in by_id:
                raise ResourceNotFound(fields={"resource_id": str(wish.resource_id)})
            self._all = by_id[wish.resource_id]
        self._named: dict[str, Resource | None] = {}
        for one in resources:
            self._named.setdefault(one.slug, one)
        for one in reversed(resources):
            self._named[sort_key(one.name)] = one
        for place, resource_id in wish.places.items():
            if resource_id is not None and resource_id not in by_id:
                raise ResourceNotFound(fields={"places": str(resource_id)})
            self._named[sort_key(place)] = by_id[resource_id] if resource_id else None

    def is_unsaid(self, place: str) -> bool:
        return self._all is None and sort_key(place) not in self._named

    def of(self, place: str) -> Resource | None:
        """None: left out."""
        return self._all or self._named[sort_key(place)]


def _people(by: Member, emails: set[str]) -> dict[str, Person]:
    """Whom the addresses belong to, where that is one person."""
    found: dict[str, Person | None] = {}
    for person in Person.objects.filter(org_id=by.org_id, erased_at=None, email__in=emails):
        found[person.email] = None if person.email in found else person
    return {email: person for email, person in found.items() if person is not None}


def _known(org_id: UUID, calendar: str, uids: set[str]) -> dict[tuple[str, str], ImportRow]:
    wanted = sorted(uids)
    rows: dict[tuple[str, str], ImportRow] = {}
    for first in range(0, len(wanted), MOST_AT_ONCE):
        some = wanted[first : first + MOST_AT_ONCE]
        for row in ImportRow.objects.filter(org_id=org_id, calendar=calendar, uid__in=some):
            rows[row.uid, row.recurrence] = row
    return rows


def _step(occurrence: Occurrence, row: ImportRow | None, digest: str) -> RowStep | None:
    """None: nothing is to be done about it."""
    if row is None:
        return None if occurrence.is_cancelled else RowStep.BOOK
    if row.state == RowState.WITHDRAWN:
        return None if occurrence.is_cancelled else RowStep.BOOK
    if row.digest == digest or row.state == RowState.WAITING:
        return None
    if occurrence.is_cancelled:
        return RowStep.CANCEL
    return RowStep.BOOK if row.booking_id is None else RowStep.CHANGE


def _gone(read: CalendarRead, wish: ImportWish, by: Member, *, now: datetime) -> list[ImportRow]:
    """What the calendar had in the window and has no more. What is over stays as it was.

    Where something could not be read, nobody can say that it is missing: then only series that were read are compared.
    """
    is_whole = wish.cancel_missing and not read.faults
    here = {one.key for one in read.occurrences}
    rows: Sequence[ImportRow] = list(
        ImportRow.objects.filter(
            org_id=by.org_id,
            calendar=wish.calendar,
            state__in=(RowState.BOOKED, RowState.CONFLICT),
            starts_at__gte=max(wish.since, now),
            starts_at__lt=wish.until,
        ).order_by("starts_at", "id")
    )
    return [row for row in rows if (row.uid, row.recurrence) not in here and (is_whole or row.uid in read.uids)]
