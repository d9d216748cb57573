"""What /dev/components shows: one of everything."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

STATES: Final = (
    ("hold", _("On hold")),
    ("pending", _("Requested")),
    ("confirmed", _("Confirmed")),
    ("declined", _("Declined")),
    ("cancelled", _("Cancelled")),
    ("expired", _("Expired")),
    ("attended", _("Attended")),
    ("no_show", _("No-show")),
    ("waiting", _("Waiting")),
    ("retrying", _("Trying again")),
    ("delivered", _("Delivered")),
    ("dead", _("Failed")),
    ("paused", _("Paused")),
    ("active", _("Active")),
    ("registered", _("Registered")),
    ("waitlisted", _("On the waitlist")),
    ("offered", _("Offered")),
    ("unverified", _("Not verified")),
    ("draft", _("Draft")),
    ("published", _("Published")),
    ("archived", _("Archived")),
    ("discarded", _("Discarded")),
    ("superseded", _("Superseded")),
)
SECTIONS: Final = (
    ("words", "Words"),
    ("buttons", "Buttons"),
    ("states", "States"),
    ("forms", "Forms"),
    ("refused", "Forms that were refused"),
    ("notices", "Notices and toasts"),
    ("dialogs", "Dialogs"),
    ("ways", "Ways through"),
    ("tables", "Tables and lists"),
    ("cards", "Cards"),
    ("waiting", "Waiting, and nothing yet"),
    ("doors", "Doors"),
)
"""Each a template in `portal/components/`, and its heading."""
REFUSAL: Final = {
    "title": _("That time is already booked."),
    "reasons": [{"detail": _("The Kiln Room is taken from 10 a.m. to noon.")}, {"detail": _("It opens at 9 a.m.")}],
}
"""A refusal as pages show it (`core.problems.document`)."""


class ExampleForm(forms.Form):
    title = forms.CharField(label=_("Title"), help_text=_("Shown on the calendar and on the door."), max_length=200)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("space", _("Space")), ("equipment", _("Equipment")), ("person", _("Person"))]
    )
    starts_on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    hours = forms.IntegerField(label=_("Hours"), min_value=1, max_value=12)
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    visibility = forms.ChoiceField(
        label=_("Others see"),
        widget=forms.RadioSelect,
        choices=[("busy", _("“Busy”")), ("title", _("the title"))],
        initial="busy",
    )
    is_quiet = forms.BooleanField(label=_("Send no mail about this"), required=False)


def look_of(theme: str) -> dict[str, Any]:
    """By day or by night: its name, and forms whose ids are its own."""
    sent = {"title": "", "kind": "space", "hours": "2"}
    return {
        "theme": theme,
        "form": ExampleForm(auto_id=f"{theme}_%s"),
        "refused": ExampleForm(sent, auto_id=f"{theme}_refused_%s"),
    }
