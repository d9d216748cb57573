"""How every form of the house is drawn, and the fields several share.

`{{ form }}` and `{{ form.title.as_field_group }}` give our components.
"""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

from infra24.core.days import FIRST_DAY, LAST_DAY


class HouseRenderer(TemplatesSetting):
    """Fields as in docs/reference/components.md: label, control, hint, error; hints and errors are described-by."""

    form_template_name = "core/form.html"
    field_template_name = "core/field.html"


class DayField(forms.DateField):
    """A day the house knows: 2000 to 2099, so that counting on from it never leaves the calendar."""

    def __init__(self, **options: Any) -> None:
        said = _("Choose a day between the years 2000 and 2099.")
        bounds = {"min": FIRST_DAY.isoformat(), "max": LAST_DAY.isoformat()}
        super().__init__(
            widget=forms.DateInput(attrs={"type": "date", **bounds}, format="%Y-%m-%d"),
            validators=[MinValueValidator(FIRST_DAY, said), MaxValueValidator(LAST_DAY, said)],
            **options,
        )
