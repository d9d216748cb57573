"""A resource as people write it down."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from infra24.core.translating import translated
from infra24.facilities.services.checking import PLAIN, ResourceWish, needs_of
from infra24.orgs.models import Member, validate_time_zone
from infra24.people.models import Person
from infra24.people.queries import visible_people
from infra24.resources.models import Audience, Bookers, Feature, FeatureType, Qualification, Resource, ResourceKind
from infra24.resources.queries import visible_resources
from infra24.resources.vocabulary import LARGEST_NUMBER, LONGEST_TEXT

LARGEST = 100_000
FEATURE = "feature_"
"""In front of a feature's key: the name of its field."""
_FIELDS = {"person_id": "person"}
"""Names of fields that differ from those of the wish."""


class ResourceForm(forms.Form):
    """Everything that is said of a resource. `features` of the organisation's vocabulary become fields."""

    name = forms.CharField(label=_("Name"), max_length=120)
    person = forms.ModelChoiceField(
        label=_("Who it is"),
        queryset=Person.objects.none(),
        empty_label=_("Choose somebody"),
        help_text=_("Somebody you have under People."),
    )
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What somebody should know before booking it."),
    )
    slug = forms.SlugField(
        label=_("Short name"),
        required=False,
        max_length=60,
        help_text=_("In tables and addresses; made from the name when you leave it empty."),
    )
    group = forms.CharField(
        label=_("Group"),
        required=False,
        max_length=80,
        help_text=_("What it stands together with on the calendar: “Second floor”, “Print lab”. Empty for none."),
    )
    location = forms.CharField(
        label=_("Place"), required=False, max_length=160, help_text=_("Where people find it: “Second floor, east”.")
    )
    latitude = forms.FloatField(label=_("Latitude"), required=False, min_value=-90, max_value=90)
    longitude = forms.FloatField(label=_("Longitude"), required=False, min_value=-180, max_value=180)
    capacity = forms.IntegerField(
        label=_("People that fit"),
        required=False,
        min_value=1,
        max_value=LARGEST,
        help_text=_("Empty when nobody counts."),
    )
    units = forms.IntegerField(
        label=_("How many alike"),
        min_value=1,
        max_value=LARGEST,
        initial=1,
        help_text=_("Six cameras that do the same are one entry with six."),
    )
    part_of = forms.ModelChoiceField(
        label=_("Part of"),
        queryset=Resource.objects.none(),
        required=False,
        empty_label=_("Nothing"),
        help_text=_("Booking the whole keeps its parts free for it, and the other way round."),
    )
    time_zone = forms.CharField(
        label=_("Time zone"),
        required=False,
        max_length=60,
        validators=[validate_time_zone],
        help_text=_("Only when it is elsewhere, as America/New_York."),
    )
    visible_to = forms.ChoiceField(label=_("Who sees it"), choices=Audience.choices, initial=Audience.EVERYONE)
    bookable_by = forms.ChoiceField(label=_("Who may book it"), choices=Bookers.choices, initial=Bookers.MEMBER)
    needs = forms.ModelMultipleChoiceField(
        label=_("Members need"),
        queryset=Qualification.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Without all of these a member cannot book it. Staff can."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        viewer: Member,
        kind: str,
        vocabulary: Mapping[str, Feature],
        resource: Resource | None = None,
        **kwargs: Any,
    ) -> None:
        """`resource` is the one to change, and what the form shows at first."""
        self.vocabulary = vocabulary
        if resource:
            kwargs["initial"] = _values_of(resource)
        super().__init__(*args, **kwargs)
        self._offer(viewer, kind, resource)
        for key, feature in vocabulary.items():
            self.fields[FEATURE + key] = _field_of(feature)

    def _offer(self, viewer: Member, kind: str, resource: Resource | None) -> None:
        """What can be chosen; fields that offer nothing are left out."""
        wholes = visible_resources(viewer).filter(kind=kind, units=1)
        qualifications = Qualification.objects.filter(org_id=viewer.org_id).order_by("sort_key", "id")
        needed = needs_of(resource) if resource else set()
        choices: dict[str, Any] = {
            "person": visible_people(viewer),
            "part_of": wholes.exclude(pk=resource.pk) if resource else wholes,
            "needs": qualifications.filter(Q(archived_at=None) | Q(pk__in=needed)),
        }
        for name, queryset in choices.items():
            field: Any = self.fields[name]
            field.queryset = queryset
        if kind != ResourceKind.PERSON:
            del self.fields["person"]
        for name in ("part_of", "needs"):
            if not choices[name].exists():
                del self.fields[name]

    @property
    def feature_fields(self) -> list[forms.BoundField]:
        return [self[FEATURE + key] for key in self.vocabulary]

    def to_wish(self) -> ResourceWish:
        data = self.cleaned_data
        wish: Any = {name: data[name] for name in PLAIN}
        wish["features"] = {key: _told(feature, data[FEATURE + key]) for key, feature in self.vocabulary.items()}
        if "person" in data:
            wish["person_id"] = data["person"].pk
        if "part_of" in data:
            wish["part_of"] = data["part_of"].pk if data["part_of"] else None
        if "needs" in data:
            wish["needs"] = [qualification.pk for qualification in data["needs"]]
        return wish  # type: ignore[no-any-return]

    def refuse(self, faults: Mapping[str, str]) -> None:
        """Put what a service found wrong beside the fields it is about."""
        for path, sentence in faults.items():
            top, _dot, rest = path.partition(".")
            name = FEATURE + rest if top == "features" else _FIELDS.get(top, top)
            self.add_error(name if name in self.fields else None, translated(sentence))


def _field_of(feature: Feature) -> forms.Field:
    """The field in which a feature is said."""
    match feature.type:
        case FeatureType.FLAG:
            return forms.BooleanField(label=feature.name, required=False)
        case FeatureType.NUMBER:
            label = f"{feature.name} ({feature.unit})" if feature.unit else feature.name
            return forms.FloatField(label=label, required=False, min_value=-LARGEST_NUMBER, max_value=LARGEST_NUMBER)
        case FeatureType.CHOICE:
            choices: Iterable[tuple[str, Any]] = [("", "–"), *((one, one) for one in feature.choices)]
            return forms.ChoiceField(label=feature.name, required=False, choices=choices)
    return forms.CharField(label=feature.name, required=False, max_length=LONGEST_TEXT)


def _told(feature: Feature, value: Any) -> Any:
    """What a field says as a value of the feature; None: nothing."""
    if feature.type == FeatureType.NUMBER and value is not None:
        return int(value) if value == int(value) else value
    return None if value in ("", None, False) else value


def _values_of(resource: Resource) -> dict[str, Any]:
    """What the form shows for a stored resource."""
    needs: set[UUID] = needs_of(resource)
    return {
        **{name: getattr(resource, name) for name in PLAIN},
        **{FEATURE + key: value for key, value in resource.features.items()},
        "person": resource.person_id,
        "part_of": resource.part_of_id,
        "needs": list(needs),
        "version": resource.version,
    }
