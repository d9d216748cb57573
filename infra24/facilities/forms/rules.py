"""One scope's rules as a page asks for them: every value its own, or left to whoever says it above."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from infra24.core.forms import DayField
from infra24.facilities.forms.rules_fields import HoursField, LengthField
from infra24.facilities.forms.rules_rows import WEEK
from infra24.facilities.words import NAMES, SCOPES, attribute_of, in_words, value_of, week_lines, week_of, week_source
from infra24.resources.policies import DAYS, Effective

OWN: Final = "own"
"""The choice against inheriting, which is the empty one."""
LENGTHS: Final = tuple(name for name in NAMES if name.endswith("_minutes"))
HINTS: Final[dict[str, str | Promise]] = {
    "slot_minutes": gettext_lazy("Counted from each opening."),
    "buffer_before_minutes": gettext_lazy("Kept clear before each booking."),
    "buffer_after_minutes": gettext_lazy("For cleaning, drying or cooling."),
    "notice_minutes": gettext_lazy("Before the start; staff are not bound."),
    "horizon_days": gettext_lazy("In days; staff are not bound."),
    "cancel_notice_minutes": gettext_lazy("Before the start; later, it counts as late."),
    "check_in_after_minutes": gettext_lazy("Who has not checked in by then loses the rest of the time."),
    "reminder_minutes": gettext_lazy("How long before the start people are reminded."),
    "no_show_weight": gettext_lazy("So many times in the limits for each person."),
}
ROLES: Final = (("member", gettext_lazy("Members")), ("instructor", gettext_lazy("Instructors")))
YES_NO: Final = {"yes": True, "no": False}
NUMBERS: Final[Mapping[str, tuple[int, int]]] = {"horizon_days": (0, 1830), "no_show_weight": (1, 10)}
"""Least and most."""
FLAGS: Final = ("pending_blocks", "no_show_notice")


class RulesForm(forms.Form):
    """The values there is one of. `inherited` is what holds where nothing is said here."""

    valid_from = DayField(label=gettext_lazy("Holds from"))
    note = forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("For those who look back."),
    )
    based_on = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: "MultiValueDict[str, Any]", *, inherited: Effective) -> None:
        super().__init__(data)
        self.inherited = inherited
        self.fields["hours"] = _choice(_("Hours"), [("", _as_usual(inherited)), (OWN, _("Its own hours"))])
        self._add_days("", _("closed"))
        for name in LENGTHS:
            self.fields[name] = LengthField(label=NAMES[name], help_text=self._hint(name))
        labels = {"horizon_days": _("Bookings open ahead")}
        for name, (least, most) in NUMBERS.items():
            self.fields[name] = forms.IntegerField(
                label=labels.get(name, str(NAMES[name])),
                required=False,
                min_value=least,
                max_value=most,
                help_text=self._hint(name),
            )
        self._add_choice("use", [(one, in_words("use", one)) for one in ("exclusive", "shared")])
        for name in FLAGS:
            self._add_choice(name, [(one, in_words(name, is_so)) for one, is_so in YES_NO.items()])
        approvals = [(one, in_words("approval", one)) for one in ("never", "always")]
        self._add_choice("approval", [*approvals, ("when", _("staff approve some requests"))])
        self.fields["approval_roles"] = forms.MultipleChoiceField(
            label=_("Only requests by"),
            choices=ROLES,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("None ticked: by whoever asks."),
        )
        self.fields["approval_hours"] = forms.BooleanField(label=_("Only outside some hours"), required=False)
        self._add_days("approval_", _("none"))
        self._add_choice("quotas", [(OWN, _("Its own limits"))])

    @property
    def days(self) -> list[forms.BoundField]:
        return [self[day] for day in DAYS]

    @property
    def approval_days(self) -> list[forms.BoundField]:
        return [self[f"approval_{day}"] for day in DAYS]

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if said.get("approval") == "when" and not (said.get("approval_roles") or said.get("approval_hours")):
            self.add_error("approval", _("Say by whom, or outside which hours."))
        shortest, longest = said.get("shortest_minutes"), said.get("longest_minutes")
        if shortest is not None and longest is not None and shortest > longest:
            self.add_error("longest_minutes", _("Not shorter than the shortest booking."))
        return said

    def document(self) -> dict[str, Any]:
        """What the fields say, as a document has it; what could not be read is left out."""
        said = self.cleaned_data
        numbers = {name: said.get(name) for name in (*LENGTHS, *NUMBERS)}
        document: dict[str, Any] = {
            "schema": 1,
            **{name: value for name, value in numbers.items() if value is not None},
        }
        if said.get("hours"):
            document["weekly"] = self._week("")
        if said.get("use"):
            document["use"] = said["use"]
        document |= {name: YES_NO[said[name]] for name in FLAGS if said.get(name)}
        if said.get("approval") == "when":
            roles = said.get("approval_roles")
            document["approval"] = {
                **({"roles": roles} if roles else {}),
                **({"outside": self._week("approval_")} if said.get("approval_hours") else {}),
            }
        elif said.get("approval"):
            document["approval"] = said["approval"]
        return document

    def _add_days(self, prefix: str, empty: str) -> None:
        for day, label in WEEK:
            self.fields[f"{prefix}{day}"] = HoursField(label=label, empty=empty)

    def _add_choice(self, name: str, choices: Iterable[tuple[str, str]]) -> None:
        """A choice whose first is to inherit, saying what that is now."""
        here = {"value": in_words(name, value_of(self.inherited, name)), "source": self._source(name)}
        inherits = _("%(value)s – as said by %(source)s") % here
        self.fields[name] = _choice(NAMES[name], [("", inherits), *choices])

    def _hint(self, name: str) -> str:
        here = {"value": in_words(name, value_of(self.inherited, name)), "source": self._source(name)}
        inherits = _("Empty: %(value)s, from %(source)s.") % here
        return f"{HINTS[name]} {inherits}" if name in HINTS else inherits

    def _source(self, name: str) -> str:
        return str(SCOPES[self.inherited.source_of(attribute_of(name))["scope"]])

    def _week(self, prefix: str) -> dict[str, Any]:
        return {day: self.cleaned_data.get(f"{prefix}{day}", []) for day in DAYS}


def _choice(label: Any, choices: Iterable[tuple[str, Any]]) -> forms.ChoiceField:
    shown = [(value, capfirst(words)) for value, words in choices]
    return forms.ChoiceField(label=label, choices=shown, required=False, widget=forms.RadioSelect)


def _as_usual(inherited: Effective) -> str:
    said = {"source": week_source(inherited), "hours": "; ".join(week_lines(week_of(inherited)))}
    return _("As said by %(source)s: %(hours)s") % said
