"""The waitlist on pages, its own and those of others."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString

from infra24.bookings.models import Booking
from infra24.core.errors import Reason
from infra24.core.problems import reason_document
from infra24.core.templatetags.house import badge
from infra24.core.translating import length
from infra24.resources.vocabulary import vocabulary_of
from infra24.waitlist.models import Entry, Offer, Outcome
from infra24.waitlist.queries import own_entries
from infra24.waitlist.words import place_words, size_words, window_words

register = template.Library()


@register.inclusion_tag("waitlist/_own.html", takes_context=True)
def own_waitlist(context: Mapping[str, Any]) -> dict[str, Any]:
    """What the viewer waits for and is being offered, as a section of “My bookings”; nothing for nothing."""
    entries = list(own_entries(context["member"], now=timezone.now()))
    return {
        "entries": entries,
        "organisation": context["organisation"],
        "csrf_token": context.get("csrf_token", ""),
        "vocabulary": vocabulary_of(context["member"].org_id) if any(entry.features for entry in entries) else {},
    }


@register.simple_tag(takes_context=True)
def waits_for(context: Mapping[str, Any], entry: Entry) -> str:
    """`Kiln 2`, or `Any: Space, Projector`."""
    return place_words(entry, context.get("vocabulary", {}))


@register.simple_tag(takes_context=True)
def waits_when(context: Mapping[str, Any], entry: Entry) -> str:
    """`2 hours, Mon, Dec 1 – Sun, Dec 14, for 12 people`."""
    return ", ".join(filter(None, [window_words(entry, context["organisation"].time_zone), size_words(entry)]))


@register.simple_tag
def reason_said(reason: Reason) -> str:
    """A reason with its cure, in the reader's language."""
    said = reason_document(reason)
    return f"{said['detail']} {said['cure']}".strip()


@register.simple_tag
def offer_badge(offer: Offer) -> SafeString:
    """What came of an offer."""
    outcome = offer.outcome_now
    return badge(_MARKS[outcome], str(outcome.label))


@register.simple_tag
def offer_lasts(offered_for: timedelta) -> str:
    """`2 hours`."""
    return length(offered_for)


_MARKS = {
    Outcome.OPEN: "offered",
    Outcome.TAKEN: "confirmed",
    Outcome.PASSED: "discarded",
    Outcome.RUN_OUT: "expired",
    Outcome.WITHDRAWN: "cancelled",
}
"""The badge that fits."""


@register.inclusion_tag("waitlist/_offered_by.html", takes_context=True)
def offered_by(context: Mapping[str, Any], booking: Booking) -> dict[str, Any]:
    """Who waited for the time that a booking keeps, where it came of an offer; nothing for others. For staff."""
    offers = Offer.objects.filter(org_id=booking.org_id, booking=booking).select_related("entry__person")
    return {"organisation": context["organisation"], "offer": offers.order_by("-offered_at").first()}
