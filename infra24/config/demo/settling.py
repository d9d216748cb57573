"""An organisation moves in: its people, its things, and the hours in which they can be had."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from infra24.config.demo.story import House
from infra24.core.days import wall_of
from infra24.core.sorting import sort_key
from infra24.orgs.models import Member, Organisation, User
from infra24.orgs.policies import Role
from infra24.orgs.services import add_member, found_organisation, make_user
from infra24.orgs.tenancy import acting_for
from infra24.people.models import Person
from infra24.resources.models import (
    AvailabilityRule,
    Closure,
    Feature,
    FeatureType,
    Grant,
    Qualification,
    Resource,
    ResourceNeed,
    StudioAssignment,
)
from infra24.resources.policies import DAYS, Rules

PASSWORD = "a kiln and a lantern"
"""Of everybody who signs in to the demo. It opens nothing but invented data, and `make run` prints it."""
SOURCE = "import"
OPEN_SINCE = date(2020, 1, 1)


@dataclass(frozen=True)
class Settled:
    """A house's rows that its diary refers to."""

    organisation: Organisation
    team: dict[Role, Member]
    people: dict[str, Person]
    """By name."""
    things: dict[str, Resource]
    """By slug."""


def settle(house: House) -> Settled:
    """Found the organisation with all but its bookings. The caller's transaction."""
    organisation = found_organisation(
        slug=house.slug,
        name=house.name,
        time_zone=house.time_zone,
        locale=house.locale,
        mail_address=house.mail_address,
        theme=house.theme,
        source=SOURCE,
    )
    with acting_for(organisation.pk):
        team = {role: _join(organisation, name, role) for role, name in house.team.items()}
        people = _people(house, organisation, team)
        _words(house, organisation)
        things = _things(house, organisation, people)
        _rules(house, organisation, things)
        _inductions(house, organisation, people, things)
        _closures(house, organisation, things)
        _stays(house, organisation, people, things)
    return Settled(organisation, team, people, things)


def settled(house: House, organisation: Organisation) -> Settled:
    """The same rows of an organisation that is there already, as far as they still are. Inside `acting_for`."""
    by_email = {member.user.email: member for member in Member.objects.select_related("user")}
    return Settled(
        organisation,
        team={role: by_email[email_of(name)] for role, name in house.team.items() if email_of(name) in by_email},
        people={person.name: person for person in Person.objects.filter(erased_at=None)},
        things={thing.slug: thing for thing in Resource.objects.filter(archived_at=None)},
    )


def email_of(name: str) -> str:
    """`Nadège Saint-Cyr` is nadege.saint.cyr@example.org."""
    return re.sub("[^a-z]+", ".", sort_key(name)) + "@example.org"


def _join(organisation: Organisation, name: str, role: Role) -> Member:
    user = User.objects.filter(email=email_of(name)).first()
    if user is None:
        user = make_user(email_of(name), name=name)
        user.password = _password_hash()
        user.save(update_fields=["password"])
    return add_member(organisation.pk, user, role=role, by=None, source=SOURCE)


@cache
def _password_hash() -> str:
    """One hash for all: it takes a quarter of a second by design, and the password is no secret."""
    return make_password(PASSWORD)


def _people(house: House, organisation: Organisation, team: dict[Role, Member]) -> dict[str, Person]:
    """Everybody the house knows. One in nine left only a telephone number."""
    users = {member.user.name: member.user for member in team.values()}
    people = [
        Person(
            org_id=organisation.pk,
            name=name,
            sort_key=sort_key(name),
            email="" if number % 9 == 8 else email_of(name),
            phone="" if number % 4 == 2 else f"({house.area_code}) 555-01{number:02}",
            user=users.get(name),
        )
        for number, name in enumerate(house.people)
    ]
    return {person.name: person for person in Person.objects.bulk_create(people)}


def _things(house: House, organisation: Organisation, people: dict[str, Person]) -> dict[str, Resource]:
    made: dict[str, Resource] = {}
    for thing in house.things:  # a whole comes before its parts
        made[thing.slug] = Resource(
            org_id=organisation.pk,
            kind=thing.kind,
            name=thing.name,
            slug=thing.slug,
            sort_key=sort_key(thing.name),
            description=thing.about,
            group=thing.group,
            location=thing.location,
            capacity=thing.capacity,
            units=thing.units,
            features=dict(thing.features),
            part_of=made[thing.part_of] if thing.part_of else None,
            person=people[thing.person] if thing.person else None,
            bookable_by=thing.bookable_by,
        )
    Resource.objects.bulk_create(made.values())
    return made


def _words(house: House, organisation: Organisation) -> None:
    """The vocabulary of features."""
    Feature.objects.bulk_create(
        Feature(
            org_id=organisation.pk,
            key=word.key,
            name=word.name,
            sort_key=sort_key(word.name),
            type=FeatureType.NUMBER if word.is_number else FeatureType.CHOICE if word.choices else FeatureType.FLAG,
            unit=word.unit,
            choices=list(word.choices),
        )
        for word in house.vocabulary
    )


def _inductions(
    house: House, organisation: Organisation, people: dict[str, Person], things: dict[str, Resource]
) -> None:
    """Who was shown what, one after the other over the last year and a half; some of it has lapsed by now."""
    today = _today(house)
    made = {
        induction.name: Qualification(
            org_id=organisation.pk,
            name=induction.name,
            sort_key=sort_key(induction.name),
            description=induction.about,
            valid_months=induction.months,
        )
        for induction in house.inductions
    }
    Qualification.objects.bulk_create(made.values())
    grants = []
    for induction in house.inductions:
        for number, name in enumerate(induction.people):
            granted_on = today - timedelta(days=25 * number)
            lapses_on = granted_on + timedelta(days=30 * induction.months) if induction.months else None
            grants.append(
                Grant(
                    org_id=organisation.pk,
                    qualification=made[induction.name],
                    person=people[name],
                    granted_on=granted_on,
                    lapses_on=lapses_on,
                )
            )
    Grant.objects.bulk_create(grants)
    ResourceNeed.objects.bulk_create(
        ResourceNeed(org_id=organisation.pk, resource=things[thing.slug], qualification=made[need])
        for thing in house.things
        for need in thing.needs
    )


def _closures(house: House, organisation: Organisation, things: dict[str, Resource]) -> None:
    today = _today(house)
    closures = []
    for shut in house.closures:
        if shut.first:
            first, last = (date.fromisoformat(f"{OPEN_SINCE.year}-{day}") for day in (shut.first, shut.last))
        else:
            first = today + timedelta(days=shut.in_days)
            if shut.day:
                first += timedelta(days=(DAYS.index(shut.day) - first.weekday()) % 7)
            last = first + timedelta(days=shut.days - 1)
        closures.append(
            Closure(
                org_id=organisation.pk,
                title=shut.title,
                resource=things[shut.thing] if shut.thing else None,
                wall_from=datetime.combine(first, time()),
                wall_until=datetime.combine(last + timedelta(days=1), time()),
                is_yearly=bool(shut.first),
            )
        )
    Closure.objects.bulk_create(closures)


def _stays(house: House, organisation: Organisation, people: dict[str, Person], things: dict[str, Resource]) -> None:
    today = _today(house)
    StudioAssignment.objects.bulk_create(
        StudioAssignment(
            org_id=organisation.pk,
            person=people[stay.person],
            resource=things[stay.space],
            starts_on=today - timedelta(weeks=stay.weeks_ago),
            ends_on=None if stay.weeks_ahead is None else today + timedelta(weeks=stay.weeks_ahead),
        )
        for stay in house.stays
    )


def _today(house: House) -> date:
    return wall_of(timezone.now(), house.time_zone).date()


def _rules(house: House, organisation: Organisation, things: dict[str, Resource]) -> None:
    said: list[tuple[str, Resource | None, Rules]] = [("", None, house.hours)]
    said += [(kind, None, rules) for kind, rules in house.of_kind.items()]
    said += [("", things[thing.slug], thing.rules) for thing in house.things if thing.rules]
    AvailabilityRule.objects.bulk_create(
        AvailabilityRule(
            org_id=organisation.pk,
            kind=kind,
            resource=resource,
            valid_from=OPEN_SINCE,
            rules=rules.model_dump(mode="json", by_alias=True, exclude_none=True),
            created_at=timezone.now(),
        )
        for kind, resource, rules in said
    )
