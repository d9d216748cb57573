"""How a booking repeats, as people say it on a page, and what they change of a series."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from infra24.bookings.forms.bookings import BookingForm, Wall
from infra24.bookings.models import Series
from infra24.bookings.policies.recurrence import Place, Recurrence, place_of, print_rule
from infra24.bookings.services import BookingChange
from infra24.bookings.services.series import Reach, SeriesChange
from infra24.bookings.services.series.planning import later_rule
from infra24.bookings.services.series.wishing import wishes_in
from infra24.core.days import instant_of
from infra24.core.forms import DayField
from infra24.orgs.models import Member, Organisation
from infra24.people.models import Person

STEPS = [("", _("Never")), ("day", _("Daily")), ("week", _("Weekly")), ("month", _("Monthly"))]
WEEKDAYS = [
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
]
MONTHLY = [
    ("date", _("On the same date")),
    ("place", _("On the same weekday, such as the second Tuesday")),
    ("last", _("On the last such weekday of the month")),
]
SCOPES = [("this", _("This date")), ("following", _("This and the following dates")), ("all", _("All dates to come"))]


class SeriesFilterForm(forms.Form):
    """What the list of series is narrowed to. Without a state, to those that go on."""

    q = forms.CharField(
        label=_("Title or person"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("Go on")), ("ended", _("Are over")), ("all", _("All"))]
    )


_PLACES: Mapping[str, Callable[[date], Place]] = {"place": place_of, "last": lambda day: (-1, day.weekday())}


class RepeatForm(forms.Form):
    """Never, daily, weekly on days or monthly; until a day, or so many times."""

    repeat = forms.ChoiceField(label=_("Repeats"), choices=STEPS, required=False)
    interval = forms.IntegerField(
        label=_("Every"),
        min_value=1,
        max_value=52,
        initial=1,
        required=False,
        help_text=_("2 means every second day, week or month."),
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("On these days"),
        choices=WEEKDAYS,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("For weekly. None means the day it starts on."),
    )
    monthly = forms.ChoiceField(
        label=_("In the month"), choices=MONTHLY, required=False, initial="date", help_text=_("For monthly.")
    )
    until = DayField(label=_("Until"), required=False, help_text=_("The last day on which it may still happen."))
    times = forms.IntegerField(
        label=_("Or so many times"), min_value=1, max_value=400, required=False, help_text=_("The first one counts.")
    )

    def clean(self) -> None:
        data = self.cleaned_data
        if not data.get("repeat") or self.errors:
            return
        if (data.get("until") is None) == (data.get("times") is None):
            self.add_error("until", _("Say until when it repeats, or how many times; one of the two."))

    @property
    def is_asked(self) -> bool:
        """Whether it is to repeat; the fields then show at once."""
        return bool(self["repeat"].value())

    def rule_from(self, starts_on: date, *, times: int | None = None) -> str:
        """The rule as RFC 5545 writes it, of a valid form that asks for one. `times` instead of what nobody touched."""
        data = self.cleaned_data
        step, monthly = data["repeat"], data["monthly"] or "date"
        rule = Recurrence(
            step,
            interval=data["interval"] or 1,
            times=(times or data["times"]) if data["times"] else None,
            until=data["until"],
            weekdays=tuple(sorted(data["weekdays"])) if step == "week" else (),
            places=(place_of(starts_on, from_end=monthly == "last"),) if step == "month" and monthly != "date" else (),
        )
        if monthly == "last" and rule.places:
            rule = Recurrence(**{**vars(rule), "places": ((-1, starts_on.weekday()),)})
        return print_rule(rule)


def repeat_values(rule: Recurrence) -> dict[str, Any]:
    """What the form shows for a rule."""
    monthly = "date"
    if rule.places:
        monthly = "last" if rule.places[0][0] < 0 else "place"
    return {
        "repeat": rule.step,
        "interval": rule.interval,
        "weekdays": list(rule.weekdays),
        "monthly": monthly,
        "until": rule.until,
        "times": rule.times,
    }


class SeriesForm(BookingForm):
    """What to change of which dates of a series. It shows the first of them as it stands."""

    scope = forms.ChoiceField(label=_("Change"), choices=SCOPES, widget=forms.RadioSelect)
    include_overrides = forms.BooleanField(
        label=_("Also dates that were changed by themselves"), required=False, initial=False
    )

    def __init__(
        self,
        *args: Any,
        series: Series,
        wall_on: datetime | None,
        first: datetime,
        viewer: Member,
        organisation: Organisation,
        **kwargs: Any,
    ) -> None:
        """`wall_on` is the date it was opened from; without one, the change is about all, from `first` on."""
        self.series, self.wall_on, self.first = series, wall_on, first
        super().__init__(*args, viewer=viewer, organisation=organisation, **kwargs)
        self.zone = series.time_zone
        if wall_on is None:
            scope: Any = self.fields["scope"]
            scope.choices, scope.initial = SCOPES[-1:], SCOPES[-1][0]

    def clean_person(self) -> Person | None:
        if self.cleaned_data["person"].strip() == self.initial.get("person", ""):
            return self.series.person
        return super().clean_person()

    def to_reach(self) -> Reach:
        data = self.cleaned_data
        return Reach(data["scope"], self.wall_on, include_overrides=data["include_overrides"])

    def to_series_change(self, repeats: RepeatForm) -> SeriesChange:
        """Only what was changed on the page."""
        data, (starts, ends) = self.cleaned_data, self.walls
        was_starts = (self.initial["date"], self.initial["start"])
        was_ends = (self.initial["end_date"] or self.initial["date"], self.initial["end"])
        same_legs = [wish.choices for wish in wishes_in(self.series)] == [wish.choices for wish in self.legs]
        person: Person | None = data.get("person")
        is_same_person = "person" not in data or person == self.series.person
        moved, resized = starts != was_starts, ends != was_ends
        # Opened from a later date and meant for all: the first of them moves as far as that one was moved.
        back = self.wall_on - self.first if self.wall_on and data["scope"] == "all" else timedelta()
        details = BookingChange(
            title=_changed(data["title"], self.series.title),
            starts_at=self._instant(starts, back) if moved else None,
            ends_at=self._instant(ends, back) if moved or resized else None,
            legs=None if same_legs else self.legs,
            person_id=None if is_same_person or not person else person.pk,
            for_nobody=not is_same_person and person is None,
            party_size=_changed(data["party_size"], self.series.party_size),
            note=_changed(data["note"], self.series.note),
            visibility=_changed(data.get("visibility") or self.series.visibility, self.series.visibility),
        )
        if data["scope"] == "this" or not repeats.is_asked or not repeats.has_changed():
            return SeriesChange(details)
        since = self.first if data["scope"] == "all" else self.wall_on or self.first
        kept = None if "times" in repeats.changed_data else later_rule(self.series, since, since).times
        begins = datetime.combine(*starts) - back
        return SeriesChange(details, repeats.rule_from(begins.date(), times=kept))

    def _instant(self, wall: Wall, back: timedelta) -> datetime:
        at = datetime.combine(*wall) - back
        return instant_of(at.date(), at.time(), self.zone)


def _changed(value: Any, was: Any) -> Any:
    return None if value == was else value


class SeriesCancelForm(forms.Form):
    """Which dates to give up, and why."""

    scope = forms.ChoiceField(label=_("Cancel"), choices=SCOPES, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The person it is for reads this."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, wall_on: datetime | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if wall_on is None:
            scope: Any = self.fields["scope"]
            scope.choices, scope.initial = SCOPES[-1:], SCOPES[-1][0]
