"""A calendar's address is one person's, is hard to guess and can be taken away."""

from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from infra24.calendars.errors import CalendarFeedNotFound, CalendarFeedUnclear, FeedNotRenewable, TooManyCalendarFeeds
from infra24.calendars.models import CalendarFeed, FeedKind, FeedReading
from infra24.calendars.queries import calendar_feed_for
from infra24.calendars.services import publishing
from infra24.calendars.services.publishing import end_feed, renew_feed
from infra24.orgs.errors import RoleTooLow
from infra24.orgs.models import AuditEntry, Key, Member
from infra24.orgs.policies import Role
from infra24.orgs.services import deactivate_member
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.calendars.published_story import furnish, made, path_of, read
from tests.recorded import recorded_facts


@pytest.fixture
def cast(db: None) -> make.Cast:
    return make.cast()


def test_an_unknown_address_is_plain_text_and_nothing_else(cast: make.Cast) -> None:
    for key in ("nonsense", "x" * 300, "a%00b"):
        answer = make.client(cast.alice).get(f"/feeds/{key}.ics")
        assert (answer.status_code, answer["Content-Type"]) == (404, "text/plain; charset=utf-8")
        assert (answer.content, answer.cookies) == (b"There is no calendar here, or no longer.", {})


def test_a_renewed_address_works_and_the_old_one_does_not(cast: make.Cast) -> None:
    feed = made(cast.bob, FeedKind.PERSON)
    old = path_of(feed)

    with acting_for(cast.house.pk):
        renew_feed(feed, by=cast.bob, source="self")

    assert (Client().get(old).status_code, read(feed).status_code) == (404, 200)
    with acting_for(cast.house.pk), pytest.raises(FeedNotRenewable):
        renew_feed(feed, by=cast.alice, source="staff")
    with acting_for(cast.house.pk):
        end_feed(feed, by=cast.bob, source="self")
        with pytest.raises(CalendarFeedNotFound):
            end_feed(feed, by=cast.bob, source="self")
        assert list(AuditEntry.objects.filter(subject_id=feed.pk).order_by("id").values_list("action", flat=True)) == [
            "calendarfeed.make",
            "calendarfeed.renew",
            "calendarfeed.end",
        ]
        facts = [fact for fact in recorded_facts() if fact.startswith("calendarfeed")]
    assert facts == ["calendarfeed.made", "calendarfeed.renewed", "calendarfeed.ended"]


@pytest.mark.parametrize("how", ["left", "demoted", "shut out"])
def test_it_ends_with_what_its_maker_may_see(cast: make.Cast, how: str) -> None:
    furnish(cast)
    feed = made(cast.alice, FeedKind.ORGANISATION)
    path = path_of(feed)
    assert Client().get(path).status_code == 200
    with acting_for(cast.house.pk):
        match how:
            case "left":
                deactivate_member(cast.alice, by=cast.alice, source="staff")
            case "demoted":
                Member.objects.filter(pk=cast.alice.pk).update(role=Role.MEMBER.value)
            case "shut out":
                type(cast.alice.user).objects.filter(pk=cast.alice.user_id).update(is_active=False)

    assert Client().get(path).status_code == 404


def test_refusals_leave_no_trace(cast: make.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    kiln = make.resource(cast.house, name="Kiln")
    with pytest.raises(RoleTooLow):
        made(cast.bob, FeedKind.RESOURCE, resource=kiln)
    with pytest.raises(RoleTooLow):
        made(cast.bob, FeedKind.ORGANISATION)
    with pytest.raises(CalendarFeedUnclear):
        made(cast.alice, FeedKind.RESOURCE)
    with pytest.raises(CalendarFeedUnclear):
        made(cast.alice, FeedKind.PERSON, resource=kiln)
    with acting_for(cast.house.pk):
        assert (CalendarFeed.objects.count(), FeedReading.objects.count(), Key.objects.count()) == (0, 0, 0)
    monkeypatch.setattr(publishing, "MOST_FEEDS", 1)
    made(cast.bob, FeedKind.PERSON)
    with pytest.raises(TooManyCalendarFeeds):
        made(cast.bob, FeedKind.PERSON)


@pytest.mark.parametrize(
    ("column", "value", "name"),
    [
        ("kind", "'all'", "calendarfeed_kind_known"),
        ("detail", "'some'", "calendarfeed_detail_known"),
        ("kind", "'resource'", "calendarfeed_resource_if_of_one"),
        ("remind_minutes", "40321", "calendarfeed_reminds_within_weeks"),
    ],
)
def test_postgresql_refuses_it_too(cast: make.Cast, column: str, value: str, name: str) -> None:
    feed = made(cast.bob, FeedKind.PERSON)
    with acting_for(cast.house.pk), pytest.raises(IntegrityError, match=name), transaction.atomic():
        connection.cursor().execute(f"UPDATE calendars_calendarfeed SET {column} = {value} WHERE id = %s", [feed.pk])


def test_a_feed_is_one_persons_business(cast: make.Cast) -> None:
    own, house = made(cast.bob, FeedKind.PERSON), made(cast.alice, FeedKind.ORGANISATION)

    def sees(viewer: Member, feed_id: UUID) -> bool:
        with acting_for(viewer.org_id):
            try:
                return calendar_feed_for(viewer, feed_id).pk == feed_id
            except CalendarFeedNotFound:
                return False

    seen = [[sees(viewer, feed.pk) for feed in (own, house)] for viewer in (cast.bob, cast.alice, cast.charlie)]
    assert seen == [[True, False], [False, True], [False, False]]
