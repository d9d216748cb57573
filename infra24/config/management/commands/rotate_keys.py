"""After a new key was put first in INFRA24_ENCRYPTION_KEYS: seal every stored credential with it."""

from typing import Any

from django.core.management.base import BaseCommand

from infra24.calendars.services.feeds import reseal_feeds
from infra24.crm.services import reseal_keys
from infra24.orgs.models import Organisation
from infra24.webhooks.services import reseal_secrets


class Command(BaseCommand):
    help = "Seal stored credentials with the first of INFRA24_ENCRYPTION_KEYS. The others can then be dropped."

    def handle(self, *args: Any, **options: Any) -> None:
        organisations = list(Organisation.objects.values_list("pk", flat=True))
        resealed = sum(reseal_keys(org_id) + reseal_feeds(org_id) + reseal_secrets(org_id) for org_id in organisations)
        self.stdout.write(f"Sealed {resealed} credentials with the newest key.")
