"""Where people can go: one table, read by the page's header."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from infra24.bookings.desk import request_count
from infra24.orgs.models import Member, Organisation
from infra24.orgs.policies import Role


@dataclass(frozen=True)
class Entry:
    """A page in the header. `role` is the least one that sees it; None: strangers too."""

    label: str | Promise
    url_name: str
    role: Role | None
    group: str = "main"
    also: tuple[str, ...] = ()
    """Names of further pages that belong to it."""
    waiting: Callable[[Member], int] | None = None
    """How many things wait there for the viewer."""


ENTRIES: Final = (
    Entry(_("Home"), "home", Role.MEMBER),
    Entry(_("Book"), "book", Role.MEMBER),
    Entry(_("My bookings"), "my", Role.MEMBER),
    Entry(_("Calendar"), "calendar", Role.STAFF, "staff"),
    Entry(_("Requests"), "requests", Role.STAFF, "staff", waiting=request_count),
    Entry(_("Bookings"), "bookings", Role.STAFF, "staff", also=("series_list", "waitlist", "import")),
    Entry(
        _("Resources"),
        "resources",
        Role.STAFF,
        "staff",
        also=("rules", "closures", "qualifications", "studios", "features"),
    ),
    Entry(_("People"), "people", Role.STAFF, "staff"),
    Entry(_("Outbox"), "outbox", Role.STAFF, "staff"),
    Entry(_("Settings"), "settings", Role.STAFF, "staff", also=("audit", "integrity", "webhooks", "mail_texts")),
)
GROUPS: Final = (("main", ""), ("staff", _("Staff")))


@dataclass(frozen=True)
class Link:
    label: str | Promise
    url: str
    current: str
    """The value of aria-current: `page` for the page itself, `true` for one below it, else empty."""
    waiting: int = 0
    """How many things wait there."""


@dataclass(frozen=True)
class Group:
    label: str | Promise
    links: Sequence[Link]


def navigation_for(organisation: Organisation, member: Member | None, *, path: str) -> list[Group]:
    """The links this viewer may follow, by group; the one that leads to `path` is marked."""
    home = reverse("home", kwargs={"org": organisation.slug})
    groups = []
    for key, label in GROUPS:
        links = []
        for entry in ENTRIES:
            if entry.group == key and _may_see(entry, member):
                url = reverse(entry.url_name, kwargs={"org": organisation.slug})
                places = [url, *(reverse(name, kwargs={"org": organisation.slug}) for name in entry.also)]
                below = url != home and path.startswith(tuple(places))
                current = "page" if path == url else "true" if below else ""
                links.append(Link(entry.label, url, current, entry.waiting(member) if entry.waiting and member else 0))
        if links:
            groups.append(Group(label, links))
    return groups


def _may_see(entry: Entry, member: Member | None) -> bool:
    return entry.role is None or (member is not None and member.rank.includes(entry.role))
