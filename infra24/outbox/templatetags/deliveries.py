"""Deliveries and destinations on pages: their state as a badge, and where what they are about is to be found."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from infra24.core.templatetags.house import badge
from infra24.outbox.health import Colour
from infra24.outbox.models import Attempt, Delivery

register = template.Library()

_COLOURS = {
    Colour.GREEN: ("active", gettext_lazy("In order")),
    Colour.AMBER: ("retrying", gettext_lazy("Held up")),
    Colour.RED: ("failed", gettext_lazy("Needs somebody")),
}
_SUBJECTS = {
    "booking": ("booking", "booking_id", gettext_lazy("the booking")),
    "series": ("series", "series_id", gettext_lazy("the series")),
    "resource": ("resource", "resource_id", gettext_lazy("the resource")),
    "closure": ("closure", "closure_id", gettext_lazy("the closure")),
    "qualification": ("qualification", "qualification_id", gettext_lazy("the qualification")),
    "assignment": ("assignment", "assignment_id", gettext_lazy("the assignment")),
    "import": ("import_run", "import_id", gettext_lazy("the import")),
    "replay": ("replay", "replay_id", gettext_lazy("the replay")),
}
"""Kinds of subject that have a page: its name, what the id is called there, and words for it."""


@register.simple_tag
def delivery_badge(delivery: Delivery) -> SafeString:
    """Waiting for the first try and waiting for another one look different."""
    state, label = str(delivery.status), delivery.get_status_display()
    if delivery.status == Delivery.Status.PENDING:
        state = "waiting"
        if delivery.failures:
            state, label = "retrying", _("Trying again")
    return format_html('<span class="badge {}">{}</span>', state, label)


@register.simple_tag
def health_badge(colour: Colour) -> SafeString:
    """How a destination does, in words and not by its colour alone."""
    state, label = _COLOURS[colour]
    return format_html('<span class="badge {}">{}</span>', state, label)


@register.simple_tag(takes_context=True)
def subject_link(context: Mapping[str, Any], kind: str, subject_id: UUID) -> SafeString | str:
    """A link to what a fact is about, where that has a page; else its kind and the end of its id."""
    if kind not in _SUBJECTS:
        return f"{kind} …{str(subject_id)[-6:]}"
    name, argument, words = _SUBJECTS[kind]
    address = reverse(name, kwargs={"org": context["organisation"].slug, argument: subject_id})
    return format_html('<a href="{}">{}</a>', address, words)


@register.simple_tag(takes_context=True)
def subject_button(context: Mapping[str, Any], kind: str, subject_id: UUID) -> SafeString | str:
    """The way to what a fact is about, as a button; nothing where that has no page."""
    if kind not in _SUBJECTS:
        return ""
    name, argument, words = _SUBJECTS[kind]
    address = reverse(name, kwargs={"org": context["organisation"].slug, argument: subject_id})
    return format_html('<a class="button small" href="{}">{}</a>', address, _("To %(what)s") % {"what": words})


@register.simple_tag
def outcome_badge(outcome: str) -> SafeString | str:
    """A class of failure, in its words; nothing before the first try."""
    return badge("dead", str(Attempt.Outcome(outcome).label)) if outcome in Attempt.Outcome.values else ""


@register.filter
def as_json(value: Any) -> str:
    """A fact's data, for those who read such things."""
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)
