"""From one signing secret to the next without a delivery that is refused."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from infra24.core.errors import Stale
from infra24.core.sealing import seal
from infra24.orgs import audit
from infra24.orgs.models import Member
from infra24.webhooks.models import Endpoint
from infra24.webhooks.policies import OLD_SECRET_WORKS
from infra24.webhooks.services.endpoints import locked, touched
from infra24.webhooks.signing import new_secret


@transaction.atomic
def rotate_secret(
    endpoint: Endpoint,
    *,
    by: Member,
    source: str,
    old_works: timedelta = OLD_SECRET_WORKS,
    version: int | None = None,
) -> tuple[Endpoint, str]:
    """Sign with a new secret, and with the old one too for a while; none for one that fell into wrong hands.

    Returned with the new secret, which cannot be shown again. A secret before the old one ends now.
    Raises Stale, EndpointNotFound.
    """
    now, current = timezone.now(), locked(endpoint)
    if version is not None and version != current.version:
        raise Stale
    secret = new_secret()
    if old_works > timedelta():
        current.sealed_previous, current.previous_until = current.sealed_secret, now + old_works
    else:
        current.sealed_previous, current.previous_until = "", None
    current.sealed_secret = seal(secret)
    touched(current, "sealed_secret", "sealed_previous", "previous_until")
    after = {"previous_until": current.previous_until}
    audit.write(by.org_id, "endpoint.rotate", subject_id=current.pk, by=by, source=source, now=now, after=after)
    return current, secret


@transaction.atomic
def end_previous_secret(endpoint: Endpoint, *, by: Member, source: str) -> Endpoint:
    """Stop signing with the old secret at once; nothing happens when there is none. Raises EndpointNotFound."""
    now, current = timezone.now(), locked(endpoint)
    if not current.sealed_previous:
        return current
    current.sealed_previous, current.previous_until = "", None
    touched(current, "sealed_previous", "previous_until")
    audit.write(by.org_id, "endpoint.end_previous", subject_id=current.pk, by=by, source=source, now=now)
    return current
