"""The state of a delivery, as a badge."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from infra24.outbox.models import Delivery

register = template.Library()


@register.simple_tag
def delivery_badge(delivery: Delivery) -> SafeString:
    """Waiting for the first try and waiting for another one look different."""
    state, label = str(delivery.status), delivery.get_status_display()
    if delivery.status == Delivery.Status.PENDING:
        state = "waiting"
        if delivery.failures:
            state, label = "retrying", _("Trying again")
    return format_html('<span class="badge {}">{}</span>', state, label)
