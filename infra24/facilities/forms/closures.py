"""A closure as people write it down, and what becomes of the bookings in its way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from infra24.bookings.models import Booking
from infra24.core.days import wall_of
from infra24.core.forms import DayField
from infra24.core.templatetags.house import clock, short_day
from infra24.facilities.closures import last_day, scope_for
from infra24.facilities.hits import Hit
from infra24.facilities.services.closures import ClosureChange, ClosureWish
from infra24.facilities.services.settling import Decision
from infra24.orgs.models import Member, Organisation
from infra24.resources.models import Closure, Resource, ResourceKind
from infra24.resources.policies import Span
from infra24.resources.queries import visible_resources

KIND = "kind:"
MOVE = "move "


def _clock_field(help_text: Any) -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=_("At"), required=False, widget=widget, help_text=help_text)


class ClosureForm(forms.Form):
    """A new closure, or the change of one: then what it closes stays."""

    title = forms.CharField(
        label=_("Title"), max_length=120, help_text=_("Whoever finds it closed reads this: Art Week, Kiln repair.")
    )
    place = forms.ChoiceField(label=_("What is closed"), required=False)
    first_day = DayField(label=_("First day"))
    first_clock = _clock_field(_("Empty means from the beginning of the day."))
    last_day = DayField(label=_("Last day"))
    last_clock = _clock_field(_("Empty means to the end of the day."))
    yearly = forms.BooleanField(label=_("Every year"), required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, viewer: Member, closure: Closure | None = None, **kwargs: Any) -> None:
        self.viewer = viewer
        if closure:
            kwargs["initial"] = _values_of(closure)
        super().__init__(*args, **kwargs)
        if closure:
            del self.fields["place"]
        else:
            places: Any = self.fields["place"]
            places.choices = _places(visible_resources(viewer))

    def clean(self) -> None:
        first, last = self.cleaned_data.get("first_day"), self.cleaned_data.get("last_day")
        if first and last and not self.errors and self._until <= self._from:
            self.add_error("last_day", _("It would end before it begins. Choose a later day or clock time."))

    def to_wish(self) -> ClosureWish:
        """Raises ResourceNotFound."""
        data = self.cleaned_data
        place: str = data["place"]
        if place.startswith(KIND):
            scope = scope_for(self.viewer, kind=place.removeprefix(KIND))
        else:
            scope = scope_for(self.viewer, resource_id=UUID(place) if place else None)
        return ClosureWish(data["title"], self._from, self._until, data["yearly"], scope)

    def to_change(self) -> ClosureChange:
        data = self.cleaned_data
        return ClosureChange(data["title"], self._from, self._until, data["yearly"])

    @property
    def sent(self) -> list[tuple[str, str]]:
        """Name and value of everything as it was sent, for the page that comes next."""
        return [(name, str(self.data.get(name, ""))) for name in self.fields if self.data.get(name)]

    @property
    def _from(self) -> datetime:
        return datetime.combine(self.cleaned_data["first_day"], self.cleaned_data["first_clock"] or time())

    @property
    def _until(self) -> datetime:
        day: date = self.cleaned_data["last_day"]
        at: time | None = self.cleaned_data["last_clock"]
        return datetime.combine(day, at) if at is not None else datetime.combine(day, time()) + timedelta(days=1)


def place_of(*, resource: str = "", kind: str = "") -> str:
    """The value of `place` for `?resource=` or `?kind=` of an address."""
    return resource or (f"{KIND}{kind}" if kind in ResourceKind.values else "")


def _places(resources: Iterable[Resource]) -> list[tuple[Any, Any]]:
    found = list(resources)
    kinds = [kind for kind in ResourceKind if any(one.kind == kind for one in found)]
    wide = [("", _("The whole house")), *((f"{KIND}{kind}", kind.label) for kind in kinds)]
    groups = [(kind.label, [(str(one.pk), one.name) for one in found if one.kind == kind]) for kind in kinds]
    return [(_("Everything of a kind"), wide), *groups]


def _values_of(closure: Closure) -> dict[str, Any]:
    ends_at_midnight = closure.wall_until.time() == time()
    return {
        "title": closure.title,
        "first_day": closure.wall_from.date(),
        "first_clock": None if closure.wall_from.time() == time() else closure.wall_from.time(),
        "last_day": last_day(closure.wall_until),
        "last_clock": None if ends_at_midnight else closure.wall_until.time(),
        "yearly": closure.is_yearly,
        "version": closure.version,
    }


@dataclass(frozen=True)
class Row:
    """One booking on the page, with its fields."""

    booking: Booking
    decision: forms.BoundField
    reason: forms.BoundField


class DecisionsForm(forms.Form):
    """What becomes of each booking a closure hits, and of the rest together."""

    rest = forms.ChoiceField(
        label=_("All that are not decided below"),
        required=False,
        choices=[("", _("Decide each one")), ("keep", _("Keep them")), ("cancel", _("Cancel them"))],
    )
    reason = forms.CharField(
        label=_("Reason for cancelling"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Whoever booked reads this in their mail, unless the booking has a reason of its own."),
    )

    def __init__(self, *args: Any, hits: Sequence[Hit], organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hits = hits
        for hit in hits:
            choices = _choices(hit, organisation.time_zone)
            self.fields[f"decision_{hit.booking.pk}"] = forms.ChoiceField(
                label=_("What becomes of it"),
                required=False,
                choices=choices,
                error_messages={"invalid_choice": _("That time is taken by now. Choose again.")},
            )
            self.fields[f"reason_{hit.booking.pk}"] = forms.CharField(
                label=_("A reason of its own"), required=False, max_length=500
            )

    @property
    def rows(self) -> list[Row]:
        pks = [(hit.booking, str(hit.booking.pk)) for hit in self.hits]
        return [Row(booking, self[f"decision_{pk}"], self[f"reason_{pk}"]) for booking, pk in pks]

    @property
    def seen(self) -> str:
        """Each booking with its version as this page shows it; sent along, so that nobody decides about another."""
        return " ".join(f"{hit.booking.pk}:{hit.booking.version}" for hit in self.hits)

    def clean(self) -> None:
        data = self.cleaned_data
        seen = self._versions
        for hit in self.hits:
            pk = str(hit.booking.pk)
            if f"decision_{pk}" in self.errors:
                continue
            # What came meanwhile was not on the page: nobody has decided about it together with the rest.
            chosen = data.get(f"decision_{pk}") or (data.get("rest") if pk in seen else "")
            if not chosen:
                self.add_error(f"decision_{pk}", _("Choose what becomes of it."))
            data[f"decision_{pk}"] = chosen
            reason = data.get(f"reason_{pk}") or data.get("reason") or ""
            data[f"reason_{pk}"] = reason
            if chosen == "cancel" and not reason.strip() and "reason" not in self.errors:
                self.add_error("reason", _("Say why bookings are cancelled: whoever booked will read it."))

    def to_decisions(self) -> dict[UUID, Decision]:
        """By booking, with the version that was on the page."""
        versions, decisions = self._versions, {}
        for hit in self.hits:
            pk = str(hit.booking.pk)
            action, _space, at = self.cleaned_data[f"decision_{pk}"].partition(" ")
            decisions[hit.booking.pk] = Decision(
                action,
                versions.get(pk, hit.booking.version),
                self.cleaned_data[f"reason_{pk}"],
                datetime.fromisoformat(at) if at else None,
            )
        return decisions

    @property
    def _versions(self) -> dict[str, int]:
        pairs = (each.partition(":") for each in self.data.get("seen", "").split())
        return {pk: int(version) for pk, _colon, version in pairs if version.isdecimal() and len(version) < 10}


def _choices(hit: Hit, zone: str) -> list[tuple[Any, Any]]:
    choices: list[tuple[Any, Any]] = [("", _("Choose…")), ("keep", _("Keep it")), ("cancel", _("Cancel it"))]
    if hit.offers:
        moves = [(f"{MOVE}{offer[0].isoformat()}", _offer(offer, hit.booking, zone)) for offer in hit.offers]
        choices.append((_("Move it to"), moves))
    return choices


def _offer(offer: Span, booking: Booking, zone: str) -> str:
    first, last = wall_of(offer[0], zone), wall_of(offer[1], zone)
    days = [short_day(each.date(), today=wall_of(booking.starts_at, zone).date()) for each in (first, last)]
    ending = clock(last) if days[0] == days[1] else f"{days[1]}, {clock(last)}"
    return f"{days[0]}, {clock(first)} – {ending}"
