"""Taking a calendar over: looked at first; then line by line, so that one that cannot be booked holds up no other.

What is to be done is written down whole, as rows, and then done in batches:
each row in a savepoint, each batch in one transaction. A small file is done in
the request that brings it, a large one by the worker. Whatever happens in
between, a row is done or still waits; nothing is half done.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from infra24.bookings.errors import TimeRefused
from infra24.bookings.locking import lock_claims
from infra24.bookings.models import Leg, Source, Visibility
from infra24.calendars.errors import PlaceMissing
from infra24.calendars.models import ImportRow, ImportRun, RowState, RowStep
from infra24.calendars.policies import CalendarRead
from infra24.calendars.services.booking import do_step, lock_calendar
from infra24.calendars.services.planning import ImportWish, Plan, Planned, plan_import
from infra24.calendars.services.rehearsing import Clash, clashes_of
from infra24.core.errors import Infra24Error
from infra24.core.ids import new_id
from infra24.core.problems import document
from infra24.core.translating import translated
from infra24.facts.services import record
from infra24.orgs import audit
from infra24.orgs.models import Member
from infra24.outbox.services import set_timer
from infra24.resources.queries import bookables

BATCH = 200
"""Rows in one transaction. It keeps its resources locked meanwhile: a second or two, which others wait out."""
IN_REQUEST = 200
"""Up to so many rows are done at once; more are the worker's."""
MOST_FAULTS = 200
"""Faults that are kept and shown; all are counted."""
TIMER = "calendars.import_rows"
_COUNTS = ("booked", "changed", "cancelled", "unchanged", "conflicts")


@dataclass(frozen=True)
class Rehearsal:
    """What an import would do."""

    plan: Plan
    clashes: list[Clash]


def rehearse_import(read: CalendarRead, wish: ImportWish, *, by: Member) -> Rehearsal:
    """What taking the file over would do. Writes nothing. Raises ResourceNotFound, CalendarUnnamed."""
    now = timezone.now()
    plan = plan_import(read, wish, by=by, now=now)
    return Rehearsal(plan, clashes_of(plan, by=by, now=now))


@transaction.atomic
def start_import(read: CalendarRead, wish: ImportWish, *, by: Member, source: str) -> ImportRun:
    """Take a file over; small ones are finished when this returns, of others the worker does the rest.

    A second import of the same file changes nothing. What cannot be booked waits for a decision.
    Raises PlaceMissing, ResourceNotFound, CalendarUnnamed.
    """
    lock_calendar(by.org_id, wish.calendar.strip())
    now = timezone.now()
    plan = plan_import(read, wish, by=by, now=now)
    if plan.unplaced:
        raise PlaceMissing(fields={f"places.{place}": PlaceMissing.__doc__ or "" for place in plan.unplaced})
    run = ImportRun.objects.create(
        org_id=by.org_id,
        calendar=wish.calendar.strip(),
        file_name=wish.file_name[:200],
        started_by=by,
        source=source,
        started_at=now,
        since=wish.since,
        until=wish.until,
        unchanged=plan.unchanged + plan.undecided,
        unreadable=len(read.faults),
        faults=[{**asdict(fault), "detail": translated(fault.detail)} for fault in read.faults[:MOST_FAULTS]],
    )
    _write_down(run, plan)
    fact_id = record(by.org_id, "import.started", now=now, source=source, import_id=run.pk)
    about = {"calendar": run.calendar, "file": run.file_name}
    audit.write(by.org_id, "import.start", subject_id=run.pk, by=by, source=source, now=now, after=about)
    if len(plan.steps) + len(plan.gone) <= IN_REQUEST:
        continue_import(by.org_id, run.pk)
        run.refresh_from_db()
    else:
        set_timer(org_id=by.org_id, fact_id=fact_id, handler=TIMER, subject_id=run.pk, due_at=now)
    return run


@transaction.atomic
def continue_import(org_id: UUID, run_id: UUID) -> bool:
    """Do the next batch of an import; True while there is more to do. Safe to run twice."""
    run = ImportRun.objects.select_related("started_by__user").get(org_id=org_id, pk=run_id)
    lock_calendar(org_id, run.calendar)
    run.refresh_from_db(fields=[*_COUNTS, "finished_at"])
    now = timezone.now()
    if run.finished_at is not None:
        return False
    waiting = ImportRow.objects.filter(org_id=org_id, run=run, state=RowState.WAITING)
    # By step in this order: what goes makes room for what moves, and that for what is new.
    rows = [
        row
        for step in (RowStep.CANCEL, RowStep.CHANGE, RowStep.BOOK)
        for row in waiting.filter(step=step).order_by("starts_at", "id")[:BATCH]
    ][:BATCH]
    if rows:
        _lock(org_id, rows, now=now)
    done: Counter[str] = Counter(_do(row, run) for row in rows)
    ImportRow.objects.bulk_update(rows, ["state", "booking", "reasons", "alternatives", "version"])
    for name, number in done.items():
        setattr(run, name, getattr(run, name) + number)
    is_finished = not waiting.exists()
    if is_finished:
        run.finished_at = now
        counts = {name: getattr(run, name) for name in _COUNTS}
        record(org_id, "import.finished", now=now, source=run.source, import_id=run.pk, counts=counts)
    run.save(update_fields=[*_COUNTS, "finished_at"])
    return not is_finished


def _write_down(run: ImportRun, plan: Plan) -> None:
    """Everything that is to be done, as rows that wait."""
    new: list[ImportRow] = []
    known: list[ImportRow] = []
    for planned in plan.steps:
        row = planned.row or ImportRow(id=new_id(), org_id=run.org_id, calendar=run.calendar)
        (known if planned.row else new).append(_filled(row, planned, run))
    for row in plan.gone:
        row.run, row.state, row.step = run, RowState.WAITING, RowStep.CANCEL
        row.version += 1
        known.append(row)
    ImportRow.objects.bulk_create(new, batch_size=1000)
    ImportRow.objects.bulk_update(known, [*_SAID, "run", "state", "step", "booking", "why", "version"], batch_size=500)


_SAID = (
    "line",
    "title",
    "starts_at",
    "ends_at",
    "time_zone",
    "resource",
    "person",
    "party_size",
    "note",
    "visibility",
    "digest",
)


def _filled(row: ImportRow, planned: Planned, run: ImportRun) -> ImportRow:
    asked = planned.occurrence
    if planned.step == RowStep.BOOK:
        row.booking = None  # what was withdrawn stays so, and is booked anew
    else:
        row.version += 1
    row.run, row.uid, row.recurrence, row.line = run, asked.uid, asked.recurrence, asked.line
    row.state, row.step, row.why = RowState.WAITING, planned.step, ""
    row.title, row.note, row.party_size = asked.title, asked.note, asked.party_size
    row.starts_at, row.ends_at, row.time_zone = asked.starts_at, asked.ends_at, asked.zone
    row.resource, row.person, row.digest = planned.resource, planned.person, planned.digest
    row.visibility = Visibility.TITLE if asked.is_public else Visibility.BUSY
    return row


def _lock(org_id: UUID, rows: Sequence[ImportRow], *, now: datetime) -> None:
    """All the batch touches, at once and in the one order: row by row it would lock in the order of the calendar."""
    bookings = {row.booking_id for row in rows if row.booking_id}
    resources = {row.resource_id for row in rows}
    since, until = min(row.starts_at for row in rows), max(row.ends_at for row in rows)
    found = bookables(org_id, resources, since=since)
    resources |= {leaf for one in found.values() for leaf in one.leaves}
    resources |= set(Leg.objects.filter(org_id=org_id, booking_id__in=bookings).values_list("resource_id", flat=True))
    lock_claims(org_id, resources, since, until, now=now, bookings=bookings)


def _do(row: ImportRow, run: ImportRun) -> str:
    """Do what a row waits for; the name of the run's count it belongs to."""
    row.version += 1
    row.reasons, row.alternatives = [], []
    try:
        with transaction.atomic():
            do_step(row, by=run.started_by, source=Source.IMPORT)
    except Infra24Error as error:
        said = document(error)
        row.state = RowState.CONFLICT
        row.reasons = said["reasons"] or [_reason(row, error, said)]
        row.alternatives = said["alternatives"] if isinstance(error, TimeRefused) else []
        return "conflicts"
    return {RowStep.CANCEL: "cancelled", RowStep.CHANGE: "changed", RowStep.BOOK: "booked"}[RowStep(row.step)]


def _reason(row: ImportRow, error: Infra24Error, said: dict[str, object]) -> dict[str, object]:
    """A refusal without reasons of its own, told like one."""
    return {
        "code": error.code,
        "detail": said["detail"],
        "resource_id": str(row.resource_id),
        "source": {},
        "cure": "",
    }
