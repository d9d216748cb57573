"""When people who can be booked are busy elsewhere, as their own calendars say."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from infra24.core.rows import as_array
from infra24.core.statements import Statement
from infra24.people.models import LONGEST_BUSY
from infra24.resources.policies import Bookable, Claim

PERSON = "person"
"""The kind of what can be busy."""

# Plain comparisons, as for claims: none that began before `earliest` lasts as long.
_BUSY = Statement("""
    SELECT r.id, t.starts_at, t.ends_at
      FROM resources_resource r
      JOIN people_busyfeed f ON f.org_id = r.org_id AND f.person_id = r.person_id
      JOIN people_busytime t ON t.org_id = f.org_id AND t.feed_id = f.id
     WHERE r.org_id = %(org)s AND r.id = ANY(%(resources)s::uuid[])
       AND t.starts_at > %(earliest)s AND t.starts_at < %(until)s AND t.ends_at > %(since)s
""")


def busy_claims(
    org_id: UUID, resources: Iterable[Bookable], since: datetime, until: datetime
) -> dict[UUID, list[Claim]]:
    """What keeps people among the resources from being booked in the window, by resource.

    No query where there is nobody among them, one otherwise.
    """
    people = [resource.id for resource in resources if resource.kind == PERSON]
    busy: dict[UUID, list[Claim]] = {}
    if not people:
        return busy
    rows = _BUSY.rows(org=org_id, resources=as_array(people), earliest=since - LONGEST_BUSY, since=since, until=until)
    for resource_id, starts_at, ends_at in rows:
        claim = Claim(starts_at, ends_at, 1, 0, is_shared=False, is_busy=True)
        busy.setdefault(resource_id, []).append(claim)
    return busy
