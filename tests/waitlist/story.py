"""What the tests of the waitlist share: a house with a kiln that is booked, and people who would like to have it."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from infra24.bookings.models import Booking, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.search import SearchWish
from infra24.bookings.services import cancel_booking
from infra24.config.subscriptions import REACTIONS
from infra24.facts.models import Fact
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import deliver_due
from infra24.people.models import Person
from infra24.resources.models import Resource
from infra24.resources.policies import WHOLE_DAY, Size
from infra24.waitlist import queries, services
from infra24.waitlist.models import Entry, Offer
from infra24.waitlist.services import WaitWish
from tests import make
from tests.make import NOON, Cast

HOUR = timedelta(hours=1)


class House:
    """Oolite with one kiln, which Alice has booked from noon to one."""

    def __init__(self, **kiln: Any) -> None:
        self.cast: Cast = make.cast()
        self.org = self.cast.house
        self.alice, self.bob = self.cast.alice, self.cast.bob
        self.kiln = make.resource(self.org, kind="equipment", name="Kiln", **kiln)
        self.taken = make.booking(self.alice, self.kiln, title="Alice's firing")

    def member(self, name: str, *, role: Role = Role.MEMBER) -> Member:
        return make.member(self.org, role=role, email=f"{name.lower()}@example.org", name=name)

    def wait(self, by: Member, resource: Resource | None = None, **wish: Any) -> Entry:
        """Somebody joins: for the kiln, an hour from noon on, unless told otherwise."""
        with acting_for(self.org.pk):
            return services.join_waitlist(wanted(resource or self.kiln, **wish), by=by, source=_source(by))

    def cancel(self, booking: Booking | None = None) -> None:
        booking = booking or self.taken
        with acting_for(self.org.pk):
            cancel_booking(booking_for(self.alice, booking.pk), by=self.alice, source=Source.STAFF)

    def run(self, **options: Any) -> None:
        """Whatever the clock has to do now."""
        deliver_due(REACTIONS, **options)

    def entry(self, entry: Entry) -> Entry:
        with acting_for(self.org.pk):
            return queries.entry_for(self.alice, entry.pk, now=timezone.now())

    def offers(self) -> list[Offer]:
        with acting_for(self.org.pk):
            return list(Offer.objects.select_related("entry", "booking").order_by("offered_at", "pk"))

    def statuses(self, *entries: Entry) -> list[str]:
        with acting_for(self.org.pk):
            return [Entry.objects.get(pk=entry.pk).status for entry in entries]

    def facts_of(self, entry: Entry) -> list[str]:
        with acting_for(self.org.pk):
            return list(Fact.objects.filter(subject_id=entry.pk).order_by("number").values_list("type", flat=True))

    def accept(self, entry: Entry, by: Member) -> Booking:
        with acting_for(self.org.pk):
            return services.accept_offer(self.entry(entry), by=by, source=Source.SELF)

    def pass_on(self, entry: Entry, by: Member) -> Entry:
        with acting_for(self.org.pk):
            return services.pass_offer(self.entry(entry), by=by, source=Source.SELF)

    def withdraw(self, entry: Entry, by: Member, reason: str = "") -> Entry:
        with acting_for(self.org.pk):
            return services.withdraw_entry(self.entry(entry), reason=reason, by=by, source=Source.SELF)


def wanted(
    resource: Resource | None = None,
    *,
    since: datetime = NOON,
    until: datetime | None = None,
    hours: float = 1,
    person: Person | None = None,
    people: int = 1,
    units: int = 1,
    clock: tuple[int, int] = WHOLE_DAY,
    **sought: Any,
) -> WaitWish:
    """An hour from noon on, and not a minute later, unless told otherwise."""
    length = timedelta(hours=hours)
    size = Size(units=units, people=people)
    return WaitWish(
        title="Firing",
        sought=SearchWish(since=since, until=until or since + length, length=length, size=size, hours=clock, **sought),
        resource_id=resource.pk if resource else None,
        person_id=person.pk if person else None,
    )


def _source(by: Member) -> Source:
    return Source.STAFF if by.is_staff else Source.SELF
