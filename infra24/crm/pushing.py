"""Telling the CRM how a booking stands. What is sent is the state, not the change: late or twice does no harm."""

from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from infra24.bookings.models import Booking, Source, Status
from infra24.bookings.queries import with_legs
from infra24.core.templatetags.house import zone_name
from infra24.crm.bloomerang import Bloomerang
from infra24.crm.models import CrmActivity, CrmConnection, CrmLink
from infra24.crm.policies import ActivityCard, PersonCard, split_name
from infra24.crm.services import adapter
from infra24.crm.turns import require_turn, turn
from infra24.orgs.models import Organisation
from infra24.orgs.tenancy import acting_for
from infra24.outbox.failures import Gone, Rejected
from infra24.outbox.reactions import Job
from infra24.people.models import Person


@dataclass(frozen=True)
class Errand:
    """One activity as it should stand with one person in the CRM."""

    person: PersonCard
    activity: ActivityCard
    remote_key: str
    """The activity's number there, empty when we know of none."""
    is_new_wanted: bool
    """Whether it is to be made where there is none."""


def push_booking(job: Job) -> str:
    """Handler: make the booking's activity in the CRM say how the booking stands."""
    with acting_for(job.org_id):
        crm = CrmConnection.objects.select_related("destination").get(destination_id=job.destination_id)
        errands = _errands(job, crm)
    if isinstance(errands, str):
        return errands
    if crm.is_dry_run:
        return _("Dry run: nothing was sent. %(count)d activities would have been written.") % {"count": len(errands)}
    for errand in errands:
        with (
            turn(job, crm, errand.person.id) as link,
            adapter(crm, before_create=partial(require_turn, job, link), exchanges=job.exchanges) as vendor,
        ):
            _run(job, crm, vendor, link, errand)
    return _("Told %(crm)s how the booking stands.") % {"crm": crm.destination.name}


def _errands(job: Job, crm: CrmConnection) -> list[Errand] | str:
    """What to write, or the sentence that says why nothing."""
    booking = with_legs(Booking.objects.filter(pk=job.subject_id)).get()
    known = {
        activity.person_id: activity
        for activity in CrmActivity.objects.filter(connection=crm, booking=booking).select_related("person")
    }
    wanted: dict[Person, bool] = {activity.person: False for activity in known.values()}
    if booking.person is not None:
        wanted[booking.person] = booking.status == Status.CONFIRMED
    if not wanted:
        return _("Nothing to tell: no person.")
    errands = []
    for person, is_certain in wanted.items():
        if person.erased_at is not None or (person.pk not in known and not is_certain):
            continue
        card = _activity_card(booking, job.organisation, is_certain=is_certain)
        before = known.get(person.pk)
        if before is None or before.told != card.digest:
            errands.append(Errand(_person_card(person), card, before.remote_key if before else "", is_certain))
    return errands or _("Nothing to tell: they know already, or never heard of it.")


def _run(job: Job, crm: CrmConnection, vendor: Bloomerang, link: CrmLink, errand: Errand) -> None:
    if errand.remote_key:
        vendor.change_activity(errand.remote_key, errand.activity)
        _remember(job, crm, errand, errand.remote_key)
        return
    person_key = _linked(job, vendor, link, errand.person)
    remote_key = vendor.find_activity(person_key, errand.activity.booking_id)
    if remote_key is not None:
        vendor.change_activity(remote_key, errand.activity)
    else:
        try:
            remote_key = vendor.create_activity(person_key, errand.activity)
        except (Rejected, Gone):
            if vendor.knows_person(person_key):
                raise
            # Staff merged or deleted the contact. Merging may have carried our id to the one that was kept.
            _save(job, link, remote_key="", state=CrmLink.State.ORPHANED, how="")
            remote_key = vendor.create_activity(_linked(job, vendor, link, errand.person), errand.activity)
    _remember(job, crm, errand, remote_key)


def _linked(job: Job, vendor: Bloomerang, link: CrmLink, card: PersonCard) -> str:
    """The contact's number: known, found, or new. Raises Gone rather than make anew what staff deleted."""
    if link.state == CrmLink.State.LINKED:
        return link.remote_key
    found = vendor.find_person(card)
    if found is None:
        if link.state == CrmLink.State.ORPHANED:
            raise Gone(_("This person's contact is no longer in the CRM. Restore it there, then try again."))
        key, how = vendor.create_person(card), "created"
    elif found.is_stamped:
        key, how = found.key, "found"
    else:
        vendor.stamp_person(found.key, card.id)
        key, how = found.key, "matched"
    _save(job, link, remote_key=key, state=CrmLink.State.LINKED, how=how)
    return key


def _save(job: Job, link: CrmLink, *, remote_key: str, state: CrmLink.State, how: str) -> None:
    link.remote_key, link.state, link.how, link.linked_at = remote_key, state, how, timezone.now()
    with acting_for(job.org_id):
        link.save(update_fields=["remote_key", "state", "how", "linked_at"])


def _remember(job: Job, crm: CrmConnection, errand: Errand, remote_key: str) -> None:
    with acting_for(job.org_id):
        CrmActivity.objects.update_or_create(
            org_id=job.org_id,
            connection=crm,
            booking_id=errand.activity.booking_id,
            person_id=errand.person.id,
            defaults={"remote_key": remote_key, "told": errand.activity.digest, "told_at": timezone.now()},
        )


def _person_card(person: Person) -> PersonCard:
    names = split_name(person.name)
    if names is None:
        raise Rejected(_("The CRM needs a first and a last name. Complete the person's name, then try again."))
    return PersonCard(person.pk, *names, email=person.email, phone=person.phone)


def _activity_card(booking: Booking, organisation: Organisation, *, is_certain: bool) -> ActivityCard:
    zone = ZoneInfo(organisation.time_zone)
    first, last = booking.starts_at.astimezone(zone), booking.ends_at.astimezone(zone)
    hours = f"{date_format(first, 'TIME_FORMAT')} – {date_format(last, 'TIME_FORMAT')} ({zone_name(zone.key)})"
    places = ", ".join(leg.resource.name for leg in booking.visible_legs)
    title = " ".join(booking.title.split())
    return ActivityCard(
        booking_id=booking.pk,
        on=first.date(),
        subject=title if is_certain else _("Cancelled: %(title)s") % {"title": title},
        note=f"{places}, {hours}",
        is_inbound=booking.source == Source.SELF,
    )
