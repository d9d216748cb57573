"""Reading closures, starting from who is looking."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from infra24.core.days import instant_of, wall_of
from infra24.core.paging import Page, page_of
from infra24.facilities.errors import ClosureNotFound
from infra24.facilities.scopes import RuleScope
from infra24.orgs.models import Member, Organisation
from infra24.resources import policies as engine
from infra24.resources.errors import ResourceNotFound
from infra24.resources.models import Closure, Resource
from infra24.resources.queries import related_ids, resource_for, visible_resources


@dataclass(frozen=True)
class ClosureFilter:
    """What a list of closures is narrowed to; None and empty leave it wide."""

    since: datetime | None = None
    until: datetime | None = None
    """Instants, read on the organisation's clock."""
    resource_id: UUID | None = None
    kind: str = ""
    is_lifted: bool | None = None


def visible_closures(viewer: Member) -> QuerySet[Closure]:
    """Staff see every closure; others those of what they see: of the house, its kinds and resources."""
    closures = Closure.objects.filter(org_id=viewer.org_id).select_related("resource")
    if viewer.is_staff:
        return closures
    seen = visible_resources(viewer).order_by()
    return closures.filter(
        Q(resource=None, kind="") | Q(kind__in=seen.values("kind")) | Q(resource__in=seen.values("pk"))
    )


def closure_for(viewer: Member, closure_id: UUID) -> Closure:
    """Raises ClosureNotFound both for a missing closure and for one the viewer may not see."""
    try:
        return visible_closures(viewer).get(pk=closure_id)
    except Closure.DoesNotExist:
        raise ClosureNotFound from None


def closures_page(viewer: Member, wanted: ClosureFilter, *, limit: int, cursor: str = "") -> Page[Closure]:
    """One page of closures by their start; yearly ones by the first. Raises CursorInvalid, ResourceNotFound."""
    closures = visible_closures(viewer)
    if wanted.resource_id:
        closures = closures.filter(_closing(viewer, resource_for(viewer, wanted.resource_id)))
    if wanted.kind:
        closures = closures.filter(kind=wanted.kind)
    if wanted.is_lifted is not None:
        closures = closures.filter(lifted_at__isnull=not wanted.is_lifted)
    if wanted.since or wanted.until:
        closures = closures.filter(_between(viewer, closures, wanted.since, wanted.until))
    return page_of(closures, by=("wall_from", "id"), limit=limit, cursor=cursor)


def coming(viewer: Member) -> QuerySet[Closure]:
    """What is closed now or will be, once; the next first."""
    return _not_over(viewer).filter(is_yearly=False).order_by("wall_from", "id")


def yearly(viewer: Member) -> list[Closure]:
    """What is closed every year, in the order of the year."""
    closures = visible_closures(viewer).filter(lifted_at=None, is_yearly=True)
    return sorted(closures, key=lambda one: (one.wall_from.month, one.wall_from.day, one.pk))


def over(viewer: Member, *, limit: int, cursor: str = "") -> Page[Closure]:
    """What holds no more, the latest first. Raises CursorInvalid."""
    ended = Q(is_yearly=False, wall_until__lte=_wall_now(viewer)) | Q(lifted_at__isnull=False)
    return page_of(visible_closures(viewer).filter(ended), by=("-wall_from", "-id"), limit=limit, cursor=cursor)


def coming_for(viewer: Member, resource: Resource) -> QuerySet[Closure]:
    """What closes one resource now or will, whoever it was said for; yearly ones among them. Two queries."""
    return _not_over(viewer).filter(_closing(viewer, resource)).order_by("is_yearly", "wall_from", "id")


def scope_for(viewer: Member, *, resource_id: UUID | None = None, kind: str = "") -> RuleScope:
    """Whom a new closure may speak for. Raises ResourceNotFound, for archived resources too."""
    if resource_id is None:
        return RuleScope(kind=kind)
    resource = visible_resources(viewer).filter(pk=resource_id).first()
    if resource is None:
        raise ResourceNotFound(fields={"resource_id": str(resource_id)})
    return RuleScope(resource=resource)


def scope_of(closure: Closure) -> RuleScope:
    return RuleScope(kind=closure.kind, resource=closure.resource)


def for_engine(closure: Closure) -> engine.Closure:
    """A stored row as the engine reads it."""
    return engine.Closure(
        id=closure.pk,
        title=closure.title,
        wall_from=closure.wall_from,
        wall_until=closure.wall_until,
        is_yearly=closure.is_yearly,
        lifted_at=closure.lifted_at,
    )


def has_begun(closure: Closure, *, now: datetime) -> bool:
    """Whether any clock it speaks for has shown its start. Two queries at most."""
    return any(_at(closure.wall_from, zone) <= now for zone in _zones_of(closure))


def is_over(closure: Closure, *, now: datetime) -> bool:
    """Whether it was lifted, or every clock it speaks for has shown its end. Two queries at most."""
    if closure.lifted_at is not None or closure.is_yearly:
        return closure.lifted_at is not None
    return all(_at(closure.wall_until, zone) <= now for zone in _zones_of(closure))


def last_day(wall_until: datetime) -> date:
    """The last day any of which is closed: what ends at midnight does not reach the next."""
    return (wall_until - timedelta(microseconds=1)).date()


def _zones_of(closure: Closure) -> set[str]:
    home: str = Organisation.objects.values_list("time_zone", flat=True).get(pk=closure.org_id)
    if closure.resource is not None:
        return {closure.resource.time_zone or home}
    resources = Resource.objects.filter(org_id=closure.org_id, archived_at=None).exclude(time_zone="")
    if closure.kind:
        resources = resources.filter(kind=closure.kind)
    return {home, *resources.values_list("time_zone", flat=True).distinct()}


def _at(wall: datetime, zone: str) -> datetime:
    return instant_of(wall.date(), wall.time(), zone)


def _wall_now(viewer: Member) -> datetime:
    zone: str = Organisation.objects.values_list("time_zone", flat=True).get(pk=viewer.org_id)
    return wall_of(timezone.now(), zone).replace(tzinfo=None)


def _not_over(viewer: Member) -> QuerySet[Closure]:
    lasting = Q(is_yearly=True) | Q(wall_until__gt=_wall_now(viewer))
    return visible_closures(viewer).filter(lasting, lifted_at=None)


def _closing(viewer: Member, resource: Resource) -> Q:
    """The closures that close a resource: its own, those of its parts and wholes, its kind's and the house's."""
    related = related_ids(viewer.org_id, resource.pk)
    return Q(resource=None, kind__in=("", resource.kind)) | Q(resource__in=related)


def _between(viewer: Member, closures: QuerySet[Closure], since: datetime | None, until: datetime | None) -> Q:
    """Those that lie in a window of the organisation's clock, a yearly one with any of its years."""
    zone: str = Organisation.objects.values_list("time_zone", flat=True).get(pk=viewer.org_id)
    once = Q(is_yearly=False)
    if since:
        once &= Q(wall_until__gt=wall_of(since, zone).replace(tzinfo=None))
    if until:
        once &= Q(wall_from__lt=wall_of(until, zone).replace(tzinfo=None))
    begins = since or datetime.combine(date(2000, 1, 1), time(), tzinfo=UTC)
    ends = until or begins + timedelta(days=366)
    return once | Q(pk__in=[one.pk for one in _meeting(closures.filter(is_yearly=True), zone, begins, ends)])


def _meeting(closures: Iterable[Closure], zone: str, since: datetime, until: datetime) -> list[Closure]:
    """An organisation has few yearly closures, so PostgreSQL is spared the counting of years."""
    found = []
    for one in closures:
        place = engine.Bookable(one.pk, "", zone, 1, None, (), closures=(for_engine(one),))
        if since < until and engine.closed_spans(place, since, until):
            found.append(one)
    return found
