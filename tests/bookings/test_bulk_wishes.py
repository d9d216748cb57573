"""Who may do one thing to many bookings, what is wrong with a wish in itself, and what a preview and a run leave behind."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra24.bookings.errors import (
    BookingTwice,
    BulkAlreadyDone,
    BulkEmpty,
    BulkTooMany,
    NotYours,
    OffsetUnusable,
    ReasonMissing,
    SamePlace,
    TextMissing,
)
from infra24.bookings.models import Booking, BulkRun, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import BookingChange, change_booking
from infra24.bookings.services.bulk import Action, BulkWish, Pick, change_many, preview_many
from infra24.core.ids import new_id
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.bookings.bulk_story import DAY, HOUR, do, left_behind, told, wish
from tests.make import NOON, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = make.cast()
    with acting_for(made.house.pk):
        yield made


def test_what_is_stale_or_nobodys_is_told_of_each(cast: Cast) -> None:
    room = make.resource(cast.house)
    fresh, changed = make.booking(cast.alice, room), make.booking(cast.alice, room, starts_at=NOON + HOUR)
    change_booking(
        booking_for(cast.alice, changed.pk), BookingChange(title="Glaze"), by=cast.alice, source=Source.STAFF
    )
    foreign_room = make.resource(cast.elsewhere)
    foreign = make.booking(cast.charlie, foreign_room)
    with acting_for(cast.house.pk):
        result = do(cast.alice, Action.CANCEL, fresh, changed, foreign, skip=True)

    assert told(result) == ["ok", "stale", "not_found"]
    assert Booking.objects.get(pk=changed.pk).status == "confirmed"


def test_whoever_names_no_version_takes_it_as_it_is(cast: Cast) -> None:
    booking = make.booking(cast.alice, make.resource(cast.house))

    change_many(BulkWish((Pick(booking.pk),), Action.CANCEL), by=cast.alice, source=Source.STAFF)

    assert Booking.objects.get().status == "cancelled"


def test_members_do_nothing_to_many(cast: Cast) -> None:
    booking = make.booking(cast.bob, make.resource(cast.house))

    for attempt in (do, lambda *args: preview_many(wish(Action.CANCEL, booking), by=cast.bob)):
        with pytest.raises(NotYours):
            attempt(cast.bob, Action.CANCEL, booking)
    assert Booking.objects.get().status == "confirmed"


SOME, OTHER = new_id(), new_id()


@pytest.mark.parametrize(
    ("action", "picks", "more", "error"),
    [
        (Action.CANCEL, (), {}, BulkEmpty),
        (Action.CANCEL, tuple(Pick(new_id()) for _ in range(501)), {}, BulkTooMany),
        (Action.CANCEL, (Pick(SOME), Pick(SOME, 2)), {}, BookingTwice),
        (Action.DECLINE, (Pick(SOME),), {"reason": " "}, ReasonMissing),
        (Action.MOVE, (Pick(SOME),), {}, OffsetUnusable),
        (Action.MOVE, (Pick(SOME),), {"offset": timedelta(days=4000)}, OffsetUnusable),
        (Action.MESSAGE, (Pick(SOME),), {"text": " "}, TextMissing),
        (Action.CHANGE_RESOURCE, (Pick(SOME),), {"from_resource_id": SOME}, SamePlace),
        (Action.CHANGE_RESOURCE, (Pick(SOME),), {"from_resource_id": SOME, "to_resource_id": SOME}, SamePlace),
    ],
)
def test_what_is_wrong_with_the_wish_in_itself(
    cast: Cast, action: Action, picks: tuple[Pick, ...], more: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        preview_many(BulkWish(picks, action, **more), by=cast.alice)


def test_a_preview_writes_nothing_and_says_before_and_after(cast: Cast) -> None:
    room = make.resource(cast.house)
    booking = make.booking(cast.alice, room)
    before = left_behind()

    (item,) = preview_many(wish(Action.MOVE, booking, offset=DAY), by=cast.alice).items

    assert left_behind() == before
    assert item.before
    assert item.after
    assert (item.before.starts_at, item.after.starts_at, item.after.ends_at) == (NOON, NOON + DAY, NOON + DAY + HOUR)
    assert item.after.resources == (room.pk,)


def test_a_page_sent_twice_does_it_once(cast: Cast) -> None:
    booking = make.booking(cast.alice, make.resource(cast.house))
    asked = BulkWish((Pick(booking.pk),), Action.MOVE, offset=DAY)
    run_id = new_id()
    change_many(asked, by=cast.alice, source=Source.STAFF, run_id=run_id)

    with pytest.raises(BulkAlreadyDone):
        change_many(asked, by=cast.alice, source=Source.STAFF, run_id=run_id)

    assert Booking.objects.get().starts_at == NOON + DAY


def test_runs_are_kept_for_a_day(cast: Cast) -> None:
    booking = make.booking(cast.alice, make.resource(cast.house))
    do(cast.alice, Action.MOVE, booking, offset=DAY)
    BulkRun.objects.update(at=datetime.now(UTC) - timedelta(hours=25))

    change_many(BulkWish((Pick(booking.pk),), Action.MOVE, offset=DAY), by=cast.alice, source=Source.STAFF)

    assert BulkRun.objects.count() == 1
