"""The organisation's vocabulary for what its resources have."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypedDict

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from infra24.core.constraints import guarded_by
from infra24.core.errors import Stale
from infra24.core.fields import cleaned
from infra24.core.sorting import sort_key
from infra24.facilities.errors import ChoiceInUse, FeatureInvalid, FeatureKeyTaken
from infra24.facts.services import record
from infra24.orgs import audit
from infra24.orgs.models import Member
from infra24.resources.errors import FeatureNotFound
from infra24.resources.models import Feature, FeatureType, Resource
from infra24.resources.vocabulary import KEY

MOST_CHOICES, LONGEST_CHOICE = 50, 80


class FeatureWish(TypedDict, total=False):
    """What is to be said of a feature; what is left out stays. Key and type are said once, at first."""

    name: str
    unit: str
    choices: Sequence[str]


@transaction.atomic
def create_feature(type: str, wish: FeatureWish, *, key: str = "", by: Member, source: str) -> Feature:  # noqa: A002 - as Feature has it
    """A new word. Its key is made from the name unless it is given, and stays, as its type does.

    Raises FeatureInvalid, FeatureKeyTaken.
    """
    now = timezone.now()
    feature = Feature(org_id=by.org_id, type=type, key=key or key_from(wish.get("name", "")))
    faults = {} if type in FeatureType.values else {"type": _("Choose one of the types.")}
    if not KEY.fullmatch(feature.key) or len(feature.key) > 40:
        faults["key"] = _("Small letters, digits and single underscores, beginning with a letter; at most 40.")
    _set(feature, {"name": "", **wish}, faults)
    with guarded_by(feature_key_once=FeatureKeyTaken):
        feature.save(force_insert=True)
    record(by.org_id, "feature.added", now=now, source=source, feature_id=feature.pk)
    after = _snapshot(feature)
    audit.write(by.org_id, "feature.create", subject_id=feature.pk, by=by, source=source, now=now, after=after)
    return feature


@transaction.atomic
def change_feature(
    feature: Feature, wish: FeatureWish, *, by: Member, source: str, version: int | None = None
) -> Feature:
    """Call it otherwise, or change its unit or its choices. Raises FeatureInvalid, ChoiceInUse, Stale."""
    now = timezone.now()
    current = _locked(feature, version)
    before = _snapshot(current)
    _set(current, wish, {})
    after = _snapshot(current)
    changed = sorted(name for name in after if after[name] != before[name])
    if not changed:
        return current
    _refuse_lost_choices(current, set(before["choices"]) - set(current.choices))
    current.save(update_fields=["name", "sort_key", "unit", "choices"])
    current.refresh_from_db(fields=["version"])
    record(by.org_id, "feature.changed", now=now, source=source, feature_id=current.pk, fields=changed)
    audit.write(
        by.org_id,
        "feature.change",
        subject_id=current.pk,
        by=by,
        source=source,
        now=now,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    return current


def archive_feature(feature: Feature, *, by: Member, source: str, version: int | None = None) -> Feature:
    """Show it no more, and ask for it no more. What resources say of it is kept. Again is no harm. Raises Stale."""
    return _put(feature, timezone.now(), "feature.archived", by=by, source=source, version=version)


def restore_feature(feature: Feature, *, by: Member, source: str, version: int | None = None) -> Feature:
    """Show it again, with what resources said of it. Again is no harm. Raises Stale."""
    return _put(feature, None, "feature.restored", by=by, source=source, version=version)


@transaction.atomic
def _put(
    feature: Feature, archived_at: datetime | None, fact: str, *, by: Member, source: str, version: int | None
) -> Feature:
    now = timezone.now()
    current = _locked(feature, version)
    if (current.archived_at is None) == (archived_at is None):
        return current
    current.archived_at = archived_at
    current.save(update_fields=["archived_at"])
    current.refresh_from_db(fields=["version"])
    record(by.org_id, fact, now=now, source=source, feature_id=current.pk)
    action = "feature.restore" if archived_at is None else "feature.archive"
    audit.write(by.org_id, action, subject_id=current.pk, by=by, source=source, now=now)
    return current


def key_from(name: str) -> str:
    """`Largest kiln (°C)` as a key: `largest_kiln_c`."""
    words = slugify(name).replace("-", "_").lstrip("_0123456789")[:40].split("_")
    return "_".join(word for word in words if word)


def _set(feature: Feature, wish: FeatureWish | dict[str, Any], faults: dict[str, str]) -> None:
    """Take over what is wished. Raises FeatureInvalid, naming every fault."""
    for name in ("name", "unit"):
        if name in wish:
            value = str(wish[name]).strip()
            try:
                setattr(feature, name, cleaned(feature, name, value))
            except ValidationError as error:
                faults[name] = " ".join(error.messages)
    if "choices" in wish:
        feature.choices = [choice.strip() for choice in wish["choices"]]
    if feature.unit and feature.type != FeatureType.NUMBER and "unit" not in faults:
        faults["unit"] = _("Only a number has a unit. Leave it empty.")
    if feature.type == FeatureType.CHOICE:
        alike = Counter(sort_key(choice) for choice in feature.choices)
        if not 2 <= len(alike) <= MOST_CHOICES or max(alike.values()) > 1:
            faults["choices"] = _("Give 2 to %(most)s different choices.") % {"most": MOST_CHOICES}
        elif not all(0 < len(choice) <= LONGEST_CHOICE for choice in feature.choices):
            faults["choices"] = _("Each choice has 1 to %(most)s characters.") % {"most": LONGEST_CHOICE}
    elif feature.choices:
        faults["choices"] = _("Only “one of several” has choices. Leave them empty.")
    if faults:
        raise FeatureInvalid(fields=faults)
    feature.sort_key = sort_key(feature.name)


def _refuse_lost_choices(feature: Feature, lost: set[str]) -> None:
    """Raises ChoiceInUse."""
    if not lost:
        return
    users = Resource.objects.filter(org_id=feature.org_id, features__has_key=feature.key).order_by("sort_key", "id")
    names = [resource.name for resource in users if resource.features[feature.key] in lost]
    if names:
        said = ngettext(
            "%(names)s has one of the choices you took away. Change it first.",
            "%(names)s have choices you took away. Change them first.",
            len(names),
        )
        raise ChoiceInUse(said % {"names": ", ".join(names[:5]) + (" …" if len(names) > 5 else "")})


def _locked(feature: Feature, version: int | None) -> Feature:
    rows = Feature.objects.select_for_update(no_key=True).filter(org_id=feature.org_id, pk=feature.pk)
    current = rows.first()
    if current is None:
        raise FeatureNotFound
    if version is not None and current.version != version:
        raise Stale
    return current


def _snapshot(feature: Feature) -> dict[str, Any]:
    return {
        "key": feature.key,
        "type": str(feature.type),
        "name": feature.name,
        "unit": feature.unit,
        "choices": list(feature.choices),
    }
