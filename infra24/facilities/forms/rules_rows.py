"""The parts of a form of rules that repeat: seasons, dated hours, limits for each person."""

from datetime import date
from typing import Any, Final

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from infra24.facilities.forms.rules_fields import HoursField, YearDayField, plain_number
from infra24.resources.policies import DAYS
from infra24.resources.policies.document import MOST_EXCEPTIONS, MOST_QUOTAS, MOST_SEASONS

WEEK: Final = tuple(zip(DAYS, WEEKDAYS.values(), strict=True))
"""How documents call the days, and how people do."""
QUOTA_PERIODS: Final = (("day", _("a day")), ("week", _("a week")), ("month", _("a month")))
QUOTA_KINDS: Final = (("count", _("bookings")), ("hours", _("hours")))


class SeasonForm(forms.Form):
    """Other hours at a time of every year."""

    name = forms.CharField(label=_("Name"), max_length=60, strip=False)
    first = YearDayField(label=_("From"))
    last = YearDayField(label=_("Until"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for day, label in WEEK:
            self.fields[day] = HoursField(label=label)

    @property
    def days(self) -> list[forms.BoundField]:
        return [self[day] for day, _label in WEEK]

    def document(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            "name": said.get("name", ""),
            "from": said.get("first", ""),
            "until": said.get("last", ""),
            "weekly": {day: said.get(day, []) for day in DAYS},
        }


class DatedHoursForm(forms.Form):
    """Other hours on one date, or on several in a row."""

    on = forms.DateField(label=_("On"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    hours = HoursField(label=_("Hours"))
    note = forms.CharField(label=_("Why"), max_length=120, required=False, strip=False)

    def document(self) -> dict[str, Any]:
        said = self.cleaned_data
        on, until = said.get("on"), said.get("until")
        shown: dict[str, Any] = {"on": _iso(on), "hours": said.get("hours", []), "note": said.get("note", "")}
        return {**shown, "until": _iso(until)} if until else shown


class QuotaForm(forms.Form):
    """How much one person may have at most."""

    most = forms.DecimalField(
        label=_("At most"),
        min_value=0,
        max_value=10_000,
        widget=forms.NumberInput(attrs={"min": 0, "step": "any", "inputmode": "decimal"}),
    )
    kind = forms.ChoiceField(label=_("Of"), choices=QUOTA_KINDS, initial="count")
    per = forms.ChoiceField(label=_("In"), choices=QUOTA_PERIODS, initial="week")

    def document(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {"per": said.get("per"), str(said.get("kind")): plain_number(said["most"]) if "most" in said else None}


class Rows(BaseFormSet):  # type: ignore[type-arg]  # generic only in the stubs
    """Rows of which blank ones and those ticked for removal do not count."""

    deletion_widget = forms.CheckboxInput

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Remove")

    @property
    def live(self) -> list[Any]:
        """The rows that say something, in order."""
        return [one for one in self.forms if one.has_changed() and not one.cleaned_data.get("DELETE")]

    def document(self) -> list[dict[str, Any]]:
        return [one.document() for one in self.live]

    @property
    def may_grow(self) -> bool:
        return len(self.forms) < self.max_num


def _rows(form: type[forms.Form], most: int) -> Any:
    # A little above the most, so that what is too much comes back as a sentence and not as lost rows.
    return formset_factory(
        form, formset=Rows, extra=0, can_delete=True, max_num=most, validate_max=True, absolute_max=most + 20
    )


Seasons = _rows(SeasonForm, MOST_SEASONS)
Exceptions = _rows(DatedHoursForm, MOST_EXCEPTIONS)
Quotas = _rows(QuotaForm, MOST_QUOTAS)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
