"""Writing somebody down."""

from django import forms
from django.utils.translation import gettext_lazy as _


class PersonForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(
        label=_("E-mail address"), required=False, max_length=254, help_text=_("Confirmations of bookings go there.")
    )
    phone = forms.CharField(label=_("Phone"), required=False, max_length=40)
