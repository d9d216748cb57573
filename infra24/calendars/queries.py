"""Reading imports and calendars of busy times, starting from who is looking."""

from uuid import UUID

from django.db.models import QuerySet

from infra24.calendars.errors import BusyFeedNotFound, ImportNotFound, ImportRowNotFound
from infra24.calendars.models import ImportRow, ImportRun, RowState
from infra24.core.paging import Page, page_of
from infra24.orgs.models import Member
from infra24.people.models import BusyFeed
from infra24.people.queries import visible_people


def imports_page(viewer: Member, *, limit: int, cursor: str = "") -> Page[ImportRun]:
    """The imports of the viewer's organisation, the newest first. Raises CursorInvalid."""
    runs = ImportRun.objects.filter(org_id=viewer.org_id).select_related("started_by__user")
    return page_of(runs, by=("-started_at", "-id"), limit=limit, cursor=cursor)


def import_for(viewer: Member, import_id: UUID) -> ImportRun:
    """Raises ImportNotFound."""
    try:
        return ImportRun.objects.select_related("started_by__user").get(org_id=viewer.org_id, pk=import_id)
    except ImportRun.DoesNotExist:
        raise ImportNotFound from None


def rows_page(
    viewer: Member, *, state: str = "", run_id: UUID | None = None, limit: int, cursor: str = ""
) -> Page[ImportRow]:
    """Rows of imports by their start, narrowed to a state and an import. Raises CursorInvalid."""
    rows = ImportRow.objects.filter(org_id=viewer.org_id).select_related("resource", "person")
    if state:
        rows = rows.filter(state=state)
    if run_id:
        rows = rows.filter(run_id=run_id)
    return page_of(rows, by=("starts_at", "id"), limit=limit, cursor=cursor)


def open_rows(viewer: Member) -> QuerySet[ImportRow]:
    """Those that wait for a decision."""
    return ImportRow.objects.filter(org_id=viewer.org_id, state=RowState.CONFLICT)


def row_for(viewer: Member, row_id: UUID) -> ImportRow:
    """Raises ImportRowNotFound."""
    try:
        return ImportRow.objects.select_related("resource", "person", "booking", "run").get(
            org_id=viewer.org_id, pk=row_id
        )
    except ImportRow.DoesNotExist:
        raise ImportRowNotFound from None


def calendars_known(viewer: Member) -> list[str]:
    """The names under which calendars were imported before."""
    names = ImportRun.objects.filter(org_id=viewer.org_id).order_by("calendar").values_list("calendar", flat=True)
    return list(names.distinct()[:100])


def visible_feeds(viewer: Member) -> QuerySet[BusyFeed]:
    """Staff see everybody's calendars, others their own."""
    feeds = BusyFeed.objects.filter(org_id=viewer.org_id, person__in=visible_people(viewer))
    return feeds.select_related("person").order_by("person__sort_key", "id")


def feed_for(viewer: Member, feed_id: UUID) -> BusyFeed:
    """Raises BusyFeedNotFound both for a missing calendar and for one the viewer may not see."""
    try:
        return visible_feeds(viewer).get(pk=feed_id)
    except BusyFeed.DoesNotExist:
        raise BusyFeedNotFound from None
