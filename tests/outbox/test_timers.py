"""Timers: deliveries to the clock, written with the change that makes them necessary."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from infra24.core.ids import new_id
from infra24.facts import services as facts
from infra24.orgs.models import Organisation
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Delivery, Destination
from infra24.outbox.services import Timer, cancel_timers, set_timer, set_timers


def organisation(slug: str = "oolite") -> UUID:
    return Organisation.objects.create(slug=slug, name=slug.title(), time_zone="America/New_York").pk


def held(org_id: UUID, booking_id: UUID) -> UUID:
    now = timezone.now()
    return facts.record(
        org_id, "booking.held", now=now, source="staff", booking_id=booking_id, expires_at=now + timedelta(minutes=10)
    )


@pytest.mark.django_db
def test_a_timer_waits_for_its_hour_at_the_organisations_clock() -> None:
    org_id, booking_id, due_at = organisation(), new_id(), timezone.now() + timedelta(minutes=10)
    with acting_for(org_id):
        fact_id = held(org_id, booking_id)
        timer_id = set_timer(
            org_id=org_id, fact_id=fact_id, handler="bookings.expire_hold", subject_id=booking_id, due_at=due_at
        )

        timer = Delivery.objects.get()
        assert (timer.pk, timer.fact_id, timer.subject_id, timer.handler, timer.due_at, timer.is_timer) == (
            timer_id,
            fact_id,
            booking_id,
            "bookings.expire_hold",
            due_at,
            True,
        )
        assert timer.status == Delivery.Status.PENDING
        assert [clock.kind for clock in Destination.objects.all()] == ["clock"]


@pytest.mark.django_db
def test_setting_a_timer_is_one_statement(django_assert_num_queries: object) -> None:
    org_id, booking_id = organisation(), new_id()
    with acting_for(org_id):
        fact_id = held(org_id, booking_id)
        with django_assert_num_queries(1):  # type: ignore[operator]
            set_timer(
                org_id=org_id,
                fact_id=fact_id,
                handler="bookings.expire_hold",
                subject_id=booking_id,
                due_at=timezone.now(),
            )


@pytest.mark.django_db
def test_cancelling_reaches_all_waiting_timers_of_one_subject_and_no_others() -> None:
    org_id, mine, other = organisation(), new_id(), new_id()
    with acting_for(org_id):
        for booking_id, handlers in ((mine, ("a.one", "a.two")), (other, ("a.one",))):
            fact_id = held(org_id, booking_id)
            for handler in handlers:
                set_timer(org_id=org_id, fact_id=fact_id, handler=handler, subject_id=booking_id, due_at=timezone.now())

        assert cancel_timers(org_id=org_id, subject_id=mine) == 2
        assert cancel_timers(org_id=org_id, subject_id=mine) == 0

        assert sorted(Delivery.objects.values_list("subject_id", "status")) == sorted(
            [(mine, "cancelled"), (mine, "cancelled"), (other, "pending")]
        )


@pytest.mark.django_db
def test_a_timer_for_a_fact_of_nobody_is_a_bug() -> None:
    org_id = organisation()
    with acting_for(org_id), pytest.raises(LookupError):
        set_timer(org_id=org_id, fact_id=new_id(), handler="a.one", subject_id=new_id(), due_at=timezone.now())


@pytest.mark.django_db
def test_several_timers_are_set_in_one_statement_or_none_of_them() -> None:
    org_id, booking_id = organisation(), new_id()
    due = timezone.now()
    with acting_for(org_id):
        fact_id = held(org_id, booking_id)
        timers = [Timer(fact_id, handler, booking_id, due) for handler in ("a.one", "b.two")]
        with CaptureQueriesContext(connection) as statements:
            ids = set_timers(org_id, timers)
            assert set_timers(org_id, []) == []
        assert len(statements) == 1
        found = Delivery.objects.filter(is_timer=True).order_by("handler")
        assert [(each.pk, each.handler, each.due_at, each.fact_id) for each in found] == [
            (ids[0], "a.one", due, fact_id),
            (ids[1], "b.two", due, fact_id),
        ]
    with acting_for(org_id), pytest.raises(LookupError):
        set_timers(org_id, [Timer(fact_id, "c.three", booking_id, due), Timer(new_id(), "d.four", booking_id, due)])
    with acting_for(org_id):
        assert Delivery.objects.filter(handler="d.four").count() == 0


@pytest.mark.django_db(transaction=True)
def test_the_first_timers_of_an_organisation_may_come_at_once() -> None:
    org_id = organisation()

    def first_timer(_: int) -> None:
        try:
            booking_id = new_id()
            with acting_for(org_id):
                set_timer(
                    org_id=org_id,
                    fact_id=held(org_id, booking_id),
                    handler="bookings.expire_hold",
                    subject_id=booking_id,
                    due_at=timezone.now(),
                )
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(first_timer, range(8)))

    with acting_for(org_id):
        assert (Destination.objects.count(), Delivery.objects.count()) == (1, 8)
