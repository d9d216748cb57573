"""The organisations of a run: made by the product's own services, named so that nobody takes them for real."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from chaos.hooks import Hook, open_hook
from chaos.plans import HOLD_SECONDS, Plan
from infra24.bookings.models import Source
from infra24.bookings.services import BookingWish, LegWish, create_booking
from infra24.core.ids import new_id
from infra24.core.sorting import sort_key
from infra24.crm.services import connect
from infra24.orgs.models import Member, Organisation, User
from infra24.orgs.policies import Role
from infra24.orgs.services import add_member, found_organisation, make_user
from infra24.orgs.tenancy import acting_for
from infra24.people.models import Person
from infra24.resources.models import AvailabilityRule, Resource

SLUG = "chaos"
NAME = "Chaos (made by make chaos)"
WHO = "chaos@example.org"
ZONE = "America/New_York"
CRM_KEY = "emulator-key"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HEARD = ("assignment.changed", "booking.held", "booking.confirmed", "booking.expired")
"""What the sink is told of. The first has no other listener: the facts that are made by the thousand."""


@dataclass
class House:
    """One organisation of the run."""

    organisation: Organisation
    by: Member
    room: Resource
    subjects: Sequence[UUID]
    """What the facts are about; nothing else is known of them."""
    hook: Hook
    has_crm: bool
    booked: int = 0
    """Hours of the room that are taken already."""
    holds: set[str] = field(default_factory=set)
    """Bookings that a timer has to let expire."""

    @property
    def org_id(self) -> UUID:
        return self.organisation.pk


def settle(plan: Plan, *, sink: str, crm: str | None) -> list[House]:
    """The plan's organisations, each with a hook to the sink, and to the CRM if there is one.

    Those that an earlier run has left are used again: facts are never deleted, so neither is their organisation.
    """
    houses = []
    for number in range(plan.organisations):
        slug = SLUG if number == 0 else f"{SLUG}-{number + 1}"
        organisation = Organisation.objects.filter(slug=slug).first() or found_organisation(
            slug=slug, name=NAME, time_zone=ZONE
        )
        with acting_for(organisation.pk):
            by, room = _somebody(organisation), _room(organisation)
        if crm:
            connect(organisation.pk, api_key=CRM_KEY, by=by, base_url=crm, name="Demo CRM", per_minute=60_000)
        hook = open_hook(organisation.pk, sink=sink, path=f"/hooks/{slug}", fact_types=HEARD, by=by)
        subjects = [new_id() for _ in range(plan.subjects)]
        houses.append(House(organisation, by, room, subjects, hook, has_crm=crm is not None))
    return houses


def book(house: House) -> str:
    """A certain booking for somebody the CRM has never heard of. Returns its id once it is committed."""
    with acting_for(house.org_id):
        name = f"Guest {new_id().hex[-6:]}"
        person = Person.objects.create(
            org_id=house.org_id, name=name, sort_key=sort_key(name), email=f"{name.replace(' ', '-')}@example.org"
        )
        return _create(house, status="confirmed", person_id=person.pk)


def hold(house: House) -> str:
    """A booking that ends by its timer within seconds. Returns its id once it is committed."""
    until = timezone.now() + timedelta(seconds=HOLD_SECONDS)
    with acting_for(house.org_id):
        return _create(house, status="hold", hold_until=until)


def _create(house: House, *, status: str, person_id: UUID | None = None, hold_until: datetime | None = None) -> str:
    house.booked += 1
    tomorrow = timezone.now().astimezone(ZoneInfo(ZONE)).date() + timedelta(days=1)
    starts_at = datetime.combine(tomorrow, time(0), tzinfo=ZoneInfo("UTC")) + timedelta(hours=house.booked)
    wish = BookingWish(
        title="Chaos",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        legs=(LegWish(house.room.pk),),
        status=status,
        person_id=person_id,
        hold_until=hold_until,
    )
    return str(create_booking(wish, by=house.by, source=Source.API).pk)


def _somebody(organisation: Organisation) -> Member:
    """An admin nobody can sign in as: the address belongs to nobody, and there is no password."""
    user = User.objects.filter(email=WHO).first() or make_user(WHO, name="Chaos")
    member = Member.objects.filter(org_id=organisation.pk, user=user).select_related("user").first()
    return member or add_member(organisation.pk, user, role=Role.ADMIN, by=None, source="import")


def _room(organisation: Organisation) -> Resource:
    """A room of this run alone, open day and night."""
    AvailabilityRule.objects.get_or_create(
        org_id=organisation.pk,
        kind="",
        resource=None,
        valid_from=date(2020, 1, 1),
        defaults={"rules": {"schema": 1, "weekly": {day: [["00:00", "24:00"]] for day in DAYS}}},
    )
    name = f"Room {new_id().hex[-8:]}"
    return Resource.objects.create(
        org_id=organisation.pk, kind="space", name=name, slug=name.replace(" ", "-").lower(), sort_key=sort_key(name)
    )
