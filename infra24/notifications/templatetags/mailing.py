"""What mails are drawn with; and whether mail reaches somebody, on pages about them."""

import re
from collections.abc import Mapping
from typing import Any

from django import template

from infra24.notifications.queries import trouble_with
from infra24.people.models import Person

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
