"""An organisation with bookings, its CRM, and what both know of each other."""

from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

import httpx
from django.utils import timezone

from infra24.bookings.models import Booking, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import BookingChange, cancel_booking, change_booking
from infra24.config.subscriptions import REACTIONS
from infra24.crm.models import CrmConnection, CrmLink
from infra24.crm.services import connect
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import deliver_due
from infra24.outbox.models import Attempt, Delivery, Destination
from tests import make
from tests.emulators.bloomerang import answered

FAST = 60_000
"""Requests a minute: the emulator bears it."""


class Story:
    """Bob is known to Oolite as Bob Díaz. `late` is how far the worker's clock runs ahead."""

    def __init__(self, crm_url: str, key: str) -> None:
        self.url, self.key, self.late = crm_url, key, timedelta()
        self.crm = httpx.Client(base_url=crm_url, headers={"X-API-KEY": key}, timeout=10)
        self.cast = make.cast()
        self.org = self.cast.house
        self.bob = make.person(self.org, name="Bob Díaz", email="bob@example.org")
        self.kiln = make.resource(self.org, name="Kiln 2")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.crm.close()

    # --- Here -------------------------------------------------------------------

    def connect(self, **more: Any) -> CrmConnection:
        return connect(
            self.org.pk,
            **{"api_key": self.key, "base_url": self.url, "by": self.cast.alice, "per_minute": FAST, **more},
        )

    def book(self, **more: Any) -> Booking:
        return make.booking(self.cast.alice, self.kiln, **{"person": self.bob, "status": "confirmed", **more})

    def change(self, booking: Booking, **change: Any) -> None:
        with acting_for(self.org.pk):
            change_booking(self._fresh(booking), BookingChange(**change), by=self.cast.alice, source=Source.STAFF)

    def cancel(self, booking: Booking) -> None:
        with acting_for(self.org.pk):
            cancel_booking(self._fresh(booking), by=self.cast.alice, source=Source.STAFF)

    def clock(self) -> datetime:
        return timezone.now() + self.late

    def run(self, *, later: timedelta = timedelta()) -> list[str]:
        """Let a worker do all that is due `later`; the notes of the CRM's deliveries."""
        self.late += later
        deliver_due(REACTIONS, clock=self.clock)
        return [delivery.note for delivery in self.deliveries()]

    def deliveries(self) -> list[Delivery]:
        with acting_for(self.org.pk):
            return list(Delivery.objects.filter(destination__kind="crm").order_by("created_at", "number", "id"))

    def outcomes(self) -> list[str]:
        with acting_for(self.org.pk):
            found = Attempt.objects.filter(delivery__destination__kind="crm").order_by("started_at", "number")
            return list(found.values_list("outcome", flat=True))

    def destination(self) -> Destination:
        with acting_for(self.org.pk):
            return Destination.objects.get(kind="crm")

    def link(self) -> CrmLink:
        with acting_for(self.org.pk):
            return CrmLink.objects.get()

    def _fresh(self, booking: Booking) -> Booking:
        return booking_for(self.cast.alice, booking.pk)

    # --- There ----------------------------------------------------------------------

    def people(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = answered(self.crm.get("/v2/constituents"))["Results"]
        return found

    def activities(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = answered(self.crm.get("/v2/interactions"))["Results"]
        return found

    def the_activity(self) -> dict[str, Any]:
        (found,) = self.activities()
        return found

    def fail(self, **fault: Any) -> None:
        answered(self.crm.post("/_emulator/faults", json=fault))

    def mend(self) -> None:
        answered(self.crm.delete("/_emulator/faults"))

    def journal(self) -> Any:
        return answered(self.crm.get("/_emulator/journal"))
