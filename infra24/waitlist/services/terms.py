"""What the organisation says about its waitlist."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from infra24.bookings.locking import lock_waitlist
from infra24.core.errors import Stale
from infra24.core.wording import said
from infra24.orgs import audit
from infra24.orgs.errors import RoleTooLow
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.waitlist import policies, queries
from infra24.waitlist.errors import OfferUnreasonable
from infra24.waitlist.models import MINUTE, Terms


@transaction.atomic
def set_terms(offered_for: timedelta, *, by: Member, source: str, version: int | None = None) -> Terms:
    """Say how long an offer lasts. Those that are open keep their time. Managers only.

    Raises OfferUnreasonable, Stale.
    """
    if not by.rank.includes(Role.MANAGER):
        raise RoleTooLow
    if not policies.SHORTEST_TO_DECIDE <= offered_for <= policies.LONGEST_OFFERED:
        raise OfferUnreasonable(fields={"offer_minutes": said("Between 30 minutes and 2 days.")})
    lock_waitlist(by.org_id)
    now = timezone.now()
    minutes = offered_for // MINUTE
    was, current = queries.terms_of(by.org_id)
    if version is not None and version != current:
        raise Stale
    terms = Terms.objects.filter(org_id=by.org_id).first() or Terms(org_id=by.org_id)
    terms.offer_minutes, terms.version = minutes, current + 1
    terms.save()
    audit.write(
        by.org_id,
        "waitlist.set_terms",
        subject_id=terms.pk,
        by=by,
        source=source,
        now=now,
        before={"offer_minutes": was // MINUTE},
        after={"offer_minutes": minutes},
    )
    return terms
