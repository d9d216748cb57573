"""What admins say about their webhooks."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from infra24.core.guarding import LONGEST_ADDRESS
from infra24.facts.events import PUBLIC
from infra24.facts.templatetags.events import SUBJECTS, event_name
from infra24.outbox.services import LONGEST_REASON
from infra24.webhooks.errors import EndpointAddressRefused
from infra24.webhooks.guard import checked_url
from infra24.webhooks.models import Endpoint
from infra24.webhooks.policies import MOST_PER_MINUTE
from infra24.webhooks.services import EndpointWish


class EndpointForm(forms.Form):
    """A webhook; the types of events are a group of tick boxes for each subject."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80, help_text=gettext_lazy("As you call it."))
    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=LONGEST_ADDRESS,
        help_text=gettext_lazy("Begins with https:// and leads to a server in the open."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url", "spellcheck": "false"}),
    )
    description = forms.CharField(label=gettext_lazy("What it is for"), max_length=300, required=False)
    per_minute = forms.IntegerField(
        label=gettext_lazy("Events a minute, at most"),
        min_value=1,
        max_value=MOST_PER_MINUTE,
        required=False,
        help_text=gettext_lazy("Leave empty for as fast as things happen."),
    )
    everything = forms.BooleanField(
        label=gettext_lazy("Tell it of everything"),
        required=False,
        help_text=gettext_lazy("Also of what is added later. Otherwise choose below."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        order = [*SUBJECTS, *(_subject(kind) for kind in PUBLIC)]
        for subject in dict.fromkeys(order):
            self.fields[f"types_{subject}"] = forms.MultipleChoiceField(
                label=str(SUBJECTS.get(subject, subject)),
                choices=[(kind, event_name(kind)) for kind in PUBLIC if _subject(kind) == subject],
                widget=forms.CheckboxSelectMultiple,
                required=False,
            )

    @property
    def groups(self) -> list[forms.BoundField]:
        """The tick boxes of each subject."""
        return [self[name] for name in self.fields if name.startswith("types_")]

    def clean_url(self) -> str:
        try:
            return checked_url(self.cleaned_data["url"])
        except EndpointAddressRefused as error:
            raise forms.ValidationError(error.fields["url"]) from error

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not data.get("everything") and not self._chosen(data):
            self.add_error("everything", _("Tick this, or at least one of the events below."))
        return data

    def to_wish(self) -> EndpointWish:
        """What the form says, once it is valid."""
        data = self.cleaned_data
        fact_types = None if data["everything"] else self._chosen(data)
        return EndpointWish(data["name"], data["url"], fact_types, data["description"], data["per_minute"])

    @staticmethod
    def said_of(endpoint: Endpoint) -> dict[str, Any]:
        """What the form says of a webhook as it is."""
        target = endpoint.destination
        chosen: dict[str, list[str]] = {}
        for kind in target.fact_types or ():
            chosen.setdefault(f"types_{_subject(kind)}", []).append(kind)
        return {
            "name": target.name,
            "url": endpoint.url,
            "description": endpoint.description,
            "per_minute": target.per_minute,
            "everything": target.fact_types is None,
            "version": endpoint.version,
            **chosen,
        }

    @staticmethod
    def _chosen(data: dict[str, Any]) -> list[str]:
        return [kind for name, kinds in data.items() if name.startswith("types_") for kind in kinds]


class RotateForm(forms.Form):
    """For how long the old secret goes on signing."""

    old_works_hours = forms.TypedChoiceField(
        label=gettext_lazy("The old secret"),
        choices=[
            ("24", gettext_lazy("signs beside the new one for a day, so that nothing is refused")),
            ("0", gettext_lazy("ends now: somebody else may know it")),
        ],
        coerce=int,
        initial="24",
        widget=forms.RadioSelect,
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class PauseForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("Those who look for this later read it."),
    )


def _subject(kind: str) -> str:
    return kind.partition(".")[0]
