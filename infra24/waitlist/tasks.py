"""What the clock asks of the waitlist."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from infra24.facts.models import Fact
from infra24.orgs.tenancy import acting_for
from infra24.outbox.reactions import Job
from infra24.waitlist import queries, services
from infra24.waitlist.services.offering import Try

MOST_STEPS = 200
"""In one look; a look that finds more to do leaves it to the next fact, or to the night."""
GIVES_BACK = {
    "booking.cancelled",
    "booking.changed",
    "booking.declined",
    "booking.expired",
    "booking.given_back",
    "booking.missed",
}


def look(job: Job) -> str:
    """Reaction to whatever may free time, and to the night: offer what is free to those who wait, in their order."""
    with acting_for(job.org_id):
        if not queries.has_anybody(job.org_id):
            return _("Nobody waits.")
        if job.fact_type in GIVES_BACK:
            at = Fact.objects.values_list("recorded_at", flat=True).get(pk=job.fact_id)
            services.free_again(job.org_id, job.subject_id, before=_as_it_was(job), at=at)
        overdue = services.overdue(job.org_id, now=job.now)
    for entry_id in overdue:
        with acting_for(job.org_id):
            services.expire_entry(job.org_id, entry_id, now=job.now)
    offered, tried = 0, frozenset[Try]()
    for _step in range(MOST_STEPS):
        try:
            with acting_for(job.org_id):
                offer = services.offer_next(job.org_id, tried=tried)
        except services.CameTooLate as late:
            tried |= {late.tried}
            continue
        if offer is None:
            break
        offered += 1
    return ngettext("Made one offer.", "Made %(count)d offers.", offered) % {"count": offered}


def _as_it_was(job: Job) -> Mapping[str, Any]:
    """What the fact says of the booking before it: when it was to end, or what changed."""
    before: Mapping[str, Any] = job.data.get("before") or {}
    return {"ends_at": job.data["ends_at"]} if "ends_at" in job.data else before


def expire(job: Job) -> str:
    """Timer of an entry: write down that its window is over, unless it ended before."""
    with acting_for(job.org_id):
        is_over = services.expire_entry(job.org_id, job.subject_id, now=job.now)
    return _("The time they waited for went by.") if is_over else _("Nothing went by.")
