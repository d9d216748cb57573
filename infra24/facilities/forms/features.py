"""A word of the vocabulary as people write it down."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from infra24.core.translating import translated
from infra24.facilities.services.features import FeatureWish
from infra24.resources.models import Feature, FeatureType


class FeatureForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("“Projector”, “Highest temperature”, “Floor”."))
    type = forms.ChoiceField(
        label=_("What is said of it"), choices=FeatureType.choices, help_text=_("This stays what it is.")
    )
    unit = forms.CharField(
        label=_("Unit"), required=False, max_length=20, help_text=_("Of a number: °C, m², W. Empty for the others.")
    )
    choices = forms.CharField(
        label=_("Choices"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("For “one of several”: one on each line. Empty for the others."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, feature: Feature | None = None, **kwargs: Any) -> None:
        """`feature` is the one to change; what cannot change, or means nothing of its type, is left out."""
        if feature:
            kwargs["initial"] = {
                "name": feature.name,
                "unit": feature.unit,
                "choices": "\n".join(feature.choices),
                "version": feature.version,
            }
        super().__init__(*args, **kwargs)
        if feature:
            del self.fields["type"]
            if feature.type != FeatureType.NUMBER:
                del self.fields["unit"]
            if feature.type != FeatureType.CHOICE:
                del self.fields["choices"]

    def to_wish(self) -> FeatureWish:
        wish: Any = {name: self.cleaned_data[name] for name in ("name", "unit") if name in self.cleaned_data}
        if "choices" in self.cleaned_data:
            wish["choices"] = [line for line in self.cleaned_data["choices"].splitlines() if line.strip()]
        return wish  # type: ignore[no-any-return]

    def refuse(self, faults: Mapping[str, str]) -> None:
        """Put what a service found wrong beside the fields it is about."""
        for name, sentence in faults.items():
            self.add_error(name if name in self.fields else None, translated(sentence))
