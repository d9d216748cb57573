"""What somebody waits for, as people say it: one thing or any of a kind, so long, within some days and hours."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from infra24.bookings.forms.bookings import LONGEST_PARTY
from infra24.bookings.forms.search import DAY_NAMES, LENGTHS, SearchForm
from infra24.bookings.search import USUAL_WINDOW, SearchWish
from infra24.core.days import day_span, read_day, wall_of
from infra24.core.forms import DayField
from infra24.core.translating import length as length_in_words
from infra24.orgs.models import Member, Organisation
from infra24.people.forms import WhoField, person_called
from infra24.people.models import Person
from infra24.resources.models import FeatureType, ResourceKind
from infra24.resources.policies import DAYS, Size, days_named, hours_between, parse_wish
from infra24.resources.queries import visible_resources
from infra24.resources.vocabulary import vocabulary_of
from infra24.waitlist.models import MINUTE, Entry
from infra24.waitlist.services import EntryChange, WaitWish
from infra24.waitlist.words import feature_words

LONGEST_LENGTH_MINUTES = 44_640
"""31 days."""


def _clock(label: Any) -> forms.TimeField:
    return forms.TimeField(label=label, required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))


class WindowForm(forms.Form):
    """For how long, within which days and hours, for how many: what may be changed without losing the place."""

    title = forms.CharField(label=_("Title"), max_length=200, help_text=_("The booking will be called so."))
    length = forms.TypedChoiceField(label=_("How long"), coerce=lambda minutes: int(minutes) * MINUTE)
    start = DayField(label=_("First day"))
    end = DayField(label=_("Last day"), help_text=_("At most 62 days after the first."))
    days = forms.MultipleChoiceField(
        label=_("Days of the week"),
        required=False,
        choices=DAY_NAMES,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: any day."),
    )
    party_size = forms.IntegerField(label=_("People"), min_value=1, max_value=LONGEST_PARTY, initial=1)
    units = forms.IntegerField(
        label=_("How many of it"),
        min_value=1,
        max_value=10_000,
        initial=1,
        help_text=_("Of several alike."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = organisation.time_zone
        # `from` is a word of Python; the address says it as the API does.
        self.fields["from"], self.fields["until"] = _clock(_("Not before")), _clock(_("Not after"))
        chosen = _minutes_in(self.data.get("length") or self.initial.get("length"))
        minutes = sorted({*LENGTHS, chosen} if chosen else LENGTHS)
        field: Any = self.fields["length"]
        field.choices = [(str(each), length_in_words(each * MINUTE)) for each in minutes]

    def clean(self) -> None:
        first, last = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        if first and last and last < first:
            self.add_error("end", _("This is before the first day. Choose a later one."))

    @property
    def window(self) -> tuple[datetime, datetime]:
        data = self.cleaned_data
        return day_span(data["start"], self.zone)[0], day_span(data["end"], self.zone)[1]

    @property
    def size(self) -> Size:
        return Size(self.cleaned_data["units"], self.cleaned_data["party_size"])

    @property
    def weekdays(self) -> frozenset[int]:
        return days_named(self.cleaned_data["days"])

    @property
    def hours(self) -> tuple[int, int]:
        return hours_between(_minute(self.cleaned_data["from"]), _minute(self.cleaned_data["until"]))


class JoinForm(WindowForm):
    """Somebody joins the waitlist."""

    what = forms.ChoiceField(label=_("For what"))
    feature = forms.MultipleChoiceField(
        label=_("It has"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only where any of a kind would do."),
    )
    person = WhoField(label=_("For"), required=False)
    field_order = ("title", "what", "feature", "person")

    def __init__(self, *args: Any, viewer: Member, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, organisation=organisation, **kwargs)
        self.viewer = viewer
        what: Any = self.fields["what"]
        what.choices = [
            ("", _("Choose…")),
            (_("Any of a kind"), list(ResourceKind.choices)),
            (_("This one"), [(str(one.pk), one.name) for one in visible_resources(viewer)]),
        ]
        self._offer_features()
        if not viewer.is_staff:
            del self.fields["person"]
        else:
            self.fields["person"].help_text = _(
                "Empty: you. Else a whole name or e-mail address you have under People."
            )

    def _offer_features(self) -> None:
        """A tick for each flag of the vocabulary, and for whatever a search asked besides."""
        vocabulary = vocabulary_of(self.viewer.org_id)
        flags = [feature.key for feature in vocabulary.values() if feature.type == FeatureType.FLAG]
        asked = self.data.getlist("feature") if isinstance(self.data, QueryDict) else self.initial.get("feature", [])
        keys = list(dict.fromkeys([*flags, *asked]))
        if keys:
            field: Any = self.fields["feature"]
            field.choices = [(key, feature_words(key, vocabulary)) for key in keys]
        else:
            del self.fields["feature"]

    def clean_person(self) -> Person | None:
        text = self.cleaned_data["person"].strip()
        return person_called(self.viewer, text) if text else None

    def to_wish(self) -> WaitWish:
        data = self.cleaned_data
        is_kind = data["what"] in ResourceKind.values
        since, until = self.window
        person: Person | None = data.get("person")
        sought = SearchWish(
            since=max(since, timezone.now()),
            until=until,
            kind=data["what"] if is_kind else "",
            size=self.size,
            features=tuple(parse_wish(text) for text in data.get("feature", ())) if is_kind else (),
            length=data["length"],
            days=self.weekdays,
            hours=self.hours,
        )
        return WaitWish(
            data["title"],
            sought,
            resource_id=None if is_kind else UUID(data["what"]),
            person_id=person.pk if person else None,
        )


class ChangeForm(WindowForm):
    """Wait for more or for less."""

    def __init__(self, *args: Any, entry: Entry, organisation: Organisation, **kwargs: Any) -> None:
        self.entry = entry
        kwargs["initial"] = _values_of(entry, organisation.time_zone)
        super().__init__(*args, organisation=organisation, **kwargs)

    def to_change(self) -> EntryChange:
        """Days that read as before stay as they are stored: a program may have said them to the minute."""
        data, (since, until) = self.cleaned_data, self.window
        return EntryChange(
            title=data["title"],
            since=None if data["start"] == self.initial["start"] else since,
            until=None if data["end"] == self.initial["end"] else until,
            length=data["length"],
            days=self.weekdays,
            hours=self.hours,
            units=data["units"],
            party_size=data["party_size"],
        )


def prefilled(data: QueryDict, *, viewer: Member, organisation: Organisation) -> dict[str, Any]:
    """What the form begins with: the search or the refused booking whose page led here, in the words of its address."""
    today = wall_of(timezone.now(), organisation.time_zone).date()
    search = SearchForm(data, viewer=viewer, organisation=organisation)
    wish = search.to_wish() if search.is_valid() else SearchWish()
    found = search.cleaned_data
    first = max(read_day(data.get("start"), otherwise=today), today)
    last = max(read_day(data.get("end"), otherwise=first + USUAL_WINDOW), first)
    opens, until = found.get("from"), found.get("until")
    span = (_minute(until) or 0) - (_minute(opens) or 0) if opens and until else 60
    asked_for = wish.length // MINUTE if wish.length else span if span > 0 else span + 1440
    return {
        "title": data.get("title", "")[:200],
        "what": data.get("what") or found.get("kind", ""),
        "feature": [str(feature) for feature in wish.features],
        "length": str(asked_for),
        "start": first,
        "end": last,
        "days": found.get("days", []),
        "from": opens,
        "until": until,
        "party_size": found.get("people") or 1,
    }


def _values_of(entry: Entry, zone: str) -> dict[str, Any]:
    """What the form shows for a stored entry."""
    return {
        "title": entry.title,
        "length": str(entry.length // MINUTE),
        "start": wall_of(entry.since, zone).date(),
        "end": _last_day(entry.until, zone),
        "days": [] if len(entry.days) == len(DAYS) else [DAYS[day] for day in entry.days],
        "from": _clock_at(entry.opens_minute) if entry.opens_minute else None,
        "until": None if entry.closes_minute == 1440 else _clock_at(entry.closes_minute),
        "units": entry.units,
        "party_size": entry.party_size,
        "version": entry.version,
    }


def _last_day(until: datetime, zone: str) -> date:
    return wall_of(until - timedelta.resolution, zone).date()


def _minute(clock: time | None) -> int | None:
    return None if clock is None else clock.hour * 60 + clock.minute


def _clock_at(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


def _minutes_in(value: object) -> int | None:
    """A length in minutes that the form has to offer, though it is not among the usual ones."""
    text = str(value or "")
    minutes = int(text) if text.isascii() and text.isdigit() and len(text) <= 5 else 0
    return minutes if 0 < minutes <= LONGEST_LENGTH_MINUTES else None
