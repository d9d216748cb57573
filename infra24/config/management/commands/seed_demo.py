"""Let three invented organisations move in, and say how to sign in. Safe to repeat."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from infra24.config.demo.casa_manglar import CASA_MANGLAR
from infra24.config.demo.connecting import connect_to_crm
from infra24.config.demo.high_plain import HIGH_PLAIN
from infra24.config.demo.history import write_first_diary, write_on
from infra24.config.demo.seagrape import SEAGRAPE
from infra24.config.demo.settling import Settled, settle, settled
from infra24.config.demo.sign_ins import write_sign_ins
from infra24.config.demo.story import House
from infra24.crm.errors import CrmUnreachable
from infra24.orgs.models import Organisation
from infra24.orgs.tenancy import acting_for

HOUSES = (SEAGRAPE, CASA_MANGLAR, HIGH_PLAIN)
SIGN_INS = "demo.json"
"""In the data folder."""


class Command(BaseCommand):
    help = "Fill an empty database with the demo's organisations (INFRA24_DEMO=1), or bring those there up to date."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO or settings.PRODUCTION:
            raise CommandError(
                "This is no demo installation, and the demo's passwords are known to everybody."
                " Set INFRA24_DEMO=1 to fill an empty database with invented organisations."
            )
        with transaction.atomic(), connection.cursor() as cursor:
            # Two starts at once fill it one after the other.
            cursor.execute("SELECT pg_advisory_xact_lock(7244125)")
            here = {organisation.slug: organisation for organisation in Organisation.objects.all()}
            self._refuse_real_houses(here)
            houses = [self._bring_up_to_date(house, here.get(house.slug)) for house in HOUSES]
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        write_sign_ins(houses, settings.VAR_DIR / SIGN_INS, base_url=settings.BASE_URL)
        if settings.DEMO_CRM_URL:
            self._connect(houses)
        self.stdout.write("The demo is ready.")

    def _connect(self, houses: list[Settled]) -> None:
        try:
            connect_to_crm(houses, address=settings.DEMO_CRM_URL)
        except CrmUnreachable as error:
            raise CommandError(
                f"The demo CRM does not answer at {settings.DEMO_CRM_URL}: {error}"
                " Start it with `python -m emulators.bloomerang`, or leave INFRA24_DEMO_CRM_URL unset to go without."
            ) from error

    def _refuse_real_houses(self, here: dict[str, Organisation]) -> None:
        """A database without any of ours, but with others, is somebody's: known passwords have no place in it."""
        if here and not here.keys() & {house.slug for house in HOUSES}:
            raise CommandError(
                f"This database already serves other organisations ({', '.join(sorted(here)[:3])})."
                " The demo only moves into an empty one: choose another in DATABASE_URL."
            )

    def _bring_up_to_date(self, house: House, organisation: Organisation | None) -> Settled:
        if organisation is None:
            fresh = settle(house)
            with acting_for(fresh.organisation.pk):
                written = write_first_diary(house, fresh)
            self.stdout.write(f"{house.name} has moved in, with {written} bookings.")
            return fresh
        with acting_for(organisation.pk):
            known = settled(house, organisation)
            if written := write_on(house, known):
                self.stdout.write(f"{house.name}: {written} bookings for the weeks ahead.")
        return known
