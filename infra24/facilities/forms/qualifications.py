"""Qualifications and grants as staff write them down."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from infra24.core.forms import DayField
from infra24.facilities.services.qualifications import LONGEST_VALIDITY, QualificationWords
from infra24.orgs.models import Member
from infra24.people.forms import WhoField, person_called
from infra24.people.models import Person
from infra24.resources.models import Qualification


class QualificationForm(forms.Form):
    """A new qualification, or what is said of one."""

    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("As people say it: kiln induction."))
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What somebody learns, and whom to ask for it. Members read this."),
    )
    valid_months = forms.IntegerField(
        label=_("Valid for months"),
        required=False,
        min_value=1,
        max_value=LONGEST_VALIDITY,
        help_text=_("Empty: for good. A change holds for what is given from now on."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, qualification: Qualification | None = None, **kwargs: Any) -> None:
        if qualification:
            names = ("name", "description", "valid_months", "version")
            kwargs["initial"] = {name: getattr(qualification, name) for name in names}
        super().__init__(*args, **kwargs)

    def to_words(self) -> QualificationWords:
        data = self.cleaned_data
        return QualificationWords(data["name"], data["description"], data["valid_months"])


class RenewForm(forms.Form):
    """From when to when a person has a qualification."""

    granted_on = DayField(label=_("Given on"))
    lapses_on = DayField(
        label=_("Last day"), required=False, help_text=_("Empty: as many months on as the qualification says.")
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=200, help_text=_("Staff read this."))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("granted_on", today)


class GrantForm(RenewForm):
    """Who is given a qualification."""

    person = WhoField(label=_("Whom"))
    field_order = ("person", "granted_on", "lapses_on", "note")

    def __init__(self, *args: Any, viewer: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer

    def clean_person(self) -> Person:
        return person_called(self.viewer, self.cleaned_data["person"].strip())
