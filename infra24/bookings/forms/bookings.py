"""A booking as people write it down: days, two clock times, one resource, in the organisation's zone."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from infra24.bookings.models import Booking, Visibility
from infra24.bookings.services import BookingChange, BookingWish, LegWish
from infra24.bookings.services.claims import wishes_of
from infra24.core.days import instant_of, wall_of
from infra24.core.forms import DayField
from infra24.orgs.models import Member, Organisation
from infra24.people.forms import WhoField, person_called
from infra24.people.models import Person
from infra24.resources.models import Resource
from infra24.resources.queries import visible_resources

LONGEST_PARTY = 100_000

Wall = tuple[date, time]
"""A day and what the clock shows, to the minute."""


class ResourceChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic only in the stubs
    """A resource by name, grouped by kind, with its place."""

    def label_from_instance(self, obj: Resource) -> str:
        return f"{obj.name} · {obj.location}" if obj.location else obj.name


class ResourceChoices(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # generic only in the stubs
    """Resources by name, to tick."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Resource.objects.none(), initial=list, required=False, **kwargs)

    def label_from_instance(self, obj: Resource) -> str:
        return f"{obj.name} · {obj.location}" if obj.location else obj.name


class BookingForm(forms.Form):
    """A new booking, or the change of one. The names of the fields are those the calendar's dialog looks for."""

    title = forms.CharField(label=_("Title"), max_length=200)
    resource = ResourceChoice(label=_("Where"), queryset=Resource.objects.none(), empty_label=None)
    date = DayField(label=_("Day"))
    start = forms.TimeField(label=_("From"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    end = forms.TimeField(label=_("To"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    end_date = DayField(
        label=_("Last day"),
        required=False,
        help_text=_("Empty means the same day, or the next when it ends before it begins."),
    )
    also = ResourceChoices(
        label=_("Also needed"),
        help_text=_("All of it is had together, or nothing is booked."),
    )
    instead = ResourceChoices(
        label=_("These would do as well"),
        help_text=_("Where the first choice is taken, one of these is booked in its place."),
    )
    person = WhoField(label=_("For"), required=False)
    party_size = forms.IntegerField(label=_("People"), min_value=1, max_value=LONGEST_PARTY, initial=1)
    note = forms.CharField(label=_("Note"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
    visibility = forms.ChoiceField(
        label=_("On the calendar"), choices=Visibility.choices, initial=Visibility.BUSY, widget=forms.RadioSelect
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    person_id = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, viewer: Member, organisation: Organisation, booking: Booking | None = None, **kwargs: Any
    ) -> None:
        """`booking` is the one to change, with its `visible_legs`; it is what the form shows at first."""
        self.viewer, self.zone, self.booking = viewer, organisation.time_zone, booking
        if booking:
            kwargs["initial"] = _values_of(booking, self.zone)
        super().__init__(*args, **kwargs)
        for name in ("resource", "also", "instead"):
            field: Any = self.fields[name]
            field.queryset = visible_resources(viewer)
        if not viewer.is_staff:
            # Others book for themselves, and a member's note is read by staff alone.
            del self.fields["person"], self.fields["person_id"], self.fields["visibility"]

    def clean_person(self) -> Person | None:
        """Whoever is called exactly that; the stored person while nobody touched the field."""
        text = self.cleaned_data["person"].strip()
        if self.booking and text == self.initial["person"]:
            return self.booking.person
        if not text:
            return None
        return person_called(self.viewer, text)

    def clean(self) -> None:
        starts_on, ends_on = self.cleaned_data.get("date"), self.cleaned_data.get("end_date")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("end_date", _("This is before the day it begins. Choose a later day, or leave it empty."))
        also, instead = self.cleaned_data.get("also") or (), self.cleaned_data.get("instead") or ()
        first = self.cleaned_data.get("resource")
        if first in also:
            self.add_error("also", _("This is the first choice already. Untick it here."))
        if set(also) & set(instead):
            self.add_error("instead", _("What is needed besides cannot stand in for something else. Untick it here."))

    @property
    def is_several(self) -> bool:
        """Whether more than one resource is in play: what says so is then shown at once."""
        return bool(self["also"].value() or self["instead"].value())

    @property
    def legs(self) -> tuple[LegWish, ...]:
        """The first choice, or what would do in its place, and all that is needed besides."""
        data = self.cleaned_data
        first = LegWish(data["resource"].pk, or_else=tuple(other.pk for other in data["instead"]))
        return (first, *(LegWish(other.pk) for other in data["also"]))

    @property
    def walls(self) -> tuple[Wall, Wall]:
        """Start and end as day and clock."""
        data = self.cleaned_data
        ends_on = data["end_date"] or _plain_end_day(data["date"], data["start"], data["end"])
        return (data["date"], data["start"]), (ends_on, data["end"])

    def to_wish(self) -> BookingWish:
        data, (starts, ends) = self.cleaned_data, self.walls
        person: Person | None = data.get("person")
        return BookingWish(
            title=data["title"],
            starts_at=instant_of(*starts, self.zone),
            ends_at=instant_of(*ends, self.zone),
            legs=self.legs,
            person_id=person.pk if person else None,
            party_size=data["party_size"],
            note=data["note"],
            visibility=data.get("visibility") or Visibility.BUSY,
            time_zone=self.zone,
        )

    def to_change(self) -> BookingChange:
        """What to change of `booking`. Of what stays, so do its units and whether it is had alone.

        Times and the person that read as before stay as they are stored: a clock shows the hour
        of an autumn night twice and leaves out seconds, and people share names.
        """
        assert self.booking is not None
        data, (starts, ends) = self.cleaned_data, self.walls
        first, *others = wishes_of(self.booking)
        known = {other.resource_id: other for other in others}
        moved, *besides = self.legs
        # What is archived by now is not among the boxes; nobody unticked it.
        also: Any = self.fields["also"]
        offered = {resource.pk for resource in also.queryset}
        unasked = [other for other in others if other.resource_id not in offered]
        moved = replace(moved, units=first.units, is_exclusive=first.is_exclusive)
        person: Person | None = data.get("person")
        is_same_person = person == self.booking.person
        return BookingChange(
            title=data["title"],
            starts_at=None if starts == _wall(self.booking.starts_at, self.zone) else instant_of(*starts, self.zone),
            ends_at=None if ends == _wall(self.booking.ends_at, self.zone) else instant_of(*ends, self.zone),
            legs=(moved, *(known.get(one.resource_id, one) for one in besides), *unasked),
            person_id=None if is_same_person or not person else person.pk,
            for_nobody="person" in data and person is None and not is_same_person,
            party_size=data["party_size"],
            note=data["note"],
            visibility=data.get("visibility"),
        )


def sent_fields(request: HttpRequest) -> QueryDict:
    """The form as sent; the button of what is offered, `2026-11-23 20:00/2026-11-24 08:00`, brings its own.

    A third part is the resource to have, a fourth the one in whose place.
    """
    sent = request.POST.copy()
    starts, ends, place, instead_of = [*sent.get("take", "").split("/"), "", "", ""][:4]
    if ends:
        if sent.get("resource") == instead_of:
            sent["resource"] = place
        elif instead_of:
            sent.setlist("also", [place if one == instead_of else one for one in sent.getlist("also")])
        sent["date"], _space, sent["start"] = starts.partition(" ")
        sent["end_date"], _space, sent["end"] = ends.partition(" ")
    return sent


def _values_of(booking: Booking, zone: str) -> dict[str, Any]:
    """What the form shows for a stored booking."""
    (starts_on, start), (ends_on, end) = _wall(booking.starts_at, zone), _wall(booking.ends_at, zone)
    return {
        "title": booking.title,
        "resource": booking.visible_legs[0].resource_id,
        "also": [leg.resource_id for leg in booking.visible_legs[1:]],
        "date": starts_on,
        "start": start,
        "end_date": None if ends_on == _plain_end_day(starts_on, start, end) else ends_on,
        "end": end,
        "person": (booking.person.email or booking.person.name) if booking.person else "",
        "party_size": booking.party_size,
        "note": booking.note,
        "visibility": booking.visibility,
        "version": booking.version,
    }


def _wall(at: datetime, zone: str) -> Wall:
    """Day and clock as the form shows them, to the minute."""
    wall = wall_of(at, zone)
    return wall.date(), wall.time().replace(second=0, microsecond=0)


def _plain_end_day(starts_on: date, start: time, end: time) -> date:
    """Where nobody says the last day: the same, or the next when the end is before the start."""
    return starts_on + timedelta(days=1 if end < start else 0)


class ReasonForm(forms.Form):
    """Why a booking ends. Whoever asked reads it."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, is_needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = is_needed
        self.fields["reason"].help_text = _("The person it is for reads this.")


def usual_start(zone: str) -> datetime:
    """What a new booking starts from, on the wall: the next full hour by day, ten o'clock otherwise."""
    wall = wall_of(timezone.now(), zone).replace(minute=0, second=0, microsecond=0)
    if 7 <= wall.hour < 19:
        return wall + timedelta(hours=1)
    return (wall + timedelta(days=1 if wall.hour >= 19 else 0)).replace(hour=10)
