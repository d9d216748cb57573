"""Races for time that somebody lets go: offers of the waitlist, and the rest of a booking that is given back."""

import math
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from infra24.bookings.models import Booking, Source
from infra24.bookings.services import cancel_booking
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Resource
from infra24.waitlist.models import Offer
from infra24.waitlist.services import join_waitlist, offer_next
from tests import make
from tests.races.racing import HOUR, Outcome, Race, Stage, again, mixed
from tests.races.steps import A_MOMENT, run_out
from tests.waitlist.story import wanted

QUARTER = timedelta(minutes=15)


def an_offer_against_new_bookings(stage: Stage) -> Race:
    """The time is kept for who waits: taken once, however often it is asked for, and by nobody else."""
    kiln, offer = _offered(stage)

    def judge(outcome: Outcome) -> None:
        assert outcome.statuses == {200: 1, 409: 11}
        assert outcome.bookings[str(offer.booking_id)]["status"] == "confirmed"
        codes = {refusal.code for refusal in outcome.told(409)}
        assert codes <= {"nothing_offered", "slot_taken"}, codes
        assert _outcome_of(stage, offer) == "taken"

    accepts = again(stage.sends(stage.bob, "POST", f"/api/waitlist/{offer.entry_id}/accept", {}), 6)
    rivals = again(stage.books(stage.alice, kiln), 6)
    return Race(mixed(accepts, rivals), {200, 409}, judge)


def an_offer_as_it_runs_out(stage: Stage) -> Race:
    """It is taken in time, or somebody else has the time; never both, and the entry says the same."""
    kiln, offer = _offered(stage)

    def soon() -> None:
        with acting_for(stage.house.pk):
            Booking.objects.filter(pk=offer.booking_id).update(expires_at=timezone.now() + A_MOMENT)

    def judge(outcome: Outcome) -> None:
        is_taken = outcome.bookings[str(offer.booking_id)]["status"] == "confirmed"
        assert len(outcome.told(200)) == is_taken
        assert len(outcome.told(201)) <= (0 if is_taken else 1)
        assert (_outcome_of(stage, offer) == "taken") == is_taken
        codes = {refusal.code for refusal in outcome.told(409)}
        assert codes <= {"nothing_offered", "offer_ran_out", "slot_taken", "rivalry"}, codes

    accepts = again(stage.sends(stage.bob, "POST", f"/api/waitlist/{offer.entry_id}/accept", {}), 6)
    rivals = again(stage.books(stage.alice, kiln), 6)
    worker = [stage.does(lambda: run_out(stage.house.pk, offer.booking_id))] * 2
    return Race(mixed(accepts, rivals, worker), {200, 201, 409}, judge, before=soon)


def an_offer_passed_on_against_new_bookings(stage: Stage) -> Race:
    """Taken or passed on, once; what is passed on is anybody's, and one of them has it."""
    kiln, offer = _offered(stage)

    def judge(outcome: Outcome) -> None:
        assert len(outcome.told(200)) == 1
        told = _outcome_of(stage, offer)
        assert outcome.bookings[str(offer.booking_id)]["status"] == {"taken": "confirmed", "passed": "cancelled"}[told]
        assert len(outcome.told(201)) <= (told == "passed")
        codes = {refusal.code for refusal in outcome.told(409)}
        assert codes <= {"nothing_offered", "slot_taken"}, codes

    answers = [
        stage.sends(stage.bob, "POST", f"/api/waitlist/{offer.entry_id}/{how}", {}) for how in ("accept", "pass")
    ]
    rivals = again(stage.books(stage.alice, kiln), 6)
    return Race(mixed(*(again(one, 3) for one in answers), rivals), {200, 201, 409}, judge)


def giving_back_against_new_bookings(stage: Stage) -> Race:
    """The rest of a running booking goes to one of those who want it, or to nobody who came too early."""
    room = make.resource(stage.house, rules=make.open_week("00:00", "24:00"))
    running = make.begun(stage.alice, room, hours=3)
    begins = _next_quarter()

    def judge(outcome: Outcome) -> None:
        assert outcome.statuses[200] == 1
        assert outcome.statuses[201] <= 1
        assert len(outcome.live) == 1 + outcome.statuses[201]
        assert outcome.bookings[str(running.pk)]["status"] == "confirmed"
        codes = {refusal.code for refusal in outcome.told(409)}
        assert codes <= {"illegal_step", "slot_taken"}, codes

    gives = again(stage.sends(stage.alice, "POST", f"/api/bookings/{running.pk}/give-back", {}), 5)
    # Two lengths, so that what they want overlaps without being the same.
    wants = [stage.books(stage.mona, room, at=begins + late, hours=1) for late in (0 * HOUR, HOUR / 2)]
    return Race(mixed(gives, *(again(one, 4) for one in wants)), {200, 201, 409}, judge)


def _offered(stage: Stage) -> tuple[Resource, Offer]:
    """Bob is being offered the kiln at noon, which Alice has given up."""
    kiln = make.resource(stage.house, kind="equipment", name="Kiln")
    taken = make.booking(stage.alice, kiln)
    with acting_for(stage.house.pk):
        join_waitlist(wanted(kiln), by=stage.bob, source=Source.SELF)
        cancel_booking(taken, by=stage.alice, source=Source.STAFF)
    with acting_for(stage.house.pk):
        offer = offer_next(stage.house.pk)
    assert offer is not None
    return kiln, offer


def _outcome_of(stage: Stage, offer: Offer) -> str:
    with acting_for(stage.house.pk):
        return str(Offer.objects.select_related("booking").get(pk=offer.pk).outcome_now)


def _next_quarter() -> datetime:
    now = datetime.now(UTC)
    return datetime.fromtimestamp(math.ceil(now.timestamp() / QUARTER.seconds) * QUARTER.seconds, UTC)


WAITING = [
    an_offer_against_new_bookings,
    an_offer_as_it_runs_out,
    an_offer_passed_on_against_new_bookings,
    giving_back_against_new_bookings,
]
