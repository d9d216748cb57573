"""What somebody looks for, as people say it: a kind, so many people, so long, on which days, from when until when."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from infra24.bookings.forms.bookings import LONGEST_PARTY
from infra24.bookings.search import USUAL_WINDOW, SearchWish
from infra24.core.days import day_span
from infra24.core.forms import DayField
from infra24.core.translating import length
from infra24.orgs.models import Member, Organisation
from infra24.resources.models import Feature, FeatureType, ResourceKind
from infra24.resources.policies import FeatureWish, Size, days_named, hours_between
from infra24.resources.vocabulary import vocabulary_of

LENGTHS = (30, 60, 90, 120, 180, 240, 360, 480, 720, 1440)
"""Minutes that the form offers."""
DAY_NAMES = [
    ("mon", _("Monday")),
    ("tue", _("Tuesday")),
    ("wed", _("Wednesday")),
    ("thu", _("Thursday")),
    ("fri", _("Friday")),
    ("sat", _("Saturday")),
    ("sun", _("Sunday")),
]


def _clock(label: Any) -> forms.TimeField:
    return forms.TimeField(label=label, required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))


class SearchForm(forms.Form):
    """A search, kept in the address. Nothing in it has to be said."""

    kind = forms.ChoiceField(label=_("What"), required=False, choices=[("", _("Anything")), *ResourceKind.choices])
    people = forms.IntegerField(label=_("How many people"), required=False, min_value=1, max_value=LONGEST_PARTY)
    length = forms.TypedChoiceField(
        label=_("How long"), required=False, coerce=lambda minutes: timedelta(minutes=int(minutes)), empty_value=None
    )
    start = DayField(label=_("First day"), required=False)
    end = DayField(label=_("Last day"), required=False, help_text=_("Empty means two weeks."))
    days = forms.MultipleChoiceField(
        label=_("Days of the week"), required=False, choices=DAY_NAMES, widget=forms.CheckboxSelectMultiple
    )
    feature = forms.MultipleChoiceField(label=_("It has"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: QueryDict | None, *, viewer: Member, organisation: Organisation) -> None:
        super().__init__(data)
        self.zone = organisation.time_zone
        # `from` is a word of Python; the address says it as the API does.
        self.fields["from"], self.fields["until"] = _clock(_("Not before")), _clock(_("Not after"))
        lengths = [(str(minutes), length(timedelta(minutes=minutes))) for minutes in LENGTHS]
        choice: Any = self.fields["length"]
        choice.choices = [("", _("Any length")), *lengths]
        self._features = list(vocabulary_of(viewer.org_id).values())
        flags = [(feature.key, feature.name) for feature in self._features if feature.type == FeatureType.FLAG]
        if flags:
            choice = self.fields["feature"]
            choice.choices = flags
        else:
            del self.fields["feature"]
        for feature in self._features:
            if field := _field_for(feature):
                self.fields[_name_for(feature)] = field

    @property
    def is_asked(self) -> bool:
        """Whether the address says anything of a search."""
        return any(name in self.data for name in self.fields)

    @property
    def is_detailed(self) -> bool:
        """Whether more is said than what, how many and how long."""
        return any(self.data.get(name) for name in self.fields if name not in {"kind", "people", "length"})

    @property
    def measures(self) -> list[forms.BoundField]:
        """The fields of features that are numbers or choices."""
        return [self[_name_for(feature)] for feature in self._features if _name_for(feature) in self.fields]

    def clean(self) -> None:
        first, last = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        if first and last and last < first:
            self.add_error("end", _("This is before the first day. Choose a later one, or leave it empty."))

    def to_wish(self) -> SearchWish:
        data, now = self.cleaned_data, timezone.now()
        since = max(day_span(data["start"], self.zone)[0], now) if data["start"] else now
        return SearchWish(
            since=since,
            until=self._until(data["end"], since),
            kind=data["kind"],
            size=Size(people=data["people"] or 1),
            features=self._wishes(),
            length=data["length"],
            days=days_named(data["days"]),
            hours=hours_between(_minute(data["from"]), _minute(data["until"])),
        )

    def _until(self, last: date | None, since: datetime) -> datetime:
        # A day that is over is past whichever way it is asked: then today's rest is looked at.
        until = day_span(last, self.zone)[1] if last else since + USUAL_WINDOW
        return until if until > since else since + timedelta(days=1)

    def _wishes(self) -> list[FeatureWish]:
        wishes = [FeatureWish(key) for key in self.cleaned_data.get("feature", ())]
        for feature in self._features:
            value = self.cleaned_data.get(_name_for(feature))
            if value not in {None, ""}:
                sign = ">=" if feature.type == FeatureType.NUMBER else "="
                wishes.append(FeatureWish(feature.key, sign, str(value)))  # type: ignore[arg-type]  # two of its signs
        return wishes


def _field_for(feature: Feature) -> forms.Field | None:
    """How a feature is asked for beside the ticks: a number at least, one of the choices. Texts are not."""
    match feature.type:
        case FeatureType.NUMBER:
            name = f"{feature.name} ({feature.unit})" if feature.unit else feature.name
            label = _("%(feature)s, at least") % {"feature": name}
            return forms.FloatField(label=label, required=False, widget=forms.NumberInput(attrs={"step": "any"}))
        case FeatureType.CHOICE:
            choices = [("", _("Any")), *((str(choice), str(choice)) for choice in feature.choices)]
            return forms.ChoiceField(label=feature.name, required=False, choices=choices)
    return None


def _name_for(feature: Feature) -> str:
    return f"feature-{feature.key}"


def _minute(clock: time | None) -> int | None:
    return None if clock is None else clock.hour * 60 + clock.minute
