"""Whether staff decide on a booking, or it is certain at once."""

from datetime import datetime

from infra24.orgs.policies import Role
from infra24.resources.policies.bookable import Bookable
from infra24.resources.policies.document import ApprovalWhen
from infra24.resources.policies.hours import merged, week_spans, without


def needs_approval(resource: Bookable, role: Role, since: datetime, until: datetime) -> bool:
    """True when a booking by somebody of this role waits for a decision. Staff decide by booking."""
    rules = resource.rules_at(since)
    approval = rules.approval
    if role.includes(Role.STAFF) or approval == "never":
        return False
    if not isinstance(approval, ApprovalWhen):
        return True
    if approval.roles is not None and role.value not in approval.roles:
        return False
    if rules.approval_hours is None:
        return True
    unasked = merged(week_spans(resource.zone, rules.approval_hours, since, until))
    return bool(without([(since, until)], unasked))
