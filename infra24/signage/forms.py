"""Choosing what to print, and putting up a display."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from infra24.bookings.forms.bookings import ResourceChoice
from infra24.orgs.models import Member
from infra24.resources.models import Resource
from infra24.resources.queries import visible_resources
from infra24.signage.models import Look
from infra24.signage.queries import places_of


class SheetForm(forms.Form):
    """What to print: a day, of one resource, of a place or of the whole house."""

    date = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    place = forms.ChoiceField(label=_("Place"), required=False)
    resource = ResourceChoice(
        label=_("Resource"), queryset=Resource.objects.none(), required=False, empty_label=_("All that are there")
    )
    layout = forms.ChoiceField(
        label=_("As"), choices=[("pages", _("A page for each")), ("list", _("One list"))], required=False
    )
    readers = forms.ChoiceField(
        label=_("For"),
        choices=[("desk", _("The desk")), ("door", _("A door, without names"))],
        required=False,
    )
    quiet = forms.BooleanField(label=_("Also where nothing is booked"), required=False)

    def __init__(self, *args: Any, viewer: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place: Any = self.fields["place"]
        place.choices = [("", _("The whole house")), *((each, each) for each in places_of(viewer))]
        resource: Any = self.fields["resource"]
        resource.queryset = visible_resources(viewer)


def sheet_wanted(given: Any, *, day: date) -> dict[str, Any]:
    """What an address asks for, with what it leaves out as it is meant. `day` is the one it comes to."""
    return {
        "date": day.isoformat(),
        "place": given.get("place", ""),
        "resource": given.get("resource", ""),
        "layout": given.get("layout") or "pages",
        "readers": given.get("readers") or "desk",
        "quiet": given.get("quiet", ""),
    }


class DisplayForm(forms.Form):
    """A display to put up."""

    resource = ResourceChoice(
        label=_("Of what"), queryset=Resource.objects.none(), required=False, empty_label=_("Many, as chosen below")
    )
    place = forms.ChoiceField(
        label=_("Of many"), required=False, help_text=_("What everybody may see there; people are left out.")
    )
    name = forms.CharField(
        label=_("Name"), max_length=80, required=False, help_text=_("So that colleagues know it: Tablet by the kilns.")
    )
    look = forms.ChoiceField(label=_("Look"), choices=Look.choices, initial=Look.DARK, widget=forms.RadioSelect)

    def __init__(self, *args: Any, viewer: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        resource: Any = self.fields["resource"]
        resource.queryset = visible_resources(viewer)
        place: Any = self.fields["place"]
        place.choices = [("", _("The whole house")), *((each, each) for each in places_of(viewer))]

    def to_wish(self) -> dict[str, Any]:
        return {**self.cleaned_data, "look": Look(self.cleaned_data["look"])}


class DisplayChangeForm(forms.Form):
    """What can be changed of a display that hangs."""

    name = forms.CharField(label=_("Name"), max_length=80, required=False)
    look = forms.ChoiceField(label=_("Look"), choices=Look.choices, widget=forms.RadioSelect)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def to_change(self) -> dict[str, Any]:
        return {**self.cleaned_data, "look": Look(self.cleaned_data["look"])}
