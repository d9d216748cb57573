"""What staff say at the console of deliveries."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from infra24.orgs.models import Member
from infra24.outbox.models import Delivery, Destination
from infra24.outbox.queries import visible_destinations
from infra24.outbox.services import LONGEST_REASON


class DeliveryFilterForm(forms.Form):
    status = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *Delivery.Status.choices])
    destination = forms.ModelChoiceField(
        label=_("Destination"), required=False, queryset=Destination.objects.none(), empty_label=_("All")
    )

    def __init__(self, *args: Any, viewer: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        destination: Any = self.fields["destination"]
        destination.queryset = visible_destinations(viewer)


class WhyForm(forms.Form):
    """Why a delivery is given up, or a destination paused."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Those who look for this later read it."),
    )
