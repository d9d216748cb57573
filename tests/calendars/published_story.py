"""What the tests of published calendars share: a furnished house, an address, and how a calendar reads it."""

from datetime import timedelta
from typing import Any

from django.test import Client

from infra24.calendars.models import CalendarFeed, FeedKind
from infra24.calendars.services.publishing import make_feed
from infra24.orgs.keys import mailed_secret
from infra24.orgs.models import Key, Member
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Resource
from tests import make
from tests.calendars.readers import all_of_it, by_icalendar, by_vobject

NOON, HOUR, DAY = make.NOON, timedelta(hours=1), timedelta(days=1)
HERE = {"Infra24-Organisation": "oolite"}


def made(by: Member, kind: FeedKind, **more: Any) -> CalendarFeed:
    with acting_for(by.org_id):
        return make_feed(kind, by=by, source="staff", **more)


def path_of(feed: CalendarFeed) -> str:
    with acting_for(feed.org_id):
        key = Key.objects.get(kind="feed", subject_id=feed.pk, revoked_at=None)
    return f"/feeds/{mailed_secret(key.pk)}.ics"


def read(feed: CalendarFeed, **headers: str) -> Any:
    return Client().get(path_of(feed), headers=headers)


def told(answer: Any) -> list[tuple[str, str]]:
    """Title and place of each event."""
    assert by_icalendar(answer.content) == by_vobject(answer.content)
    return [(event["summary"][0], event.get("location", [""])[0]) for event in all_of_it(answer.content)]


def furnish(cast: make.Cast) -> tuple[Resource, Resource]:
    """A meeting of others, an open one, one for Bob and one of his own; the vault is for staff alone."""
    kiln = make.resource(cast.house, name="Kiln", location="Cellar")
    vault = make.resource(cast.house, name="Vault", visible_to="staff", bookable_by="staff")
    ana, bob = make.person(cast.house, name="Ana"), make.person(cast.house, member=cast.bob)
    make.booking(cast.alice, kiln, vault, title="Board meeting", person=ana)
    teacher = make.resource(cast.house, name="Noa", kind="person", person=make.person(cast.house, name="Noa"))
    make.booking(cast.alice, kiln, vault, teacher, title="Open house", starts_at=NOON + HOUR, visibility="title")
    make.booking(cast.alice, kiln, title="Bob's", starts_at=NOON + 2 * HOUR, person=bob)
    make.booking(cast.bob, kiln, title="Bob's own", starts_at=NOON + 3 * HOUR)
    make.booking(cast.bob, kiln, title="Held", starts_at=NOON + 4 * HOUR, status="hold")
    return kiln, vault
