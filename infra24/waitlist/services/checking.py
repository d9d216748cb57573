"""What is asked of a wish before somebody waits for it."""

from datetime import datetime
from uuid import UUID

from infra24.bookings.search import SearchWish, known_features, stretches_of
from infra24.core.errors import Alternative
from infra24.core.wording import said
from infra24.orgs.models import Member
from infra24.people.models import Person
from infra24.waitlist import policies, queries
from infra24.waitlist.errors import (
    AlreadyWaiting,
    FreeAlready,
    LengthMissing,
    NeverFits,
    TooManyEntries,
    WindowOver,
    WindowTooFar,
    WishUnclear,
)
from infra24.waitlist.matching import Wanting, free_times, house_at, reasons_against
from infra24.waitlist.models import Entry

MOST_ALTERNATIVES = 3


def check_wish(sought: SearchWish, resource_id: UUID | None, *, by: Member, zone: str, now: datetime) -> None:
    """Raises what is wrong with a wish in itself; it has a window, perhaps begun.

    WishUnclear, LengthMissing, WindowOver, WindowTooFar, UnknownFeature, and of
    the search EndsBeforeStart, WindowTooLong, WishTooNarrow.
    """
    if bool(resource_id) == bool(sought.kind) or (resource_id and sought.features):
        raise WishUnclear(fields={"resource_id": said("Name a resource, or a kind and what it should have.")})
    if sought.length is None:
        raise LengthMissing(fields={"length": said("Say for how long.")})
    assert sought.since is not None
    assert sought.until is not None
    if policies.last_start(sought.until, sought.length) <= now:
        raise WindowOver(fields={"end": said("Choose a later day.")})
    if sought.until > now + policies.FARTHEST:
        raise WindowTooFar(fields={"end": said("Choose an earlier day.")})
    stretches_of(sought, sought.since, sought.until, zone)
    if sought.since < now:
        stretches_of(sought, now, sought.until, zone)
    known_features(by.org_id, sought.features)


def check_others(sought: SearchWish, resource_id: UUID | None, person: Person, *, now: datetime) -> None:
    """What else this person waits for: not the same, and not too much. Whoever joins has locked the waitlist.

    Raises AlreadyWaiting, TooManyEntries.
    """
    live = Entry.objects.filter(queries.being(policies.LIVE, now), org_id=person.org_id, person=person)
    entries = list(live[: policies.MOST_ENTRIES])
    wanted = (resource_id, _what_would_do(sought, now=now))
    if any((entry.resource_id, _what_would_do(entry.wish, now=now)) == wanted for entry in entries):
        raise AlreadyWaiting
    if len(entries) == policies.MOST_ENTRIES:
        raise TooManyEntries


def check_worth_waiting(wanting: Wanting, *, zone: str, now: datetime, refuses_free: bool) -> None:
    """Waiting may help, and is needed. Raises NeverFits; with `refuses_free` FreeAlready, with the first times."""
    house = house_at(wanting.person.org_id, [wanting], zone=zone, now=now)
    reasons = reasons_against(house, wanting)
    if reasons is not None:
        raise NeverFits(" ".join(dict.fromkeys(reason.detail for reason in reasons)), reasons=reasons)
    if refuses_free and (free := free_times(house, wanting, most=MOST_ALTERNATIVES)):
        times = [(str(one.resource.id), one.starts_at.isoformat(), one.ends_at.isoformat()) for one in free]
        raise FreeAlready(alternatives=[Alternative(*time) for time in times])


def _what_would_do(wish: SearchWish, *, now: datetime) -> tuple[object, ...]:
    """What tells two wishes apart. What of a window is past is no matter."""
    features = frozenset(str(feature) for feature in wish.features)
    since = max(wish.since or now, now)
    return (wish.kind, features, since, wish.until, wish.length, wish.days, wish.hours, wish.size)
