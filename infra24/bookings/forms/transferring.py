"""Who is to have a booking."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from infra24.bookings.services import Receiver
from infra24.orgs.models import Member
from infra24.people.forms import WhoField, person_called


@dataclass(frozen=True)
class Named:
    """A receiver and what the page calls them."""

    receiver: Receiver
    name: str


class TransferForm(forms.Form):
    """Staff name anybody under People; members another member, by e-mail address, for they see nobody's."""

    who = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("The one they sign in with here."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, viewer: Member, is_own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer, self.is_own = viewer, is_own
        if not is_own:
            self.fields["who"] = WhoField(label=_("For"))

    def clean_who(self) -> Named:
        """Whoever is meant, with the name to ask by."""
        text = self.cleaned_data["who"].strip()
        if not self.is_own:
            person = person_called(self.viewer, text)
            return Named(Receiver(person_id=person.pk), person.name)
        members = Member.objects.filter(org_id=self.viewer.org_id, is_active=True).select_related("user")
        member = members.filter(user__email__iexact=text).first()
        if member is None:
            raise forms.ValidationError(
                _("No member here has this address. Ask staff to hand it over to somebody else.")
            )
        return Named(Receiver(email=member.user.email), str(member.user))
