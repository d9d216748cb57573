"""A booking as people write it down: a day, two clock times, one resource, in the organisation's zone."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from infra24.bookings.models import Booking, Status, Visibility
from infra24.bookings.services import BookingChange, BookingWish, LegWish
from infra24.bookings.services.claims import wishes_of
from infra24.core.days import instant_of, wall_of
from infra24.core.forms import DayField
from infra24.orgs.models import Member, Organisation
from infra24.people.models import Person
from infra24.people.queries import people_like
from infra24.resources.models import Resource
from infra24.resources.queries import visible_resources

LONGEST_PARTY = 100_000


class ResourceChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic only in the stubs
    """A resource by name, grouped by kind, with its place."""

    def label_from_instance(self, obj: Resource) -> str:
        return f"{obj.name} · {obj.location}" if obj.location else obj.name


class BookingForm(forms.Form):
    """A new booking, or the change of one. The names of the fields are those the calendar's dialog looks for."""

    title = forms.CharField(label=_("Title"), max_length=200)
    resource = ResourceChoice(label=_("Where"), queryset=Resource.objects.none(), empty_label=None)
    date = DayField(label=_("Day"))
    start = forms.TimeField(label=_("From"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    end = forms.TimeField(label=_("To"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    person = forms.CharField(
        label=_("For"),
        required=False,
        max_length=200,
        help_text=_("A name or e-mail address you have under People."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    party_size = forms.IntegerField(label=_("People"), min_value=1, max_value=LONGEST_PARTY, initial=1)
    note = forms.CharField(label=_("Note"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
    visibility = forms.ChoiceField(
        label=_("On the calendar"), choices=Visibility.choices, initial=Visibility.BUSY, widget=forms.RadioSelect
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    person_id = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, viewer: Member, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer, self.zone = viewer, organisation.time_zone
        resource: Any = self.fields["resource"]
        resource.queryset = visible_resources(viewer)
        if not viewer.is_staff:
            # Others book for themselves, and a member's note is read by staff alone.
            del self.fields["person"], self.fields["person_id"], self.fields["visibility"]

    def clean_person(self) -> Person | None:
        """The one person meant. More than one, or none, is said beside the field."""
        text = self.cleaned_data["person"].strip()
        if not text:
            return None
        found = list(people_like(self.viewer, text)[:2])
        exact = list(people_like(self.viewer, text).filter(email=text.lower())[:2])
        if len(exact) == 1:
            return exact[0]
        if not found:
            raise forms.ValidationError(_("Nobody of that name. Write them down under People first."))
        if len(found) > 1:
            raise forms.ValidationError(_("Several people match. Write the e-mail address."))
        return found[0]

    @property
    def times(self) -> tuple[datetime, datetime]:
        """Start and end as instants; an end before the start is on the next day."""
        data = self.cleaned_data
        ends_on = data["date"] + timedelta(days=1 if data["end"] < data["start"] else 0)
        return instant_of(data["date"], data["start"], self.zone), instant_of(ends_on, data["end"], self.zone)

    def to_wish(self) -> BookingWish:
        data, (starts_at, ends_at) = self.cleaned_data, self.times
        person: Person | None = data.get("person")
        return BookingWish(
            title=data["title"],
            starts_at=starts_at,
            ends_at=ends_at,
            legs=(LegWish(data["resource"].pk),),
            person_id=person.pk if person else None,
            party_size=data["party_size"],
            note=data["note"],
            visibility=data.get("visibility") or Visibility.BUSY,
            time_zone=self.zone,
        )

    def to_change(self, booking: Booking) -> BookingChange:
        """Only the first leg changes its resource; the others stay."""
        data, (starts_at, ends_at) = self.cleaned_data, self.times
        first, *others = wishes_of(booking)
        moved = LegWish(data["resource"].pk, first.units, is_exclusive=first.is_exclusive)
        person: Person | None = data.get("person")
        return BookingChange(
            title=data["title"],
            starts_at=starts_at,
            ends_at=ends_at,
            legs=(moved, *others),
            person_id=person.pk if person else None,
            for_nobody="person" in data and person is None,
            party_size=data["party_size"],
            note=data["note"],
            visibility=data.get("visibility"),
        )


def values_of(booking: Booking, zone: str) -> dict[str, Any]:
    """What the form shows for a stored booking."""
    starts, ends = wall_of(booking.starts_at, zone), wall_of(booking.ends_at, zone)
    return {
        "title": booking.title,
        "resource": booking.visible_legs[0].resource_id,
        "date": starts.date(),
        "start": starts.time(),
        "end": ends.time(),
        "person": (booking.person.email or booking.person.name) if booking.person else "",
        "party_size": booking.party_size,
        "note": booking.note,
        "visibility": booking.visibility,
        "version": booking.version,
    }


class ReasonForm(forms.Form):
    """Why a booking ends. Whoever asked reads it."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, is_needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = is_needed
        self.fields["reason"].help_text = _("The person it is for reads this.")


class FilterForm(forms.Form):
    """What the list of bookings is narrowed to. Without a day it begins today."""

    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("To"), required=False)
    status = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *Status.choices])
    resource = ResourceChoice(
        label=_("Resource"), required=False, queryset=Resource.objects.none(), empty_label=_("All")
    )

    def __init__(self, *args: Any, viewer: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        resource: Any = self.fields["resource"]
        resource.queryset = visible_resources(viewer)


def usual_start(zone: str) -> datetime:
    """What a new booking starts from, on the wall: the next full hour by day, ten o'clock otherwise."""
    wall = wall_of(timezone.now(), zone).replace(minute=0, second=0, microsecond=0)
    if 7 <= wall.hour < 19:
        return wall + timedelta(hours=1)
    return (wall + timedelta(days=1 if wall.hour >= 19 else 0)).replace(hour=10)
