"""What resources have, in the organisation's own words: a projector, 1,240 °C, the second floor."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from infra24.orgs.models import Member
from infra24.resources.errors import FeatureNotFound
from infra24.resources.models import Feature, FeatureType, Resource
from infra24.resources.policies import FeatureWish, parse_wish
from infra24.resources.policies.features import number_of

KEY = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
"""A key can stand in a query and in the name of a column."""
LONGEST_TEXT = 200
LARGEST_NUMBER = 1e12
NO = ("no", "false", "0")


@dataclass(frozen=True)
class Having:
    """One thing a resource has, in words: `value` is empty where the name says it all."""

    name: str
    value: str


def features_of(org_id: UUID, *, archived: bool = False) -> QuerySet[Feature]:
    """The organisation's vocabulary, by name; with `archived`, what was put away instead."""
    return Feature.objects.filter(org_id=org_id, archived_at__isnull=not archived).order_by("sort_key", "id")


def vocabulary_of(org_id: UUID) -> dict[str, Feature]:
    """The live features by their key, in order of their names."""
    return {feature.key: feature for feature in features_of(org_id)}


def feature_for(viewer: Member, feature_id: UUID) -> Feature:
    """A feature, archived ones for staff only. Raises FeatureNotFound."""
    found = Feature.objects.filter(org_id=viewer.org_id, pk=feature_id).first()
    if found is None or (found.archived_at and not viewer.is_staff):
        raise FeatureNotFound
    return found


def havings(resource: Resource, vocabulary: Mapping[str, Feature]) -> list[Having]:
    """What a resource has, in the order of the vocabulary; flags that are not set are left out."""
    return [
        Having(feature.name, in_words(feature, value))
        for key, feature in vocabulary.items()
        if (value := resource.features.get(key)) is not None and value is not False and value != ""
    ]


def in_words(feature: Feature, value: Any) -> str:
    """A value as people read it: `1,240 °C`; a flag says nothing more than its name."""
    if isinstance(value, bool):
        return ""
    if isinstance(value, int | float):
        number = number_format(value, use_l10n=True, force_grouping=True)
        return f"{number} {feature.unit}".strip()
    return str(value)


def value_fault(feature: Feature, value: Any) -> str:
    """What is wrong with a value of this feature; empty: nothing."""
    match feature.type:
        case FeatureType.FLAG:
            return "" if isinstance(value, bool) else _("This is there or not: true or false.")
        case FeatureType.NUMBER:
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            # What is no number at all fails too; and a whole number may be longer than floats reach.
            fits = is_number and abs(value) <= LARGEST_NUMBER
            return "" if fits else _("This is a number.")
        case FeatureType.CHOICE:
            choices = ", ".join(map(str, feature.choices))
            return "" if value in feature.choices else _("Choose one of: %(choices)s.") % {"choices": choices}
        case _:
            fits = isinstance(value, str) and len(value) <= LONGEST_TEXT
            return "" if fits else _("This is text of at most %(limit)s characters.") % {"limit": LONGEST_TEXT}


def read_wishes(texts: Iterable[str], vocabulary: Mapping[str, Feature]) -> list[FeatureWish]:
    """What somebody wants a resource to have, from texts such as `max_temperature>=1200`.

    Raises ValueError with a sentence, also for what makes no sense of a feature.
    """
    wishes = []
    for text in texts:
        wish = parse_wish(text)
        feature = vocabulary.get(wish.key)
        if feature is None:
            raise ValueError(_("There is no feature “%(key)s”.") % {"key": wish.key})
        if fault := wish.fault(type=feature.type, choices=feature.choices):
            raise ValueError(fault)
        wishes.append(wish)
    return wishes


def having(
    resources: QuerySet[Resource], wishes: Iterable[FeatureWish], vocabulary: Mapping[str, Feature]
) -> QuerySet[Resource]:
    """Those of the resources that meet every wish, which `read_wishes` has read. The same as `FeatureWish.fits`."""
    for position, wish in enumerate(wishes):
        value, text = f"value_{position}", f"text_{position}"
        places = {value: KeyTransform(wish.key, "features"), text: KeyTextTransform(wish.key, "features")}
        resources = resources.alias(**places).filter(_meeting(wish, vocabulary[wish.key].type, value, text))
    return resources


def _meeting(wish: FeatureWish, kind: str, value: str, text: str) -> Q:
    # Nothing said reads as null, also where it is negated: what is not there must not slip through.
    is_said = Q(**{f"{text}__isnull": False}) & ~Q(**{text: ""})
    if kind == FeatureType.FLAG:
        is_set = is_said & Q(**{text: "true"})
        wants_none = wish.value.casefold() in NO
        return Q(**{f"{text}__isnull": True}) | ~Q(**{text: "true"}) if wants_none else is_set
    if not wish.sign:
        return is_said
    if kind == FeatureType.NUMBER:
        lookup = {"=": "exact", ">=": "gte", "<=": "lte"}[wish.sign]
        return Q(**{f"{value}__{lookup}": number_of(wish.value)})
    return Q(**{f"{text}__iexact": wish.value})
