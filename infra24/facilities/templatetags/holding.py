"""What a person was shown and where they work, on their page."""

from collections.abc import Mapping
from typing import Any

from django import template

from infra24.facilities.queries.assignments import visible_assignments
from infra24.facilities.queries.qualifications import visible_grants
from infra24.orgs.requests import today_of
from infra24.people.models import Person

register = template.Library()


@register.inclusion_tag("facilities/_held.html", takes_context=True)
def held_by(context: Mapping[str, Any], person: Person) -> dict[str, Any]:
    """Qualifications, those that lapsed or were taken back included, and studios; the newest first. For staff."""
    viewer, today = context["member"], today_of(context["request"])
    grants = visible_grants(viewer).filter(person=person).order_by("-granted_on", "-id")
    return {
        "organisation": context["organisation"],
        "grants": [(grant, grant.state_on(today)) for grant in grants],
        "assignments": list(visible_assignments(viewer).filter(person=person).order_by("-starts_on", "-id")),
    }
