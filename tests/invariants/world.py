"""A house with one of everything that can break."""

from datetime import timedelta
from typing import Any

from infra24.bookings.models import Source
from infra24.bookings.services import cancel_booking
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.make import NOON

HOUR = timedelta(hours=1)


def furnish() -> dict[str, Any]:
    """Ids by name, as statements use them."""
    cast = make.cast()
    house, alice = cast.house, cast.alice
    kiln, spare, bench = (make.resource(house, name=name) for name in ("Kiln", "Spare", "Bench"))
    hall = make.resource(house, name="Hall")
    east, west = (make.resource(house, name=name, part_of=hall) for name in ("East", "West"))
    cameras = make.resource(house, name="Cameras", kind="equipment", units=6)
    studio = make.resource(house, name="Studio", capacity=10, rules={**make.open_week(), "use": "shared"})
    press = make.resource(house, name="Press", rules={**make.open_week(), "approval": "always"})
    person = make.person(house, name="Dora")
    stranger = make.person(cast.elsewhere, name="Emil")
    abroad = make.resource(cast.elsewhere, name="Abroad")
    made = {
        "firing": make.booking(alice, kiln, person=person),
        "second": make.booking(alice, kiln, starts_at=NOON + HOUR),
        "lonely": make.booking(alice, bench),
        "concert": make.booking(alice, hall, starts_at=NOON + 2 * HOUR),
        "rehearsal": make.booking(alice, east, starts_at=NOON + 4 * HOUR),
        "film": make.booking(alice, cameras, units=3),
        "shoot": make.booking(alice, cameras, units=3),
        "class": make.booking(alice, studio, party_size=4),
        "course": make.booking(alice, studio, party_size=6),
        "hold": make.booking(alice, kiln, starts_at=NOON + 5 * HOUR, status="hold"),
        "asked": make.booking(cast.bob, press),
        "dropped": make.booking(alice, kiln, starts_at=NOON + 6 * HOUR),
        "abroad_booking": make.booking(cast.charlie, abroad),
    }
    with acting_for(house.pk):
        cancel_booking(made["dropped"], reason="Broken.", by=alice, source=Source.STAFF)
    return {
        **{name: booking.pk for name, booking in made.items()},
        **{f"{name}_leg": booking.visible_legs[0].pk for name, booking in made.items()},
        "house": house.pk,
        "elsewhere": cast.elsewhere.pk,
        "stranger": stranger.pk,
        "abroad": abroad.pk,
        **{
            name.lower(): resource.pk
            for name, resource in zip(
                ("Kiln", "Spare", "Bench", "Hall", "East", "West", "Cameras", "Studio"),
                (kiln, spare, bench, hall, east, west, cameras, studio),
                strict=True,
            )
        },
    }
