"""What the tests of deliveries share: a table of reactions under their hands, a clock, a few facts."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from infra24.core.ids import new_id
from infra24.facts import services as facts
from infra24.orgs.models import Member, Organisation, User
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import deliver, deliver_due, hand_out, take
from infra24.outbox.models import Attempt, Delivery, Destination
from infra24.outbox.reactions import Job, Reactions

CLOCK, MAIL, CRM = Destination.Kind.CLOCK, Destination.Kind.MAIL, Destination.Kind.CRM


class Clock:
    """A clock that moves when told to."""

    def __init__(self) -> None:
        self.now = timezone.now()

    def __call__(self) -> datetime:
        return self.now

    def advance(self, step: timedelta) -> None:
        self.now += step


class Story:
    """A CRM of the tests' own making: notes what it hears, and answers as `answers` says, then well."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.heard: list[tuple[str, int]] = []
        """Type of the fact, and its number within its subject, in the order of arrival."""
        self.jobs: list[Job] = []
        self.answers: list[Exception | Callable[[Job], str]] = []
        self.reactions = Reactions(
            subscriptions={"booking.confirmed": {CRM: "test.hear"}, "booking.cancelled": {CRM: "test.hear"}},
            handlers={"test.hear": self.hear},
        )

    def hear(self, job: Job) -> str:
        self.jobs.append(job)
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        if answer is not None:
            return answer(job)
        self.heard.append((job.fact_type, job.number))
        return "heard"

    def run(self) -> int:
        return deliver_due(self.reactions, clock=self.clock)

    def hand_out(self) -> int:
        return hand_out(self.reactions, clock=self.clock).facts

    def deliver_one(self) -> None:
        (taken,) = take(CRM, n=1, each=1, clock=self.clock)
        deliver(taken, self.reactions, clock=self.clock)


def organisation(slug: str = "oolite") -> Organisation:
    return Organisation.objects.create(slug=slug, name=slug.title(), time_zone="America/New_York")


def staff_of(org: Organisation, role: str = "staff") -> Member:
    user = User.objects.create_user(f"{role}@{org.slug}.example.org")
    with acting_for(org.pk):
        return Member.objects.create(org_id=org.pk, user=user, role=role)


def crm_of(org: Organisation, name: str = "Boomerang") -> Destination:
    with acting_for(org.pk):
        return Destination.objects.create(org_id=org.pk, kind=CRM, name=name)


def confirmed(org: Organisation, booking_id: UUID | None = None) -> UUID:
    """Record that a booking was confirmed; return the booking's id."""
    booking_id = booking_id or new_id()
    with acting_for(org.pk):
        facts.record(org.pk, "booking.confirmed", now=timezone.now(), source="staff", booking_id=booking_id)
    return booking_id


def cancelled(org: Organisation, booking_id: UUID) -> None:
    with acting_for(org.pk):
        facts.record(
            org.pk,
            "booking.cancelled",
            now=timezone.now(),
            source="staff",
            booking_id=booking_id,
            reason="",
            late=False,
        )


def deliveries(org: Organisation) -> list[Delivery]:
    with acting_for(org.pk):
        return list(Delivery.objects.select_related("destination", "fact").order_by("created_at", "number", "id"))


def the_delivery(org: Organisation) -> Delivery:
    (delivery,) = deliveries(org)
    return delivery


def outcomes(org: Organisation) -> list[str]:
    with acting_for(org.pk):
        return list(Attempt.objects.order_by("number").values_list("outcome", flat=True))


def statuses(found: Iterable[Delivery]) -> list[str]:
    return [delivery.status for delivery in found]
