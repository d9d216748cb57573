"""Studio assignments as staff write them down."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from infra24.core.forms import DayField
from infra24.facilities.queries.assignments import studios_to_give
from infra24.facilities.services.assignments import AssignmentDays
from infra24.orgs.models import Member
from infra24.people.forms import WhoField, person_called
from infra24.people.models import Person
from infra24.resources.models import Resource, StudioAssignment


class DaysForm(forms.Form):
    """From when to when a person has a space."""

    starts_on = DayField(label=_("From"))
    ends_on = DayField(label=_("Last day"), required=False, help_text=_("Empty: until somebody says otherwise."))
    note = forms.CharField(label=_("Note"), required=False, max_length=200, help_text=_("Staff read this."))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, assignment: StudioAssignment | None = None, **kwargs: Any) -> None:
        if assignment:
            names = ("starts_on", "ends_on", "note", "version")
            kwargs["initial"] = {name: getattr(assignment, name) for name in names}
        super().__init__(*args, **kwargs)

    def to_days(self) -> AssignmentDays:
        data = self.cleaned_data
        return AssignmentDays(data["starts_on"], data["ends_on"], data["note"])


class AssignmentForm(DaysForm):
    """Who works where."""

    person = WhoField(label=_("Who"))
    resource: Any = forms.ModelChoiceField(label=_("Where"), queryset=Resource.objects.none(), empty_label=None)
    field_order = ("person", "resource", "starts_on", "ends_on", "note")

    def __init__(self, *args: Any, viewer: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer
        resource: Any = self.fields["resource"]
        resource.queryset = studios_to_give(viewer)

    def clean_person(self) -> Person:
        return person_called(self.viewer, self.cleaned_data["person"].strip())


class EndForm(forms.Form):
    """The last day somebody has a space."""

    ends_on = DayField(label=_("Last day"))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("ends_on", today)
