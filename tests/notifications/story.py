"""What tests of mails share: Oolite with a kiln, Bob for whom it is booked, and a clock under their hands."""

from datetime import timedelta
from typing import Any

from infra24.bookings.models import Booking, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import BookingChange, cancel_booking, change_booking
from infra24.config.subscriptions import REACTIONS
from infra24.notifications.kept_mail import KeptMail, kept_mails
from infra24.orgs.models import Organisation
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import deliver_due
from infra24.outbox.models import Delivery
from infra24.people.models import Person
from infra24.resources.models import Resource
from tests import make
from tests.make import Cast
from tests.outbox.story import Clock

HOUR = timedelta(hours=1)


class House:
    """Oolite, where Alice is staff unless said otherwise."""

    def __init__(self, alice: Role = Role.STAFF, **rules: Any) -> None:
        self.cast: Cast = make.cast(alice=alice)
        self.org: Organisation = self.cast.house
        self.bob: Person = make.person(self.org, member=self.cast.bob)
        self.kiln: Resource = make.resource(self.org, name="Kiln 2")
        if rules:
            make.opening_hours(self.org, rules={**make.open_week(), **rules}, resource=self.kiln)
        self.clock = Clock()

    def book(self, *, status: str | None = "confirmed", **more: Any) -> Booking:
        return make.booking(self.cast.alice, self.kiln, status=status, **{"person": self.bob, "hours": 2, **more})

    def change(self, booking: Booking, **change: Any) -> None:
        with acting_for(self.org.pk):
            fresh = booking_for(self.cast.alice, booking.pk)
            change_booking(fresh, BookingChange(**change), by=self.cast.alice, source=Source.STAFF)

    def move(self, booking: Booking, by: timedelta) -> None:
        self.change(booking, starts_at=booking.starts_at + by, ends_at=booking.ends_at + by)

    def cancel(self, booking: Booking, **more: Any) -> None:
        with acting_for(self.org.pk):
            fresh = booking_for(self.cast.alice, booking.pk)
            cancel_booking(fresh, by=self.cast.alice, source=Source.STAFF, **more)

    def run(self) -> None:
        deliver_due(REACTIONS, clock=self.clock)

    def notes(self, handler: str) -> list[str]:
        with acting_for(self.org.pk):
            found = Delivery.objects.filter(handler=handler).order_by("created_at", "number", "id")
            return list(found.values_list("note", flat=True))

    def again(self, handler: str) -> None:
        """As when the worker dies after the mail's record and before the delivery's."""
        with acting_for(self.org.pk):
            Delivery.objects.filter(handler=handler).update(status="pending", settled_at=None)
        self.run()


def mails_to(address: str) -> list[KeptMail]:
    """The oldest first."""
    return [mail for mail in reversed(kept_mails()) if mail.recipients == (address,)]


def subjects_to(address: str) -> list[str]:
    return [mail.subject for mail in mails_to(address)]
