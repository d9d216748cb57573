"""What the request desk sends: which request, as it was seen, and what is to become of it."""

from django import forms
from django.utils.translation import gettext_lazy as _

CONFIRM, DECLINE = "confirm", "decline"
LONGEST_REASON = 500


class DecisionForm(forms.Form):
    """One decision. A reason is told to whoever is declined by it."""

    booking = forms.UUIDField()
    version = forms.IntegerField(min_value=1)
    decision = forms.ChoiceField(choices=[(CONFIRM, _("Confirm")), (DECLINE, _("Decline"))])
    reason = forms.CharField(required=False, max_length=LONGEST_REASON)
    decline_rivals = forms.BooleanField(required=False)
