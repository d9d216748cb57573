"""Reading the waitlist, starting from who is looking."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from infra24.bookings.models import Status as BookingStatus
from infra24.orgs.models import Member
from infra24.resources.models import Resource
from infra24.waitlist import policies
from infra24.waitlist.errors import EntryNotFound
from infra24.waitlist.models import MINUTE, Entry, EntryStatus, Offer, Outcome, Terms


@dataclass(frozen=True)
class EntryFilter:
    """What a list of entries is narrowed to; None and empty leave it wide."""

    statuses: tuple[str, ...] = ()
    resource_id: UUID | None = None
    """Only those for which this resource, or any of its kind, would do."""
    person_id: UUID | None = None


def visible_entries(viewer: Member) -> QuerySet[Entry]:
    """Staff see every entry; others their own."""
    entries = Entry.objects.filter(org_id=viewer.org_id)
    return entries if viewer.is_staff else entries.filter(person__user_id=viewer.user_id)


def narrowed(entries: QuerySet[Entry], wanted: EntryFilter, *, now: datetime) -> QuerySet[Entry]:
    condition = Q()
    if wanted.statuses:
        condition &= being(wanted.statuses, now)
    if wanted.resource_id:
        condition &= Q(resource_id=wanted.resource_id) | Q(resource=None, kind=_kind_of(wanted.resource_id))
    if wanted.person_id:
        condition &= Q(person_id=wanted.person_id)
    return entries.filter(condition)


def being(statuses: Iterable[str], now: datetime) -> Q:
    """The entries that are one of these then, noticed or not, as `Entry.status_at` says."""
    unanswered = Offer.objects.filter(entry=OuterRef("pk"), outcome=Outcome.OPEN)
    is_kept = Q(Exists(unanswered.filter(booking__status=BookingStatus.HOLD, booking__expires_at__gt=now)))
    is_had = Q(Exists(unanswered.filter(booking__status__in=[BookingStatus.CONFIRMED, BookingStatus.PENDING])))
    offered = Q(status=EntryStatus.OFFERED)
    waiting = Q(status=EntryStatus.WAITING) | (offered & ~is_kept & ~is_had)
    is_over = Q(until__lte=now + F("length"))
    meant: dict[EntryStatus, Q] = {
        EntryStatus.WAITING: waiting & ~is_over,
        EntryStatus.OFFERED: offered & is_kept,
        EntryStatus.TAKEN: Q(status=EntryStatus.TAKEN) | (offered & is_had),
        EntryStatus.WITHDRAWN: Q(status=EntryStatus.WITHDRAWN),
        EntryStatus.EXPIRED: Q(status=EntryStatus.EXPIRED) | (waiting & is_over),
    }
    return reduce(or_, (meant[EntryStatus(status)] for status in statuses))


def with_offers(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """Adds the person, the resource and `all_offers`, the newest first, each with its resource and booking."""
    offers = Offer.objects.select_related("resource", "booking").order_by("-offered_at", "-id")
    return entries.select_related("person", "resource").prefetch_related(
        Prefetch("offers", offers, to_attr="all_offers")  # type: ignore[no-redef]  # declared on Entry
    )


def with_place(entries: QuerySet[Entry], *, now: datetime) -> QuerySet[Entry]:
    """Adds `ahead`: how many who joined earlier and still wait may be served by the same time.

    They wait for the same resource, or for its kind, in a window that meets this one.
    """
    kind = Coalesce("resource__kind", "kind")
    earlier = (
        Entry.objects.annotate(of_kind=kind)
        .filter(
            being(policies.LIVE, now),
            Q(joined_at__lt=OuterRef("joined_at")) | Q(joined_at=OuterRef("joined_at"), id__lt=OuterRef("id")),
            Q(resource_id=OuterRef("resource_id"))
            | (Q(resource=None) | Q(of_kind=OuterRef("kind"))) & Q(of_kind=OuterRef("of_kind")),
            org_id=OuterRef("org_id"),
            since__lt=OuterRef("until"),
            until__gt=OuterRef("since"),
        )
        .order_by()
        .values("org_id")
        .annotate(number=Count("id"))
        .values("number")
    )
    counted = Coalesce(Subquery(earlier), 0, output_field=IntegerField())
    return entries.annotate(of_kind=kind).annotate(  # type: ignore[no-redef]  # declared on Entry
        ahead=Case(When(status__in=policies.LIVE, then=counted), default=0, output_field=IntegerField())
    )


def entry_for(viewer: Member, entry_id: UUID, *, now: datetime) -> Entry:
    """One entry with its person, resource, offers and place.

    Raises EntryNotFound both for a missing entry and for one the viewer may not see.
    """
    try:
        return with_place(with_offers(visible_entries(viewer)), now=now).get(pk=entry_id)
    except Entry.DoesNotExist:
        raise EntryNotFound from None


def own_entries(viewer: Member, *, now: datetime) -> QuerySet[Entry]:
    """What the viewer waits for, in the order of joining."""
    entries = Entry.objects.filter(being(policies.LIVE, now), org_id=viewer.org_id, person__user_id=viewer.user_id)
    return with_place(with_offers(entries), now=now).order_by("joined_at", "id")


def offered_for(org_id: UUID) -> timedelta:
    """How long an offer of this organisation lasts."""
    return terms_of(org_id)[0]


def passed_by(entry_ids: Iterable[UUID]) -> dict[UUID, list[policies.Passed]]:
    """What these entries were offered and did not take, and nobody else has had and given back since."""
    passed: dict[UUID, list[policies.Passed]] = {}
    offers = Offer.objects.filter(
        entry__in=list(entry_ids), outcome__in=[Outcome.PASSED, Outcome.RUN_OUT], freed_again_at=None
    )
    for entry_id, resource_id, *span in offers.values_list("entry_id", "resource_id", "starts_at", "ends_at"):
        passed.setdefault(entry_id, []).append(policies.Passed(resource_id, *span))
    return passed


def has_anybody(org_id: UUID) -> bool:
    """Whether anybody waits or is being offered something: most houses, most of the time, have nobody."""
    return Entry.objects.filter(org_id=org_id, status__in=policies.LIVE).exists()


def terms_of(org_id: UUID) -> tuple[timedelta, int]:
    """How long an offer lasts, and the version of that; 1 where the house's own value holds."""
    terms = Terms.objects.filter(org_id=org_id).first()
    return (terms.offer_minutes * MINUTE, terms.version) if terms else (policies.OFFERED_FOR, 1)


def _kind_of(resource_id: UUID) -> Subquery:
    return Subquery(Resource.objects.filter(pk=resource_id).values("kind")[:1])
