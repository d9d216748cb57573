"""The audit log as managers look at it: narrowed, in pages, as a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from infra24.core.days import wall_of
from infra24.core.paging import Page, page_of
from infra24.orgs.errors import HistoryTooLong
from infra24.orgs.models import AuditEntry, Member
from infra24.orgs.queries import audit_entries, names_of

MOST_ROWS = 10_000
"""Entries in a file."""
LONGEST_ACTION = 60
KINDS: Final[Mapping[str, str | Promise]] = {
    "booking": _("Bookings"),
    "series": _("Series"),
    "waitlist": _("Waitlist"),
    "view": _("Saved views"),
    "resource": _("Resources"),
    "feature": _("Features"),
    "rule": _("Rules"),
    "closure": _("Closures"),
    "qualification": _("Qualifications"),
    "grant": _("Qualifications of people"),
    "assignment": _("Studios"),
    "person": _("People"),
    "member": _("Members"),
    "invitation": _("Invitations"),
    "token": _("API tokens"),
    "import": _("Imports"),
    "calendarfeed": _("Calendar addresses"),
    "busyfeed": _("Calendars of people"),
    "destination": _("Destinations"),
    "delivery": _("Deliveries"),
    "replay": _("Replays"),
    "endpoint": _("Webhooks"),
    "mailtext": _("Words of mails"),
    "mailswitch": _("Mails switched on or off"),
    "mailpreference": _("Wishes about mails"),
    "mailtrouble": _("Addresses that take no mail"),
    "mailtest": _("Test mails"),
    "organisation": _("The organisation"),
}
"""What is done things to, by the first part of an action, in the order in which people look for it."""
SOURCES: Final[Mapping[str, str | Promise]] = {
    "staff": _("Staff"),
    "self": _("Self-service"),
    "api": "API",
    "import": _("Import"),
    "calcom": "Cal.com",
    "clock": _("Automatic"),
}


@dataclass(frozen=True)
class AuditFilter:
    """What the log is narrowed to; None and empty leave it wide."""

    member_id: UUID | None = None
    source: str = ""
    kind: str = ""
    action: str = ""
    """`booking.change`, or how it begins."""
    subject_id: UUID | None = None
    since: datetime | None = None
    """At or after this."""
    until: datetime | None = None
    """Before this."""

    def to_q(self) -> Q:
        names = {
            "member_id": "member_id",
            "source": "source",
            "kind": "subject_kind",
            "action": "action__startswith",
            "subject_id": "subject_id",
            "since": "at__gte",
            "until": "at__lt",
        }
        return Q(**{names[name]: value for name, value in vars(self).items() if value})


def audit_page(viewer: Member, wanted: AuditFilter, *, limit: int, cursor: str = "") -> Page[AuditEntry]:
    """One page, the newest first; nothing for those below manager. Raises CursorInvalid."""
    entries = audit_entries(viewer).filter(wanted.to_q())
    return page_of(entries, by=("-at", "-id"), limit=limit, cursor=cursor)


def actors_of(entries: Sequence[AuditEntry], *, viewer: Member) -> dict[UUID, str]:
    """The names of who acted, by the member's id."""
    return names_of({entry.member_id for entry in entries if entry.member_id}, viewer=viewer)


def audit_table(viewer: Member, wanted: AuditFilter, *, zone: str) -> tuple[list[str], list[list[Any]]]:
    """Heads and rows of a file, the newest first. Raises HistoryTooLong."""
    entries = list(audit_entries(viewer).filter(wanted.to_q()).order_by("-at", "-id")[: MOST_ROWS + 1])
    if len(entries) > MOST_ROWS:
        raise HistoryTooLong
    names = actors_of(entries, viewer=viewer)
    heads = [
        gettext("When"),
        gettext("Who"),
        gettext("Came by"),
        gettext("What"),
        gettext("About"),
        gettext("Before"),
        gettext("After"),
    ]
    rows = [
        [
            f"{wall_of(entry.at, zone):%Y-%m-%d %H:%M:%S}",
            names.get(entry.member_id, "") if entry.member_id else "",
            entry.source,
            entry.action,
            str(entry.subject_id),
            _written(entry.before),
            _written(entry.after),
        ]
        for entry in entries
    ]
    return heads, rows


def _written(values: Mapping[str, Any] | None) -> str:
    return msgspec.json.encode(values).decode() if values else ""
