"""Sending a table: first as a file, to look at; then as the same text, to keep."""

from django import forms
from django.utils.translation import gettext_lazy as _


class TableForm(forms.Form):
    file = forms.FileField(
        label=_("Table"),
        help_text=_("CSV in UTF-8, at most 1 MB and 2,000 rows, with the names of the columns in its first line."),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )


class LookedAtForm(forms.Form):
    """The text of a table that was looked at."""

    text = forms.CharField(widget=forms.HiddenInput, strip=False)
