"""A view under a name."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from infra24.bookings.models import ViewPage
from infra24.bookings.models.saved import LONGEST_NAME, LONGEST_QUERY
from infra24.bookings.services.saving import ViewChange


class ViewForm(forms.Form):
    """What a view is called, what it shows, and who sees it."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
    is_shared = forms.BooleanField(
        label=_("Colleagues see it too"), required=False, help_text=_("They can use it; you alone change it.")
    )
    page = forms.ChoiceField(choices=ViewPage.choices, widget=forms.HiddenInput)
    query = forms.CharField(required=False, max_length=LONGEST_QUERY, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def to_wish(self) -> ViewChange:
        data: dict[str, Any] = self.cleaned_data
        return ViewChange(data["name"], data["query"], data["is_shared"])
