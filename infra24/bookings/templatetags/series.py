"""Series in words."""

from typing import Final

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from infra24.bookings.models import Series
from infra24.core.translating import translated

register = template.Library()

_FATES: Final[dict[str, str | Promise]] = {
    "free": _("Free"),
    "refused": _("Not free"),
    "kept": _("Stays as it is"),
    "left_out": _("Left out"),
    "goes": _("Will be cancelled"),
}
_MARKS: Final = {"free": "confirmed", "refused": "declined", "kept": "hold", "left_out": "expired", "goes": "cancelled"}


@register.filter
def repeats(series: Series) -> str:
    """`Every Tuesday until December 14, 2027`, in the reader's language."""
    return translated(series.words)


@register.filter
def fate_name(fate: str) -> str:
    """What would become of a date, in a word or two."""
    return str(_FATES[fate])


@register.filter
def fate_mark(fate: str) -> str:
    """The badge that goes with it."""
    return _MARKS[fate]
