"""What mails are drawn with; and whether mail reaches somebody and which went out, on pages about them."""

import re
from collections.abc import Mapping
from typing import Any

from django import template
from django.db.models import QuerySet

from infra24.bookings.models import Booking
from infra24.notifications.models import SentMail
from infra24.notifications.queries import trouble_with
from infra24.notifications.sent import told, visible_mails
from infra24.people.models import Person

SHOWN = 20
register = template.Library()
_ASIDE = re.compile(r"\([^()\n]{1,40}\)")


@register.filter
def unbroken(text: str) -> str:
    """Text in which what stands in brackets, such as a zone, is on one line: `(New York time)`."""
    return _ASIDE.sub(lambda aside: aside[0].replace(" ", "\N{NO-BREAK SPACE}"), text)


@register.inclusion_tag("notifications/_trouble.html", takes_context=True)
def mail_trouble(context: Mapping[str, Any], person: Person) -> dict[str, Any]:
    """Why no mail goes to the person's address, and what to do; nothing where it does."""
    return {
        "trouble": trouble_with(person.org_id, person.email),
        "person": person,
        "organisation": context["organisation"],
        "csrf_token": context.get("csrf_token", ""),
    }


@register.inclusion_tag("notifications/_sent.html", takes_context=True)
def mails_about(context: Mapping[str, Any], booking: Booking) -> dict[str, Any]:
    """The mails that went out about a booking, the newest first. For staff."""
    mails = visible_mails(context["member"], subject_id=booking.pk)
    return {**_shown(context, mails), "names_people": True}


@register.inclusion_tag("notifications/_sent.html", takes_context=True)
def mails_to(context: Mapping[str, Any], person: Person) -> dict[str, Any]:
    """The mails that went to a person, the newest first. For staff."""
    return _shown(context, visible_mails(context["member"], recipient=person.pk))


def _shown(context: Mapping[str, Any], mails: QuerySet[SentMail]) -> dict[str, Any]:
    newest = told(mails.order_by("-begun_at", "-id")[:SHOWN], viewer=context["member"])
    return {"organisation": context["organisation"], "mails": newest, "shown": SHOWN}
