"""Making an address at which calendar programs read bookings."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from infra24.bookings.forms.bookings import ResourceChoice
from infra24.calendars.models import CalendarFeed, FeedDetail, FeedKind
from infra24.calendars.services.publishing import CHOOSING, FeedWish
from infra24.orgs.models import Member
from infra24.resources.models import Resource
from infra24.resources.queries import visible_resources

REMINDERS = [
    ("", _("Not at all")),
    ("10", _("10 minutes before")),
    ("30", _("30 minutes before")),
    ("60", _("An hour before")),
    ("1440", _("A day before")),
]


def detail_field() -> forms.ChoiceField:
    """What an address of the house shows."""
    return forms.ChoiceField(
        label=_("What it shows"),
        choices=FeedDetail.choices,
        initial=FeedDetail.BUSY,
        widget=forms.RadioSelect,
        help_text=_("Whoever has the address reads it. Choose all only for screens and people who are staff."),
    )


class OwnAddressForm(forms.Form):
    """For one's own bookings."""

    name = forms.CharField(
        label=_("Name"), max_length=80, required=False, help_text=_("So that you know it again: Phone, Work.")
    )
    remind_minutes = forms.TypedChoiceField(
        label=_("Remind me"), choices=REMINDERS, coerce=int, empty_value=None, required=False
    )

    def to_wish(self) -> dict[str, Any]:
        return {"kind": FeedKind.PERSON, **self.cleaned_data}


class ChangeAddressForm(OwnAddressForm):
    """For an address there is: what it is called, when it reminds, and of the house's what it shows."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, feed: CalendarFeed, **kwargs: Any) -> None:
        now = {"name": feed.name, "detail": feed.detail, "remind_minutes": feed.remind_minutes, "version": feed.version}
        super().__init__(*args, **kwargs)
        self.feed, self.initial = feed, now
        remind: Any = self.fields["remind_minutes"]
        minutes = "" if feed.remind_minutes is None else str(feed.remind_minutes)
        if minutes not in dict(REMINDERS):  # the API takes any
            told = ngettext("%(n)s minute before", "%(n)s minutes before", int(minutes)) % {"n": minutes}
            remind.choices = [*REMINDERS, (minutes, told)]
        if feed.kind in CHOOSING:
            self.fields["detail"] = detail_field()
            _speak_to_house(self)
            self.order_fields(["detail", "name", "remind_minutes"])

    def to_change(self) -> FeedWish:
        """What the form says, once it is valid."""
        data = self.cleaned_data
        detail = FeedDetail(data.get("detail") or self.feed.detail)
        return FeedWish(data["name"], detail, data["remind_minutes"])


class HouseAddressForm(OwnAddressForm):
    """For the house, or one resource of it."""

    resource = ResourceChoice(
        label=_("Of what"),
        queryset=Resource.objects.none(),
        required=False,
        empty_label=_("The whole house"),
    )
    detail = detail_field()
    field_order = ("resource", "detail", "name", "remind_minutes")

    def __init__(self, *args: Any, viewer: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        resource: Any = self.fields["resource"]
        resource.queryset = visible_resources(viewer)
        _speak_to_house(self)

    def to_wish(self) -> dict[str, Any]:
        kind = FeedKind.RESOURCE if self.cleaned_data["resource"] else FeedKind.ORGANISATION
        return {**self.cleaned_data, "kind": kind, "detail": FeedDetail(self.cleaned_data["detail"])}


def _speak_to_house(form: forms.Form) -> None:
    """An address of the house is nobody's own."""
    form.fields["name"].help_text = _("So that colleagues know it again: Screen by the door.")
    form.fields["remind_minutes"].label = _("Remind")
