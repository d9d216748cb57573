"""After new zone data: which bookings to come are no longer at the time on the clock for which they were made."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import msgspec
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from infra24.bookings.zones import Moved, moved_by_zones

ADVICE = """
Nothing was changed. Look at each with the people it is for. If the time on the clock is what they agreed on, move
the booking there on the calendar; if it is the instant, as for a broadcast from elsewhere, leave it."""


class Command(BaseCommand):
    help = "List live bookings to come whose wall time is another instant since zone data changed. Changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON document instead of lines to read")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.DATABASE_ROLE != "owner":
            raise CommandError("This looks across organisations: run it as the owner, INFRA24_DATABASE_ROLE=owner.")
        checked, moved = moved_by_zones(timezone.now())
        bookings = len({each.booking_id for each in moved})
        if options["json"]:
            document = {"checked": checked, "moved": bookings, "bookings": [asdict(each) for each in moved]}
            self.stdout.write(msgspec.json.encode(document).decode())
        else:
            for each in moved:
                self.stdout.write(_line(each))
            if moved:
                self.stdout.write(ADVICE)
            else:
                self.stdout.write("Every booking to come is at the time on the clock for which it was made.")
            self.stdout.write(f"checked={checked} moved={bookings}")
        if moved:
            raise SystemExit(1)


def _line(moved: Moved) -> str:
    now = _instant(moved.now) if moved.now else "a zone nobody knows any more"
    return (
        f"{moved.organisation}  {moved.booking_id}  {moved.title}  {moved.edge} {moved.wall:%Y-%m-%d %H:%M}"
        f" {moved.time_zone}  {_instant(moved.stored)} → {now}"
    )


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
