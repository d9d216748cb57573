"""What managers write about mails, and what readers want."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from infra24.notifications.composing import Wording
from infra24.notifications.queries import PARTS
from infra24.notifications.services.texts import LONGEST


class WordsForm(forms.Form):
    """The organisation's words for one message; what is left empty is said in the house's words, shown below it."""

    subject = forms.CharField(label=_("Subject"), required=False, max_length=LONGEST["subject"])
    headline = forms.CharField(label=_("Headline"), required=False, max_length=LONGEST["headline"])
    lead = forms.CharField(
        label=_("Text"), required=False, max_length=LONGEST["lead"], widget=forms.Textarea(attrs={"rows": 5})
    )
    footer = forms.CharField(
        label=_("At the end"),
        required=False,
        max_length=LONGEST["footer"],
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("In small letters, above your name: an address, opening hours. Empty: nothing."),
    )
    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, house: Wording, **options: Any) -> None:
        super().__init__(*args, **options)
        for part in PARTS[:3]:
            self.fields[part].help_text = _("Empty: “%(text)s”") % {"text": getattr(house, part)}

    @property
    def words(self) -> Wording:
        """What was written, once the form is valid."""
        return Wording(*(self.cleaned_data[part] for part in PARTS))
