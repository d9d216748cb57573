"""What the table of bookings shows: everything about it is in the address."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from infra24.bookings.columns import COLUMNS, USUAL
from infra24.bookings.forms.bookings import ResourceChoice
from infra24.bookings.models import Source, Status
from infra24.bookings.selecting import INDEXED, LONGEST_TEXT, ORDERS, BookingFilter
from infra24.core.days import day_span, wall_of
from infra24.core.forms import DayField
from infra24.orgs.models import Member
from infra24.people.models import Person
from infra24.people.queries import visible_people
from infra24.resources.models import FeatureType, Resource, ResourceKind
from infra24.resources.policies import parse_wish
from infra24.resources.queries import visible_resources
from infra24.resources.vocabulary import vocabulary_of

COMING, PAST, ALWAYS = "", "past", "all"
SORTED_BACK = timedelta(days=365)
"""How far back a table goes without a first day when it is sorted by what no index knows: years of a busy house
would be read for each page of it."""


def _ticks(label: Any, choices: Sequence[tuple[str, Any]] = ()) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, required=False, choices=choices, widget=forms.CheckboxSelectMultiple)


class TableForm(forms.Form):
    """Filters, order and columns. Without a day or a word about days it begins today.

    What makes no sense is left out, and said beside its field.
    """

    q = forms.CharField(
        label=_("Title, note or person"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    days = forms.ChoiceField(
        label=_("Days"),
        required=False,
        choices=[(COMING, _("From today on")), (PAST, _("Over")), (ALWAYS, _("All"))],
    )
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("To"), required=False)
    resource = ResourceChoice(
        label=_("Resource"), required=False, queryset=Resource.objects.none(), empty_label=_("All")
    )
    person = forms.ModelChoiceField(required=False, queryset=Person.objects.none(), widget=forms.HiddenInput)
    status = _ticks(_("State"), Status.choices)
    kind = _ticks(_("Kind"), ResourceKind.choices)
    feature = _ticks(_("It has"))
    source = _ticks(_("Came by"), Source.choices)
    column = _ticks(_("Columns"), [(name, column.label) for name, column in COLUMNS.items()])
    sort = forms.ChoiceField(required=False, choices=[(name, name) for name in ORDERS], widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, *, viewer: Member, zone: str) -> None:
        super().__init__(data)
        self.zone = zone
        for name, rows in (("resource", visible_resources(viewer)), ("person", visible_people(viewer))):
            field: Any = self.fields[name]
            field.queryset = rows
        feature: Any = self.fields["feature"]
        feature.choices = _features(viewer)
        if not feature.choices:
            del self.fields["feature"]
        self.is_valid()

    @property
    def order(self) -> str:
        """What is over is looked at from its end."""
        data = self.cleaned_data
        return str(data.get("sort") or ("-when" if data.get("days") == PAST else "when"))

    @property
    def columns(self) -> list[str]:
        chosen = self.cleaned_data.get("column") or USUAL
        return [name for name in COLUMNS if name in chosen]

    @property
    def goes_back_to(self) -> date | None:
        """The first day shown, where nobody asked for one and the order needs one; None: no such day."""
        data = self.cleaned_data
        if self.order in INDEXED or data.get("since") or data.get("days", COMING) == COMING:
            return None
        today = wall_of(timezone.now(), self.zone).date()
        return min(today, data.get("until") or today) - SORTED_BACK

    @property
    def whose(self) -> Person | None:
        """Whose bookings alone are shown."""
        found: Person | None = self.cleaned_data.get("person")
        return found

    @property
    def is_narrowed(self) -> bool:
        return any(value for name, value in self.cleaned_data.items() if name not in {"sort", "column"})

    @property
    def query(self) -> str:
        """What is asked, always written in the same way; without the page of it."""
        asked = QueryDict(mutable=True)
        data: Any = self.data
        for name in self.fields:
            if name in self.cleaned_data and (values := [value for value in data.getlist(name) if value]):
                asked.setlist(name, values)
        return asked.urlencode()

    def to_filter(self, *, now: datetime | None = None) -> BookingFilter:
        data, now = self.cleaned_data, now or timezone.now()
        days, since, until = data.get("days", COMING), data.get("since"), data.get("until")
        if since is None and days == COMING:
            since = wall_of(now, self.zone).date()
        since = since or self.goes_back_to
        resource: Resource | None = data.get("resource")
        return BookingFilter(
            since=day_span(since, self.zone)[0] if since else None,
            until=day_span(until, self.zone)[1] if until else None,
            ended_by=now if days == PAST else None,
            statuses=data.get("status", ()),
            kinds=data.get("kind", ()),
            features=[parse_wish(text) for text in data.get("feature", ())],
            sources=data.get("source", ()),
            resource_id=resource.pk if resource else None,
            person_id=self.whose.pk if self.whose else None,
            text=data.get("q", ""),
        )


def _features(viewer: Member) -> list[tuple[str, str]]:
    """What can be ticked: what is there or not, and what is one of few. Numbers are asked for in the API."""
    choices = []
    for feature in vocabulary_of(viewer.org_id).values():
        if feature.type == FeatureType.FLAG:
            choices.append((feature.key, feature.name))
        elif feature.type == FeatureType.CHOICE:
            choices += [(f"{feature.key}={choice}", f"{feature.name}: {choice}") for choice in feature.choices]
    return choices
