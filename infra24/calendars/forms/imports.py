"""Sending a calendar: first as a file, to look at; then as the same file, packed into the page, to take over."""

import base64
import binascii
import zlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from infra24.bookings.forms.bookings import ResourceChoice
from infra24.calendars.errors import CalendarTooLarge, CalendarUnreadable
from infra24.calendars.services.asking import ImportAsk
from infra24.calendars.services.reading import MOST_BYTES
from infra24.core.days import day_span
from infra24.core.forms import DayField
from infra24.orgs.models import Member
from infra24.resources.models import Resource
from infra24.resources.queries import visible_resources

MOST_PACKED = 1_800_000
"""Characters; what a form may hold in all is 2 MB."""
LEAVE_OUT = "-"


class ImportForm(forms.Form):
    """What is said of a file, and the file the first time."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("A calendar (.ics) or a table (.csv), at most 5 MB and 20,000 events."),
        widget=forms.FileInput(attrs={"accept": ".ics,.csv,text/calendar,text/csv"}),
    )
    resource = ResourceChoice(
        label=_("Which resource"),
        queryset=Resource.objects.none(),
        required=False,
        empty_label=_("As the file says for each"),
    )
    calendar = forms.CharField(
        label=_("Name of this calendar"),
        max_length=80,
        required=False,
        help_text=_("By this a later file of it is known again. Empty: its own name, or its resource's."),
    )
    since = DayField(label=_("From"), required=False, help_text=_("Empty: from now on. At most two years back."))
    until = DayField(label=_("To"), required=False, help_text=_("Empty: a year from now. At most two."))
    day_first = forms.TypedChoiceField(
        label=_("03/04/2027 in a table is"),
        choices=[("", _("as the table shows")), ("yes", _("3 April")), ("no", _("March 4"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
    )
    cancel_missing = forms.BooleanField(
        label=_("Also cancel what an earlier file of this calendar had and this one has not"), required=False
    )
    packed = forms.CharField(required=False, widget=forms.HiddenInput, strip=True)
    file_name = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    def __init__(self, *args: Any, viewer: Member, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        resource: Any = self.fields["resource"]
        resource.queryset = visible_resources(viewer)
        # The second time the page carries the file.
        self.fields["file"].required = not self.data.get("packed")

    @property
    def data_sent(self) -> bytes:
        """The file itself, whichever way it came. Raises CalendarUnreadable, CalendarTooLarge."""
        if file := self.cleaned_data.get("file"):
            data: bytes = file.read(MOST_BYTES + 1)
            return data
        return unpacked(self.cleaned_data["packed"])

    @property
    def name_sent(self) -> str:
        file = self.cleaned_data.get("file")
        return str(file.name or "")[:200] if file else str(self.cleaned_data["file_name"])

    def to_ask(self, places: dict[str, UUID | None] | None = None) -> ImportAsk:
        data = self.cleaned_data
        return ImportAsk(
            file_name=self.name_sent,
            calendar=data["calendar"],
            resource_id=data["resource"].pk if data["resource"] else None,
            places=places or {},
            since=day_span(data["since"], self.zone)[0] if data["since"] else None,
            until=day_span(data["until"], self.zone)[1] if data["until"] else None,
            day_first=data["day_first"],
            cancel_missing=data["cancel_missing"],
        )


class PlacesForm(forms.Form):
    """Which resource each place of a file is, for those nobody could guess."""

    def __init__(self, data: Any = None, *, names: Sequence[str], viewer: Member) -> None:
        super().__init__(data, prefix="place")
        self.names = list(names)
        choices = [
            ("", _now("Choose")),
            (LEAVE_OUT, _now("Leave it out")),
            *[(str(one.pk), one.name) for one in visible_resources(viewer)],
        ]
        for number, name in enumerate(self.names):
            self.fields[str(number)] = forms.ChoiceField(
                label=name or _now("(no place)"), choices=choices, required=False
            )

    def to_places(self) -> dict[str, UUID | None]:
        """What was answered; unanswered places are not in it."""
        said = {name: self.cleaned_data.get(str(number), "") for number, name in enumerate(self.names)}
        return {name: None if value == LEAVE_OUT else UUID(value) for name, value in said.items() if value}


class InsteadForm(forms.Form):
    """Where and when to book instead of what a file says."""

    resource = ResourceChoice(label=_("Where"), queryset=Resource.objects.none(), empty_label=None)
    date = DayField(label=_("Day"))
    start = forms.TimeField(label=_("From"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    end_date = DayField(label=_("Last day"))
    end = forms.TimeField(label=_("To"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))

    def __init__(self, *args: Any, viewer: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        resource: Any = self.fields["resource"]
        resource.queryset = visible_resources(viewer)


class DismissForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it is not booked"), max_length=500, help_text=_("Whoever looks for it later will read it.")
    )


def packed(data: bytes) -> str:
    """A file as text of a page. Raises CalendarTooLarge for one that does not fit; the API takes it."""
    text = base64.b64encode(zlib.compress(data, 9)).decode()
    if len(text) > MOST_PACKED:
        raise CalendarTooLarge(_now("This file is too large for a page. Export a shorter time, or split it."))
    return text


def unpacked(text: str) -> bytes:
    """The file again. Raises CalendarUnreadable, CalendarTooLarge."""
    try:
        # No further than a file may go: little text can stand for a great deal.
        data = zlib.decompressobj().decompress(base64.b64decode(text, validate=True), MOST_BYTES + 1)
    except (ValueError, binascii.Error, zlib.error) as error:
        raise CalendarUnreadable from error
    if len(data) > MOST_BYTES:
        raise CalendarTooLarge
    return data
