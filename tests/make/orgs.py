"""Organisations, users, members, and ways in for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

from allauth.account.models import EmailAddress
from django.test import Client

from infra24.orgs.keys import make_key
from infra24.orgs.models import Key, Member, Organisation, User
from infra24.orgs.policies import SCOPES, Role
from infra24.orgs.tenancy import acting_for
from tests.make.resources import opening_hours

_numbers = count(1)
PASSWORD = "a long and friendly password"


def organisation(*, slug: str = "", time_zone: str = "America/New_York", open_daily: bool = True) -> Organisation:
    """An organisation, open every day from 09:00 to 21:00 unless `open_daily` is false."""
    slug = slug or f"house-{next(_numbers)}"
    made = Organisation.objects.create(slug=slug, name=slug.replace("-", " ").title(), time_zone=time_zone)
    if open_daily:
        opening_hours(made)
    return made


def user(email: str = "", *, name: str = "", password: str | None = None) -> User:
    """Somebody who can sign in by mailed code; with `password`, by that too."""
    email = email or f"user-{next(_numbers)}@example.org"
    made = User.objects.create_user(email, password, name=name or email.partition("@")[0].title())
    EmailAddress.objects.create(user=made, email=made.email, verified=True, primary=True)
    return made


def member(
    organisation: Organisation, *, role: Role = Role.MEMBER, email: str = "", name: str = "", who: User | None = None
) -> Member:
    """A member of the organisation: `who`, or a new user."""
    who = who or user(email, name=name)
    with acting_for(organisation.pk):
        return Member.objects.create(org_id=organisation.pk, user=who, role=role.value)


def token(
    member: Member, *, scopes: Iterable[str] = SCOPES, expires_at: datetime | None = None, per_minute: int = 60_000
) -> str:
    """The secret of an API token that acts for the member; all scopes and a wide allowance unless said otherwise."""
    with acting_for(member.org_id):
        key, secret = make_key(
            member.org_id,
            Key.Kind.TOKEN,
            now=datetime.now(UTC),
            name="test",
            member=member,
            scopes=tuple(scopes),
            expires_at=expires_at,
        )
        Key.objects.filter(pk=key.pk).update(per_minute=per_minute, burst=per_minute)
    return secret


def client(member: Member | None = None, *, csrf: bool = False) -> Client:
    """A browser: signed in as the member, or a stranger's. `csrf=True` makes it enforce CSRF as a real one."""
    made = Client(enforce_csrf_checks=csrf, raise_request_exception=True)
    if member is not None:
        made.force_login(member.user)
    return made


@dataclass(frozen=True)
class Cast:
    """Two organisations and the three who are in every story."""

    house: Organisation
    elsewhere: Organisation
    alice: Member
    bob: Member
    charlie: Member


def cast(*, alice: Role = Role.STAFF, charlie: Role = Role.ADMIN) -> Cast:
    house, elsewhere = organisation(slug="oolite"), organisation(slug="elsewhere")
    return Cast(
        house=house,
        elsewhere=elsewhere,
        alice=member(house, role=alice, email="alice@example.org", name="Alice"),
        bob=member(house, role=Role.MEMBER, email="bob@example.org", name="Bob"),
        charlie=member(elsewhere, role=charlie, email="charlie@example.org", name="Charlie"),
    )
