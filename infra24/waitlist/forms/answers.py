"""What is said of an entry besides the wish, and what the staff's list is narrowed to."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from infra24.orgs.models import Member
from infra24.resources.models import Resource
from infra24.resources.queries import visible_resources
from infra24.waitlist import policies
from infra24.waitlist.models import MINUTE, EntryStatus


class WithdrawForm(forms.Form):
    """Why somebody waits no more."""

    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class AnswerForm(forms.Form):
    """The version of the entry somebody answers: the offer they have seen, and no other."""

    version = forms.IntegerField(required=False)


class FilterForm(forms.Form):
    """What the staff's list is narrowed to. Without a state it shows who waits."""

    status = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("Waiting or offered")), *EntryStatus.choices]
    )
    resource: Any = forms.ModelChoiceField(
        label=_("Resource"), required=False, queryset=Resource.objects.none(), empty_label=_("All")
    )

    def __init__(self, *args: Any, viewer: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        resource: Any = self.fields["resource"]
        resource.queryset = visible_resources(viewer)


class TermsForm(forms.Form):
    """How long an offer lasts."""

    offer_minutes = forms.IntegerField(
        label=_("An offer lasts, in minutes"),
        min_value=policies.SHORTEST_TO_DECIDE // MINUTE,
        max_value=policies.LONGEST_OFFERED // MINUTE,
        help_text=_("Between 30 minutes and 2 days (2,880). It ends before the start at the latest."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
