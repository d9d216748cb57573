"""What people wrote about somebody, overwritten wherever a row is theirs."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from infra24.bookings.models import Booking, BookingMessage, Series
from infra24.calendars.models import ImportRow
from infra24.core.ids import new_id
from infra24.core.sorting import sort_key
from infra24.people.models import Person
from infra24.resources.models import Grant, Resource, StudioAssignment
from infra24.waitlist.models import Entry


def overwrite_traces(person: Person) -> None:
    """Empty notes, reasons and messages of all that is theirs; titles stay unless they name the person.

    A title says what the house was used for, and last year's figures need it.
    In the caller's transaction, before the person's own row is overwritten.
    """
    org, theirs = person.org_id, Q(org_id=person.org_id, person=person)
    named = _("Erased person")
    bookings = Booking.objects.filter(theirs)
    BookingMessage.objects.filter(org_id=org, booking__in=bookings).update(text=_("Erased with the person."))
    bookings.exclude(note="", reason="").update(note="", reason="")
    Series.objects.filter(theirs).exclude(note="").update(note="")
    Entry.objects.filter(theirs).exclude(reason="").update(reason="")
    ImportRow.objects.filter(theirs).exclude(note="").update(note="")
    ImportRow.objects.filter(theirs).exclude(why="").update(why=_("Erased with the person."))
    for model in (Grant, StudioAssignment):
        rows: QuerySet[Any] = model.objects.filter(theirs)
        rows.exclude(note="").update(note="")
    for titled in (Booking, Series, Entry, ImportRow):
        rows = titled.objects.filter(theirs)
        rows.filter(_naming(person)).update(title=named)
    for thing in Resource.objects.filter(theirs):  # all of them are archived
        thing.name, thing.sort_key, thing.slug = named, sort_key(named), f"erased-{new_id().hex}"
        thing.description = thing.group = thing.location = thing.photo = thing.photo_alt = ""
        thing.features = {}
        thing.save(
            update_fields=[
                "name",
                "sort_key",
                "slug",
                "description",
                "group",
                "location",
                "photo",
                "photo_alt",
                "features",
            ]
        )


def _naming(person: Person) -> Q:
    """Titles in which the person's name, address or number stands."""
    found = Q(title__icontains=person.name)
    for text in (person.email, person.phone):
        if text:
            found |= Q(title__icontains=text)
    return found
