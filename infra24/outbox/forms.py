"""What staff say at the console of deliveries."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from infra24.core.days import day_span
from infra24.core.forms import DayField
from infra24.facts.catalogue import CATALOGUE
from infra24.facts.templatetags.events import event_name
from infra24.orgs.models import Member
from infra24.outbox.models import Attempt, Delivery, Destination
from infra24.outbox.queries import visible_destinations
from infra24.outbox.replaying import MOST_PER_MINUTE, USUAL_PACE
from infra24.outbox.selecting import EVERY, LONGEST_TEXT, Selection
from infra24.outbox.services import LONGEST_REASON


class SelectionForm(forms.Form):
    """Which deliveries. All of it stands in the address, so that a list can be sent to somebody."""

    status = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *Delivery.Status.choices])
    destination = forms.ModelChoiceField(
        label=_("Destination"), required=False, queryset=Destination.objects.none(), empty_label=_("All")
    )
    text = forms.CharField(label=_("Says"), required=False, max_length=LONGEST_TEXT)
    type = forms.ChoiceField(label=_("What happened"), required=False)
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("To"), required=False)
    subject = forms.UUIDField(required=False, widget=forms.HiddenInput)
    outcome = forms.ChoiceField(required=False, choices=[("", ""), *Attempt.Outcome.choices], widget=forms.HiddenInput)
    cause = forms.RegexField(r"^[0-9a-f]{32}$", required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, viewer: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        destination: Any = self.fields["destination"]
        destination.queryset = visible_destinations(viewer)
        kinds: Any = self.fields["type"]
        named = sorted((event_name(name), name) for name in CATALOGUE)
        kinds.choices = [("", _("Anything")), *((name, label) for label, name in named)]

    def to_selection(self, zone: str) -> Selection:
        """What was asked for, with days as they are in the zone; everything while the form makes no sense."""
        if not self.is_valid():
            return EVERY
        data = self.cleaned_data
        since, until = data["since"], data["until"]
        return Selection(
            statuses=(data["status"],) if data["status"] else (),
            destination_id=data["destination"].pk if data["destination"] else None,
            subject_id=data["subject"],
            fact_type=data["type"],
            outcome=data["outcome"],
            cause=data["cause"],
            text=data["text"],
            since=day_span(since, zone)[0] if since else None,
            until=day_span(until, zone)[1] if until else None,
        )

    @property
    def is_unfolded(self) -> bool:
        """Whether something is said in a field that is folded away."""
        return any(self.data.get(name) or name in self.errors for name in ("type", "since", "until"))


class ReplayForm(SelectionForm):
    """Which deliveries of one destination are made once more, and how fast."""

    status = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[(Delivery.Status.DEAD.value, Delivery.Status.DEAD.label), ("delivered", _("Delivered (webhooks)"))],
    )
    destination = forms.ModelChoiceField(
        label=_("Destination"), queryset=Destination.objects.none(), empty_label=_("Choose one")
    )
    per_minute = forms.IntegerField(
        label=_("How many a minute"),
        required=False,
        min_value=1,
        max_value=MOST_PER_MINUTE,
        initial=USUAL_PACE,
        help_text=_("So that the other side is not flooded."),
    )

    @property
    def pace(self) -> int:
        return self.cleaned_data["per_minute"] or USUAL_PACE


class WhyForm(forms.Form):
    """Why a delivery is given up, or a destination paused."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Those who look for this later read it."),
    )
