"""A house with webhooks, a receiver on this machine, and a relay that goes when told to."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from infra24.config.subscriptions import REACTIONS
from infra24.core.ids import new_id
from infra24.facts.services import record
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import deliver_due
from infra24.outbox.models import Delivery, Destination
from infra24.webhooks import services
from infra24.webhooks.models import Endpoint
from tests import make
from tests.outbox.story import Clock
from tests.webhooks.receiver import Receiver

WEBHOOK = Destination.Kind.WEBHOOK


class Story:
    def __init__(self, receiver: Receiver) -> None:
        self.cast, self.receiver, self.clock = make.cast(), receiver, Clock()
        self.dana = make.member(self.cast.house, role=Role.ADMIN, email="dana@example.org", name="Dana")
        self.org_id = self.cast.house.pk
        # Bookings of these stories exist in name only: neither mail nor CRM is told of them.
        heard = {
            name: {kind: handler for kind, handler in row.items() if kind == WEBHOOK or name.startswith("endpoint.")}
            for name, row in REACTIONS.subscriptions.items()
        }
        self.reactions = replace(REACTIONS, subscriptions=heard)

    def endpoint(self, **options: Any) -> Endpoint:
        """One at the receiver, which knows its secret."""
        made, secret = make.endpoint(self.dana, url=f"{self.receiver.address}/hook", **options)
        self.receiver.secrets.append(secret)
        return made

    def again(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint as it is by now."""
        with acting_for(self.org_id):
            return Endpoint.objects.select_related("destination").get(pk=endpoint.pk)

    def happens(self, fact_type: str = "booking.confirmed", *, booking_id: UUID | None = None, **data: Any) -> UUID:
        """Something happens to a booking; the fact's id."""
        with acting_for(self.org_id):
            about = {"booking_id": booking_id or new_id()}
            return record(self.org_id, fact_type, now=timezone.now(), source="staff", **about, **data)

    def relay(self, *, after: timedelta = timedelta(seconds=1)) -> None:
        """Some time later, whatever is due goes out."""
        self.clock.now = max(self.clock.now, timezone.now()) + after
        deliver_due(self.reactions, clock=self.clock)

    def night(self) -> None:
        """A night comes, and what it does about webhooks is done."""
        now = self.clock.now = max(self.clock.now, timezone.now())
        with acting_for(self.org_id):
            about = {"organisation_id": self.org_id, "on": now.date().isoformat()}
            fact_id = record(self.org_id, "organisation.night_came", now=now, source="clock", **about)
            services.look_after(self.org_id, now=now)
            services.keep_watch(self.org_id, fact_id=fact_id, now=now)

    def watches(self) -> list[tuple[str, str]]:
        """How the timers stand that look after webhooks, and what they said last."""
        with acting_for(self.org_id):
            return list(Delivery.objects.filter(handler="webhooks.watch").values_list("status", "note"))

    def deliveries(self, endpoint: Endpoint) -> list[Delivery]:
        with acting_for(self.org_id):
            return list(Delivery.objects.filter(destination_id=endpoint.destination_id).order_by("created_at", "id"))

    def fails_since(self, endpoint: Endpoint, ago: timedelta) -> None:
        with acting_for(self.org_id):
            Destination.objects.filter(pk=endpoint.destination_id).update(
                failing_since=self.clock.now - ago, failures_in_row=9
            )
