"""Reading imports and calendars of busy times, starting from who is looking."""

from uuid import UUID

from django.conf import settings
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from infra24.calendars.errors import BusyFeedNotFound, CalendarFeedNotFound, ImportNotFound, ImportRowNotFound
from infra24.calendars.models import NEEDED, CalendarFeed, FeedKind, ImportRow, ImportRun, RowState
from infra24.core.paging import Page, page_of
from infra24.orgs.keys import digest, mailed_secret
from infra24.orgs.models import Key, Member, Organisation
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


def visible_calendar_feeds(viewer: Member) -> QuerySet[CalendarFeed]:
    """One's own, and for staff those of the house; each with when it was read and its live key."""
    feeds = CalendarFeed.objects.filter(org_id=viewer.org_id, member__is_active=True)
    if viewer.is_staff:
        feeds = feeds.filter(Q(member=viewer) | ~Q(kind=FeedKind.PERSON))
    else:
        feeds = feeds.filter(member=viewer)
    keys = Key.objects.filter(kind=Key.Kind.FEED, subject_id=OuterRef("pk"), revoked_at=None).order_by("-id")
    return (
        feeds.select_related("member__user", "resource", "reading")
        .annotate(key_id=Subquery(keys.values("id")[:1]), key_sha256=Subquery(keys.values("sha256")[:1]))
        .order_by("kind", "id")
    )


def calendar_feed_for(viewer: Member, feed_id: UUID) -> CalendarFeed:
    """Raises CalendarFeedNotFound both for a missing one and for one the viewer may not see."""
    try:
        return visible_calendar_feeds(viewer).get(pk=feed_id)
    except CalendarFeed.DoesNotExist:
        raise CalendarFeedNotFound from None


def feed_by_secret(secret: str) -> CalendarFeed:
    """The feed an address opens, within the acting organisation. Raises CalendarFeedNotFound.

    One whose member has left, or lost the role it needs, shows nothing any more.
    """
    keys = Key.objects.filter(kind=Key.Kind.FEED, sha256=digest(secret), revoked_at=None)
    feed = _read_feeds().filter(pk__in=keys.values("subject_id")).first()
    if feed is None or not (feed.member.is_active and feed.member.user.is_active):
        raise CalendarFeedNotFound
    if not feed.member.rank.includes(NEEDED[FeedKind(feed.kind)]):
        raise CalendarFeedNotFound
    return feed


def programme_of(organisation: Organisation) -> CalendarFeed:
    """The public programme, whoever switched it on. Raises CalendarFeedNotFound where it is off."""
    feed = _read_feeds().filter(org_id=organisation.pk, kind=FeedKind.PROGRAMME).first()
    if feed is None:
        raise CalendarFeedNotFound
    return feed


def address_of(feed: CalendarFeed, organisation: Organisation, *, viewer: Member) -> str:
    """Where calendar programs read it; empty for everybody but who made it, and when it works no longer."""
    if feed.kind == FeedKind.PROGRAMME:
        return settings.BASE_URL + reverse("programme", kwargs={"org": organisation.slug})
    key_id, sha256 = getattr(feed, "key_id", None), getattr(feed, "key_sha256", None)
    if key_id is None or sha256 is None or feed.member_id != viewer.pk:
        return ""
    secret = mailed_secret(key_id)
    # After a change of the installation's secret the old address works on, but can no longer be shown.
    return settings.BASE_URL + reverse("calendar_feed", args=[secret]) if digest(secret) == bytes(sha256) else ""


def _read_feeds() -> QuerySet[CalendarFeed]:
    return CalendarFeed.objects.select_related("member__user", "resource", "reading")
