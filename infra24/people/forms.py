"""Writing somebody down, and naming somebody who is."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from infra24.core.sorting import sort_key
from infra24.orgs.models import Member
from infra24.people.models import Person
from infra24.people.queries import people_like, visible_people

CANDIDATES = 5


class PersonForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(
        label=_("E-mail address"), required=False, max_length=254, help_text=_("Confirmations of bookings go there.")
    )
    phone = forms.CharField(label=_("Phone"), required=False, max_length=40)
    locale = forms.ChoiceField(
        label=_("Language of mails"),
        required=False,
        choices=[("", _("As the organisation")), *settings.LANGUAGES],
        help_text=_("In which we write to them."),
    )


class PersonChangeForm(PersonForm):
    """A person as they are, to be changed; the version is the one that was read."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class WhoField(forms.CharField):
    """Somebody by whole name or e-mail address; the form's `clean_…` finds them with `person_called`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            max_length=200,
            help_text=_("A whole name or e-mail address you have under People."),
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            **options,
        )


def person_called(viewer: Member, text: str) -> Person:
    """Whoever is called exactly that.

    Nobody is meant because part of a name happens to fit: such people are offered beside the field.
    Raises ValidationError.
    """
    people = visible_people(viewer)
    for exact in (people.filter(email=text.lower()), people.filter(sort_key=sort_key(text))):
        found = list(exact[:CANDIDATES])
        if len(found) == 1:
            return found[0]
        if found:
            raise forms.ValidationError(
                _("Several people fit. Write the e-mail address of one: %(people)s."),
                params={"people": _names(found)},
            )
    if like := list(people_like(viewer, text)[:CANDIDATES]):
        raise forms.ValidationError(
            _("Nobody is called exactly that. Write a whole name or e-mail address. You may mean %(people)s."),
            params={"people": _names(like)},
        )
    raise forms.ValidationError(_("Nobody of that name. Write them down under People first."))


def _names(people: Iterable[Person]) -> str:
    return ", ".join(f"{person.name} ({person.email})" if person.email else person.name for person in people)
