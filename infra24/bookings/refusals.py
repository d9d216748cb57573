"""Counting what could not be booked: half of what a board wants to know about demand."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from infra24.bookings.errors import TimeRefused
from infra24.core.errors import Reason
from infra24.core.ids import new_id
from infra24.core.statements import Statement
from infra24.orgs.models import Organisation
from infra24.orgs.requests import MemberRequest, source_of

_COUNT = Statement("""
    INSERT INTO bookings_refusal AS refusal (id, org_id, "on", resource_id, code, source, times)
    VALUES (%(id)s, %(org)s, %(on)s, %(resource)s, %(code)s, %(source)s, %(times)s)
    ON CONFLICT (org_id, "on", resource_id, code, source) DO UPDATE SET times = refusal.times + excluded.times
""")


@contextmanager
def counting_refusals(request: MemberRequest) -> Iterator[None]:
    """Around a service in a door: a refusal passes on, and is counted once the request has been rolled back."""
    try:
        yield
    except TimeRefused as refusal:
        write = partial(_write, request.organisation, _counted(refusal.reasons), source_of(request))
        request.after_refusal.append(write)
        raise


def count_refusals(request: MemberRequest, reasons: Iterable[Reason]) -> None:
    """Of several that were asked for at once some were refused, and the rest was done: counted with what was done."""
    _write(request.organisation, _counted(reasons), source_of(request))


def _counted(reasons: Iterable[Reason]) -> dict[tuple[str | None, str], int]:
    return dict(Counter((reason.resource_id, reason.code) for reason in reasons))


def _write(organisation: Organisation, reasons: dict[tuple[str | None, str], int], source: str) -> None:
    today = timezone.now().astimezone(ZoneInfo(organisation.time_zone)).date()
    # In order, so that two requests refused alike do not deadlock here.
    for (resource_id, code), times in sorted(reasons.items(), key=str):
        if resource_id is not None:
            resource = UUID(resource_id)
            _COUNT.tell(
                id=new_id(), org=organisation.pk, on=today, resource=resource, code=code, source=source, times=times
            )
