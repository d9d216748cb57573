"""Fields a form of rules is made of: the hours of a day, a length of time, a day of every year."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from infra24.facilities.forms.rules_hours import Spans, read_hours

UNITS: Final = (("minutes", _("minutes")), ("hours", _("hours")), ("days", _("days")))
MINUTES: Final[Mapping[str, int]] = {"days": 1440, "hours": 60, "minutes": 1}
"""The longest unit first."""
LONGEST_TEXT: Final = 400
"""Characters: more than twelve spans."""


class HoursField(forms.CharField):
    """`09:00-13:00, 14:00-22:00` as the spans of a document. `empty` is what nothing means: closed, unless said."""

    def __init__(self, *, empty: Any = "", **options: Any) -> None:
        attrs = {"autocomplete": "off", "spellcheck": "false", "placeholder": empty or _("closed")}
        super().__init__(required=False, max_length=LONGEST_TEXT, widget=forms.TextInput(attrs=attrs), **options)

    def clean(self, value: Any) -> Any:
        spans: Spans | None = read_hours(super().clean(value))
        if spans is None:
            raise forms.ValidationError(_("Write hours as 09:00-13:00, 14:00-22:00, or nothing for closed."))
        return spans


class _Pair(forms.MultiWidget):
    """Two controls that say one value; the label belongs to the first, the second has a name of its own."""

    template_name = "facilities/pair.html"
    use_fieldset = False

    def __init__(self, *widgets: forms.Widget, second: Any) -> None:
        self.second = second
        super().__init__(widgets)

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else id_

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["subwidgets"][1]["attrs"]["aria-label"] = self.second
        return context


class _LengthWidget(_Pair):
    def __init__(self) -> None:
        number = forms.NumberInput(attrs={"min": 0, "step": "any", "inputmode": "decimal"})
        super().__init__(number, forms.Select(choices=UNITS), second=_("Unit"))

    def decompress(self, value: int | None) -> list[str]:
        return list(split_length(value))


class LengthField(forms.MultiValueField):
    """A length as whole minutes; an empty number is None."""

    def __init__(self, **options: Any) -> None:
        number = forms.DecimalField(required=False, min_value=0, max_value=1_000_000)
        fields = (number, forms.ChoiceField(choices=UNITS))
        super().__init__(fields, required=False, require_all_fields=False, widget=_LengthWidget(), **options)

    def compress(self, data_list: list[Any]) -> int | None:
        number, unit = data_list or (None, "minutes")
        if number is None:
            return None
        minutes = number * MINUTES[unit or "minutes"]
        if minutes != minutes.to_integral_value():
            raise forms.ValidationError(_("Write a length of whole minutes."))
        return int(minutes)


def split_length(minutes: int | None) -> tuple[str, str]:
    """A length as number and unit, the longest unit that divides it: 90 are 90 minutes, 120 are 2 hours."""
    if not minutes:
        return ("" if minutes is None else "0"), "minutes"
    unit = next(unit for unit, size in MINUTES.items() if minutes % size == 0)
    return str(minutes // MINUTES[unit]), unit


class _YearDayWidget(_Pair):
    def __init__(self) -> None:
        months = [("", "–"), *((f"{number:02d}", name) for number, name in MONTHS.items())]
        super().__init__(
            forms.Select(choices=months), forms.NumberInput(attrs={"min": 1, "max": 31}), second=_("Day of the month")
        )

    def decompress(self, value: str | None) -> list[str]:
        return [value[:2], value[3:]] if value else ["", ""]


class YearDayField(forms.MultiValueField):
    """A day of every year as MM-DD."""

    def __init__(self, **options: Any) -> None:
        months = [(f"{number:02d}", name) for number, name in MONTHS.items()]
        fields = (forms.ChoiceField(choices=months), forms.IntegerField(min_value=1, max_value=31))
        super().__init__(fields, widget=_YearDayWidget(), **options)

    def compress(self, data_list: list[Any]) -> str:
        return f"{data_list[0]}-{data_list[1]:02d}" if data_list else ""


def plain_number(value: Decimal) -> int | float:
    """A number as documents have it."""
    return int(value) if value == value.to_integral_value() else float(value)
