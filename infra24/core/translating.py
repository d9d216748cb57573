"""What pure rules said, in the reader's language."""

from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from infra24.core.wording import Hours, Sentence, clock_of, length_in_words


def translated(text: str) -> str:
    """A sentence of `core.wording` in the active language; other text as it is."""
    if not isinstance(text, Sentence):
        return text
    values = {name: _in_words(value) for name, value in text.values.items()}
    return _(text.template) % values if values else _(text.template)


def length(span: timedelta) -> str:
    """`2 hours`, `1 hour 30 minutes`, `31 days`; `none` for nothing. In the active language."""
    return length_in_words(span, ngettext, _("none"))


def _in_words(value: Any) -> str:
    match value:
        case Sentence():
            return translated(value)
        case timedelta():
            return length(value)
        case Hours():
            spans = [
                _("%(opens)s to %(closes)s") % {"opens": clock_of(opens), "closes": clock_of(closes)}
                for opens, closes in value.spans
            ]
            return ", ".join(spans)
        case date():
            return date_format(value, "DATE_FORMAT")
    return str(value)
