"""The whole page of one scope's rules: the form, its rows, and what is wrong beside each input.

A sheet is always bound: a document is written into the same inputs that a
browser sends, so that what is read back is what was said.
"""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.datastructures import MultiValueDict

from infra24.core.errors import Infra24Error
from infra24.core.translating import translated
from infra24.facilities.forms.rules import OWN, RulesForm
from infra24.facilities.forms.rules_rows import Exceptions, Quotas, Seasons
from infra24.facilities.services.rules import read_rules
from infra24.resources.policies import DAYS, Effective, Rules

PARTS: Final = ("seasons", "exceptions", "quotas")
_ROW_FIELDS: Final = {"from": "first", "until": "last", "count": "most", "hours": "most"}
"""How rows call what documents call otherwise; dated hours have names of their own."""


class RulesSheet:
    """What was typed; after `read`, the rules it says or the faults beside their inputs."""

    def __init__(self, data: "MultiValueDict[str, Any]", *, inherited: Effective) -> None:
        self.form = RulesForm(data, inherited=inherited)
        self.seasons = Seasons(data, prefix="seasons")
        self.exceptions = Exceptions(data, prefix="exceptions")
        self.quotas = Quotas(data, prefix="quotas")
        self.faults: dict[str, list[str]] = {name: [] for name in PARTS}
        """What is wrong with a part as a whole."""

    def read(self) -> Rules | None:
        """The rules, or None with every fault beside its input."""
        sound = [self.form.is_valid(), *(part.is_valid() for part in self._parts.values())]
        for name, part in self._parts.items():
            self.faults[name] += part.non_form_errors()
        try:
            rules = read_rules(self.document())
        except Infra24Error as error:
            self.place(error.fields or {"": error.title})
            return None
        return rules if all(sound) else None

    @property
    def is_sound(self) -> bool:
        """Whether no input has a fault beside it. Only after `read`."""
        rows = [row for part in self._parts.values() for row in part.live]
        return not (self.form.errors or any(self.faults.values()) or any(row.errors for row in rows))

    @property
    def slot_minutes(self) -> int:
        """The grid as typed, else as inherited."""
        self.form.is_valid()
        return self.form.cleaned_data.get("slot_minutes") or self.form.inherited.slot_minutes

    def document(self) -> dict[str, Any]:
        """What the inputs say, as a document of rules. Only after validation."""
        document = self.form.document()
        for name in ("seasons", "exceptions"):
            if rows := self._parts[name].document():
                document[name] = rows
        if self.form.cleaned_data.get("quotas") == OWN:
            document["quotas"] = self.quotas.document()
        return document

    def place(self, faults: Mapping[str, str]) -> None:
        """Put faults beside the inputs they are about: `rules.weekly.mon.0` is Monday's."""
        for path, fault in faults.items():
            match path.removeprefix("rules").strip(".").split("."):
                case ["weekly", day, *_] if day in DAYS:
                    _add(self.form, day, fault)
                case ["weekly", *_]:
                    _add(self.form, "hours", fault)
                case ["approval", "outside", day, *_] if day in DAYS:
                    _add(self.form, f"approval_{day}", fault)
                case ["approval", "roles", *_]:
                    _add(self.form, "approval_roles", fault)
                case [("seasons" | "exceptions" | "quotas") as part, number, *steps] if number.isdigit():
                    self._place_in_row(part, int(number), steps, fault)
                case [("seasons" | "exceptions" | "quotas") as part]:
                    self.faults[part].append(translated(fault))
                case [name, *_]:
                    _add(self.form, name, fault)

    @property
    def _parts(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in PARTS}

    def _place_in_row(self, part: str, number: int, steps: list[str], fault: str) -> None:
        row = self._parts[part].live[number]
        name = next((step for step in steps if step in DAYS), steps[0] if steps else "")
        if part != "exceptions":
            name = _ROW_FIELDS.get(name, name)
        _add(row, name, fault)


def grown(data: "MultiValueDict[str, Any]", part: str) -> "MultiValueDict[str, Any]":
    """The same inputs with one more empty row of a part."""
    copied = MultiValueDict({name: data.getlist(name) for name in data})
    key = f"{part}-TOTAL_FORMS"
    total = str(data.get(key, "0"))
    copied[key] = str(int(total) + 1) if total.isdigit() and len(total) < 5 else "1"
    return copied


def _add(form: forms.Form, name: str, fault: str) -> None:
    """A fault beside its input, unless that one has said something already."""
    place = name if name in form.fields else None
    if place is None or place not in form.errors:
        form.add_error(place, translated(fault))
