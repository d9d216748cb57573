"""What is to be done with many bookings, as staff choose it on a page."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from infra24.bookings.forms.bookings import ResourceChoice
from infra24.bookings.models import Booking
from infra24.bookings.services.bulk import Action, BulkWish, OnConflict, Pick
from infra24.core.ids import new_id
from infra24.orgs.models import Member
from infra24.resources.models import Resource
from infra24.resources.queries import visible_resources

LATER, EARLIER = "later", "earlier"
ACTIONS = (
    (Action.CONFIRM.value, _("Confirm")),
    (Action.DECLINE.value, _("Decline")),
    (Action.CANCEL.value, _("Cancel")),
    (Action.MOVE.value, _("Move by days or hours")),
    (Action.CHANGE_RESOURCE.value, _("Change to another resource")),
    (Action.MESSAGE.value, _("Write to the people")),
)
FIELDS: dict[Action, tuple[str, ...]] = {
    Action.CONFIRM: (),
    Action.DECLINE: ("reason",),
    Action.CANCEL: ("reason",),
    Action.MOVE: ("days", "hours", "minutes", "direction"),
    Action.CHANGE_RESOURCE: ("from_resource", "to_resource"),
    Action.MESSAGE: ("text",),
}
"""What each needs to know."""
KEPT = ("on_conflict", "run")


class BulkForm(forms.Form):
    """The arguments of one action; the others' fields are left out."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    days = forms.IntegerField(label=_("Days"), min_value=0, max_value=3650, required=False)
    hours = forms.IntegerField(label=_("Hours"), min_value=0, max_value=9999, required=False)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=0, max_value=9999, required=False)
    direction = forms.ChoiceField(
        label=_("Direction"), choices=[(LATER, _("Later")), (EARLIER, _("Earlier"))], initial=LATER
    )
    from_resource = ResourceChoice(label=_("Instead of"), queryset=Resource.objects.none(), empty_label=None)
    to_resource = ResourceChoice(label=_("They go to"), queryset=Resource.objects.none(), empty_label=_("Choose…"))
    text = forms.CharField(label=_("Message"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6}))
    on_conflict = forms.ChoiceField(
        label=_("Those that cannot"),
        required=False,
        initial=OnConflict.REFUSE.value,
        widget=forms.RadioSelect,
        choices=[
            (OnConflict.SKIP.value, _("Leave them as they are, and do the others")),
            (OnConflict.REFUSE.value, _("Then do nothing at all: all or none")),
        ],
    )
    run = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        action: Action,
        picks: Sequence[Pick],
        bookings: Sequence[Booking],
        viewer: Member,
        **kwargs: Any,
    ) -> None:
        self.action, self.picks = action, tuple(picks)
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - {*FIELDS[action], *KEPT}:
            del self.fields[name]
        if "reason" in self.fields:
            self.fields["reason"].required = action is Action.DECLINE
            self.fields["reason"].help_text = _("The people they are for read this.")
        if "text" in self.fields:
            self.fields["text"].help_text = _("It is mailed to each, with their booking below.")
        if action is Action.CHANGE_RESOURCE:
            resources = visible_resources(viewer)
            used = {leg.resource_id for booking in bookings for leg in booking.visible_legs}
            leaving: Any = self.fields["from_resource"]
            going: Any = self.fields["to_resource"]
            leaving.queryset, going.queryset = Resource.objects.filter(org_id=viewer.org_id, pk__in=used), resources

    def clean(self) -> None:
        data = self.cleaned_data
        if self.action is Action.MOVE and not self.errors and not self.offset:
            self.add_error("days", _("Say by how much: days, hours or minutes."))
        if self.action is Action.CHANGE_RESOURCE and not self.errors and data["from_resource"] == data["to_resource"]:
            self.add_error("to_resource", _("They use this one already. Choose another."))

    @property
    def offset(self) -> timedelta:
        data = self.cleaned_data
        length = timedelta(days=data["days"] or 0, hours=data["hours"] or 0, minutes=data["minutes"] or 0)
        return -length if data["direction"] == EARLIER else length

    @property
    def asked(self) -> list[forms.BoundField]:
        """The fields that the action needs."""
        return [self[name] for name in FIELDS[self.action]]

    @property
    def sent(self) -> list[tuple[str, str]]:
        """Name and value of what was sent, for the page that comes next."""
        return [(name, str(self.data.get(name, ""))) for name in FIELDS[self.action] if self.data.get(name)]

    def to_wish(self) -> BulkWish:
        data = self.cleaned_data
        leaving, going = data.get("from_resource"), data.get("to_resource")
        return BulkWish(
            picks=self.picks,
            action=self.action,
            reason=data.get("reason", ""),
            offset=self.offset if self.action is Action.MOVE else timedelta(),
            from_resource_id=leaving.pk if leaving else None,
            to_resource_id=going.pk if going else None,
            text=data.get("text", ""),
            on_conflict=OnConflict(data["on_conflict"] or OnConflict.REFUSE),
        )

    @property
    def run_id(self) -> UUID:
        """Names what is done, so that a page sent twice does it once."""
        return self.cleaned_data["run"] or new_id()


def read_action(sent: QueryDict) -> Action | None:
    """What was chosen to be done; None for nothing that is known."""
    chosen = sent.get("action", "")
    return Action(chosen) if chosen in set(Action) else None


def read_picks(sent: QueryDict) -> tuple[Pick, ...]:
    """The bookings that were ticked, each once, as `id:version`; with `page`, all that were on the page.

    What is no booking at all is left out: the page makes none such.
    """
    values = sent.getlist("pick") + (sent.getlist("on_page") if sent.get("page") else [])
    found: dict[UUID, Pick] = {}
    for value in values:
        name, _colon, version = value.partition(":")
        try:
            booking_id = UUID(name)
        except ValueError:
            continue
        known = int(version) if version.isdecimal() and len(version) < 10 else None
        found.setdefault(booking_id, Pick(booking_id, known))
    return tuple(found.values())


def undoing(action: str, undo: dict[str, Any]) -> list[tuple[str, str]]:
    """Name and value of the fields with which a run is taken back."""
    if action == Action.MOVE:
        offset = int(undo["offset_minutes"])
        days, rest = divmod(abs(offset), 24 * 60)
        return [
            ("days", str(days)),
            ("minutes", str(rest)),
            ("direction", EARLIER if offset < 0 else LATER),
        ]
    return [("from_resource", undo["from_resource_id"]), ("to_resource", undo["to_resource_id"])]
