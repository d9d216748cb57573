"""What is asked before somebody is erased."""

from django import forms
from django.utils.translation import gettext_lazy as _


class EraseForm(forms.Form):
    """The name once more, and what becomes of what has not begun."""

    ahead = forms.ChoiceField(
        label=_("Bookings that have not begun"),
        choices=[("cancel", _("Cancel them; their time is free")), ("keep", _("Keep them, without the person"))],
        widget=forms.RadioSelect,
        initial="cancel",
    )
    name = forms.CharField(
        label=_("Write the name, to be sure"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
