"""Connecting a calendar."""

from django import forms
from django.utils.translation import gettext_lazy as _

from infra24.calendars.errors import FeedAddressRefused
from infra24.calendars.fetching import checked_address
from infra24.core.guarding import LONGEST_ADDRESS


class FeedForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("As you call it: Home, Teaching."))
    address = forms.CharField(
        label=_("Address"),
        max_length=LONGEST_ADDRESS,
        help_text=_(
            "The secret address in iCal format. In Google Calendar: Settings, your calendar, Integrate calendar."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url", "spellcheck": "false"}),
    )

    def clean_address(self) -> str:
        try:
            return checked_address(self.cleaned_data["address"])
        except FeedAddressRefused as error:
            raise forms.ValidationError(error.fields["address"]) from error
