"""One timer a night and organisation. Whatever sweeps at night subscribes to the fact it records."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from infra24.facts import services as facts
from infra24.orgs.models import Organisation
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Delivery
from infra24.outbox.policies import next_night, night_of
from infra24.outbox.reactions import Job
from infra24.outbox.services import set_timer

TIMER = "outbox.begin_night"
"""Name of `begin_night` in the table of subscriptions."""


def begin_night(job: Job) -> str:
    """Handler of the timer, and of an organisation's founding: record that the night came, set the next."""
    return _night(job.org_id, now=job.now)


def begin_missing_nights(*, is_over: Callable[[], bool] = lambda: False) -> int:
    """Give every organisation without a waiting night its first; return how many. Stops where `is_over`.

    Runs when a worker starts and every hour, for a night whose timer has failed for good sets no other. An
    organisation founded while workers run gets its first night from that fact.
    """
    begun = 0
    for org_id in Organisation.objects.values_list("pk", flat=True):
        if is_over():
            break
        with acting_for(org_id):
            waiting = Delivery.objects.filter(handler=TIMER, status=Delivery.Status.PENDING).exists()
        if not waiting:
            _night(org_id, now=timezone.now())
            begun += 1
    return begun


def _night(org_id: UUID, *, now: datetime) -> str:
    with acting_for(org_id):
        # The organisation's row is the lock: a timer that fires twice, or two workers starting, begin one night.
        organisation = Organisation.objects.select_for_update(no_key=True).get(pk=org_id)
        if Delivery.objects.filter(handler=TIMER, status=Delivery.Status.PENDING, due_at__gt=now).exists():
            return _("This night had begun already.")
        zone = ZoneInfo(organisation.time_zone)
        on = night_of(now, zone).isoformat()
        fact_id = facts.record(
            org_id, "organisation.night_came", now=now, source="clock", organisation_id=org_id, on=on
        )
        set_timer(org_id=org_id, fact_id=fact_id, handler=TIMER, subject_id=org_id, due_at=next_night(now, zone))
        return _("The night of %(date)s began.") % {"date": on}
