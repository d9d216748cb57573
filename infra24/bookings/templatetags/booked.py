"""What somebody has booked, on pages about them."""

from collections.abc import Mapping
from typing import Any

from django import template

from infra24.bookings.lists import coming_of, past_of
from infra24.people.models import Person

SHOWN = 10
register = template.Library()


@register.inclusion_tag("bookings/_of_person.html", takes_context=True)
def bookings_of(context: Mapping[str, Any], person: Person) -> dict[str, Any]:
    """What comes, and what is over or was given up, the nearest first; the rest is in the table. For staff."""
    viewer = context["member"]
    return {
        "organisation": context["organisation"],
        "person": person,
        "coming": list(coming_of(viewer, person)[:SHOWN]),
        "past": list(past_of(viewer, person)[:SHOWN]),
    }
