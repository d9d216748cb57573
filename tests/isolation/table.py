"""Who may pass which door: every method of every address, and what each caller is answered.

A new address needs its line here: the walk fails without. `{…}` in a body or
query stands for an id of the house (`world.build`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Data = Mapping[str, Any] | None


@dataclass(frozen=True)
class Door:
    """Statuses by caller; `data` is what is sent: JSON to the API, a form to pages, a query with GET."""

    stranger: int
    foreign: int
    member: int
    staff: int
    admin: int
    data: Mapping[str, Any] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
    """Names of ids to use instead of the route's own: {"booking_id": "requested_id"}."""
    shows_house: bool = False
    """Whether who holds the address may read or change something of the house: a mailed secret."""


def everybody(status: int = 200, **data: Any) -> Door:
    return Door(status, status, status, status, status, data)


def staff_page(status: int = 200, *, data: Data = None, about: Mapping[str, str] | None = None) -> Door:
    return Door(302, 404, 403, status, status, data or {}, about or {})


def manager_page(status: int = 200, *, data: Data = None, about: Mapping[str, str] | None = None) -> Door:
    return Door(302, 404, 403, 403, status, data or {}, about or {})


def admin_page(status: int = 200, *, data: Data = None, about: Mapping[str, str] | None = None) -> Door:
    return Door(302, 404, 403, 403, status, data or {}, about or {})


def admin_api(status: int = 200, *, data: Data = None, about: Mapping[str, str] | None = None) -> Door:
    return Door(401, 404, 403, 403, status, data or {}, about or {})


def member_page(
    member: int = 200,
    staff: int | None = None,
    *,
    admin: int | None = None,
    data: Data = None,
    about: Mapping[str, str] | None = None,
) -> Door:
    staff = member if staff is None else staff
    return Door(302, 404, member, staff, staff if admin is None else admin, data or {}, about or {})


def api(
    member: int, staff: int, admin: int | None = None, *, data: Data = None, about: Mapping[str, str] | None = None
) -> Door:
    return Door(401, 404, member, staff, staff if admin is None else admin, data or {}, about or {})


INVITE = {"email": "new@example.org", "role": "member"}
TOKEN = {"name": "Door", "scopes": ["bookings:read"]}
BOOK = {"title": "Firing", "resource_id": "{resource_id}", "starts_at": "{later}", "ends_at": "{later_end}"}
FORM = {
    "title": "Firing",
    "resource": "{resource_id}",
    "date": "{later_day}",
    "start": "16:00",
    "end": "17:00",
    "party_size": "1",
    "visibility": "busy",
}
REPEAT = {**BOOK, "rule": "FREQ=DAILY;COUNT=2"}
SERIES_FORM = {**FORM, "resource": "{studio_id}", "scope": "all", "step": "save"}
CLOSE = {"title": "Floor", "resource_id": "{resource_id}", "from": "{free_day}", "until": "{free_day}"}
CLOSE_FORM = {"title": "Floor", "place": "{resource_id}", "first_day": "{free_day}", "last_day": "{free_day}"}
SINCE = "2020-01-05"
DORA = {"person": "Dora", "granted_on": SINCE}
RENEW = {"qualification_id": "{qualification_id}", "person_id": "{person_id}", "renew": True}
STUDIO = {
    "person_id": "{person_id}",
    "resource_id": "{resource_id}",
    "starts_on": "2019-01-05",
    "ends_on": "2019-01-06",
}
WHY = {"reason": "Enough."}
FEED = {"name": "Home", "address": "https://calendar.example.org/secret.ics"}
RESOURCE = {"name": "New", "units": "1", "visible_to": "everyone", "bookable_by": "member"}
EMPTY = {"resource_id": "unbooked_id"}
OFFERED = {"entry_id": "offered_id"}
WAIT = {
    "title": "Firing",
    "resource_id": "{resource_id}",
    "length": "PT1H",
    "start": "{noon}",
    "end": "{noon_end}",
    "party_size": 2,
}
WAIT_FORM = {
    "title": "Firing",
    "what": "{resource_id}",
    "length": "60",
    "start": "{later_day}",
    "end": "{later_day}",
    "from": "{noon_clock}",
    "until": "{noon_end_clock}",
    "party_size": "2",
    "units": "1",
}
STOP = {"secret": "mail_secret"}
WORDS = {"subject": "Soon: {title}"}
PAUSED = {"destination_id": "paused_id"}
HOOK = {"name": "Gate", "url": "https://hooks.example.org/new"}
UNPROVED, STOPPED = {"endpoint_id": "unproved_id"}, {"endpoint_id": "stopped_id"}
REPLAY = {"destination_id": "{destination_id}"}
REQUESTED = {"booking_id": "requested_id"}
HELD, RUNNING = {"booking_id": "held_id"}, {"booking_id": "running_id"}
CARA = {"who": "cara@example.org", "sure": "1"}
RULES = {"kind": "space", "rules": {"schema": 1}}
RULES_FORM = {
    "valid_from": "{later_day}",
    **{f"{part}-{count}_FORMS": "0" for part in ("seasons", "exceptions", "quotas") for count in ("TOTAL", "INITIAL")},
}
MANY_FORM = {"pick": "{booking_id}", "action": "cancel", "step": "do"}
MANY = {"ids": [{"id": "{booking_id}"}], "action": "cancel"}
WEEK = {"start": "{noon}", "end": "{later_end}"}

DOORS: dict[str, Door] = {
    # The installation's own
    "GET healthz": everybody(),
    "GET readyz": everybody(),
    "GET metrics": everybody(),
    "GET ": Door(200, 302, 302, 302, 302),
    "POST language": everybody(302, language="es"),
    "POST appearance": everybody(302, theme="dark"),
    "GET admin/calendar": Door(302, 302, 302, 302, 302),
    "GET dev/components": everybody(404),
    "GET dev/mail": everybody(404),
    "GET dev/mail/<slug:mail_id>": everybody(404),
    "GET dev/mail/<slug:mail_id>/html": everybody(404),
    "GET dev/mail/<slug:mail_id>/<int:number>": everybody(404),
    # There is no such page unless a mail service has a secret.
    "GET anymail/<slug:service>/tracking/": everybody(404),
    "POST anymail/<slug:service>/tracking/": everybody(404),
    "PUT anymail/<slug:service>/tracking/": everybody(404),
    "PATCH anymail/<slug:service>/tracking/": everybody(404),
    "DELETE anymail/<slug:service>/tracking/": everybody(404),
    "GET api/docs": everybody(),
    "GET api/openapi.json": everybody(),
    # Signing in and out
    "GET accounts/login/": Door(200, 302, 302, 302, 302),
    "POST accounts/login/": Door(200, 302, 302, 302, 302),
    "GET accounts/logout/": Door(302, 200, 200, 200, 200),
    "POST accounts/logout/": everybody(302),
    "GET accounts/inactive/": everybody(),
    "GET accounts/code/": Door(200, 302, 302, 302, 302),
    "POST accounts/code/": Door(200, 302, 302, 302, 302),
    "GET accounts/code/confirm/": everybody(302),
    "POST accounts/code/confirm/": everybody(302),
    "GET accounts/password/": everybody(),
    "POST accounts/password/": everybody(),
    "GET accounts/password/code/": everybody(302),
    "POST accounts/password/code/": everybody(302),
    "GET accounts/password/new/": everybody(302),
    "POST accounts/password/new/": everybody(302),
    "GET accounts/password/done/": everybody(),
    "GET accounts/new/": everybody(),
    # What an organisation shows to everybody
    "GET o/<slug:org>/": everybody(),
    "GET o/<slug:org>/theme.css": everybody(),
    "GET o/<slug:org>/mark.svg": everybody(),
    "GET o/<slug:org>/media/<slug:picture>.jpg": everybody(),
    "GET o/<slug:org>/invitation/<str:secret>": Door(200, 200, 200, 200, 200, shows_house=True),
    "POST o/<slug:org>/invitation/<str:secret>": Door(302, 403, 403, 403, 403, data={"name": "New"}, shows_house=True),
    "GET o/<slug:org>/mail/<str:secret>": Door(200, 200, 200, 200, 200, about=STOP, shows_house=True),
    "POST o/<slug:org>/mail/<str:secret>": Door(200, 200, 200, 200, 200, about=STOP, shows_house=True),
    # Members' pages
    "GET o/<slug:org>/my/mails": member_page(),
    "POST o/<slug:org>/my/mails": member_page(302, data={"wanted": "reminder"}),
    "GET o/<slug:org>/my": member_page(),
    "GET o/<slug:org>/my/<uuid:booking_id>/cancel": member_page(),
    "POST o/<slug:org>/my/<uuid:booking_id>/cancel": member_page(302, 302),
    "POST o/<slug:org>/my/<uuid:booking_id>/confirm": member_page(302, about=HELD),
    "POST o/<slug:org>/my/<uuid:booking_id>/prolong": member_page(302, about=HELD),
    "POST o/<slug:org>/my/<uuid:booking_id>/check-in": member_page(302, about=RUNNING),
    "POST o/<slug:org>/my/<uuid:booking_id>/give-back": member_page(302, about=RUNNING),
    "GET o/<slug:org>/my/<uuid:booking_id>/transfer": member_page(),
    "POST o/<slug:org>/my/<uuid:booking_id>/transfer": member_page(302, data=CARA),
    "GET o/<slug:org>/my/series/<uuid:series_id>": member_page(),
    "GET o/<slug:org>/my/series/<uuid:series_id>/edit": member_page(),
    "POST o/<slug:org>/my/series/<uuid:series_id>/edit": member_page(302, data=SERIES_FORM),
    "GET o/<slug:org>/my/series/<uuid:series_id>/cancel": member_page(),
    "POST o/<slug:org>/my/series/<uuid:series_id>/cancel": member_page(302, data={"scope": "all"}),
    "POST o/<slug:org>/my/series/<uuid:series_id>/retry": member_page(302, data={"from": "{left_out}"}),
    "GET o/<slug:org>/book": member_page(),
    "GET o/<slug:org>/book/<uuid:resource_id>": member_page(),
    "POST o/<slug:org>/book/<uuid:resource_id>": member_page(302, data=FORM),
    "GET o/<slug:org>/waitlist/join": member_page(),
    "POST o/<slug:org>/waitlist/join": member_page(302, data=WAIT_FORM),
    "GET o/<slug:org>/waitlist/<uuid:entry_id>": member_page(),
    "POST o/<slug:org>/waitlist/<uuid:entry_id>/accept": member_page(302, about=OFFERED),
    "POST o/<slug:org>/waitlist/<uuid:entry_id>/pass": member_page(302, about=OFFERED),
    "GET o/<slug:org>/waitlist/<uuid:entry_id>/edit": member_page(),
    "POST o/<slug:org>/waitlist/<uuid:entry_id>/edit": member_page(302, data=WAIT_FORM),
    "GET o/<slug:org>/waitlist/<uuid:entry_id>/withdraw": member_page(),
    "POST o/<slug:org>/waitlist/<uuid:entry_id>/withdraw": member_page(302),
    "GET o/<slug:org>/my/bookings.csv": member_page(),
    "GET o/<slug:org>/my/bookings.ics": member_page(),
    "GET o/<slug:org>/my/calendar": member_page(),
    "POST o/<slug:org>/my/calendar": member_page(302, data=FEED),
    "GET o/<slug:org>/my/calendar/<uuid:feed_id>/remove": member_page(),
    "POST o/<slug:org>/my/calendar/<uuid:feed_id>/remove": member_page(302),
    "POST o/<slug:org>/my/calendar/<uuid:feed_id>/resume": member_page(302),
    "GET o/<slug:org>/my/calendar/addresses": member_page(),
    "POST o/<slug:org>/my/calendar/addresses": member_page(302, data={"name": "Phone"}),
    "POST o/<slug:org>/calendar-feeds/<uuid:address_id>/renew": member_page(302, 404),
    "POST o/<slug:org>/calendar-feeds/<uuid:address_id>/end": member_page(302, 404),
    "GET o/<slug:org>/bookings/<uuid:booking_id>": member_page(302),
    "GET o/<slug:org>/bookings/<uuid:booking_id>.ics": member_page(),
    "GET o/<slug:org>/programme.ics": everybody(),
    "GET feeds/<str:feed_key>.ics": Door(200, 200, 200, 200, 200, shows_house=True),
    # Staff's pages
    "GET o/<slug:org>/admin/mails": staff_page(),
    "POST o/<slug:org>/admin/mails/troubles/<uuid:trouble_id>/clear": staff_page(302),
    "GET o/<slug:org>/admin/mails/<slug:message>": staff_page(),
    "POST o/<slug:org>/admin/mails/<slug:message>": Door(302, 404, 403, 403, 302, data=WORDS),
    "GET o/<slug:org>/admin/mails/<slug:message>/picture": staff_page(),
    "POST o/<slug:org>/admin/mails/<slug:message>/picture": staff_page(data=WORDS),
    "GET o/<slug:org>/admin/mails/<slug:message>/reset": manager_page(),
    "POST o/<slug:org>/admin/mails/<slug:message>/reset": manager_page(302),
    "POST o/<slug:org>/admin/mails/<slug:message>/test": manager_page(302),
    "POST o/<slug:org>/admin/mails/<slug:message>/switch": manager_page(302, data={"is_on": "0"}),
    "GET o/<slug:org>/admin/settings/calendars": staff_page(),
    "POST o/<slug:org>/admin/settings/calendars": staff_page(302, data={"detail": "busy"}),
    "POST o/<slug:org>/admin/settings/calendars/programme": manager_page(302),
    "GET o/<slug:org>/admin/waitlist": staff_page(),
    "GET o/<slug:org>/admin/waitlist/terms": manager_page(),
    "POST o/<slug:org>/admin/waitlist/terms": manager_page(302, data={"offer_minutes": "90"}),
    "GET o/<slug:org>/admin/bookings/export.csv": staff_page(),
    "GET o/<slug:org>/admin/bookings/export.ics": staff_page(),
    "GET o/<slug:org>/admin/import": staff_page(),
    "POST o/<slug:org>/admin/import": staff_page(422),
    "GET o/<slug:org>/admin/import/runs/<uuid:import_id>": staff_page(),
    "GET o/<slug:org>/admin/import/rows": staff_page(),
    "GET o/<slug:org>/admin/import/rows/<uuid:row_id>": staff_page(),
    "POST o/<slug:org>/admin/import/rows/<uuid:row_id>": staff_page(302, data={"step": "dismiss", **WHY}),
    "GET o/<slug:org>/admin/people/<uuid:person_id>/calendars": staff_page(),
    "POST o/<slug:org>/admin/people/<uuid:person_id>/calendars": staff_page(302, data=FEED),
    "GET o/<slug:org>/admin/calendar": staff_page(),
    "GET o/<slug:org>/admin/bookings": staff_page(),
    "GET o/<slug:org>/admin/bookings/new": staff_page(),
    "POST o/<slug:org>/admin/bookings/new": staff_page(302, data=FORM),
    "GET o/<slug:org>/admin/bookings/bulk": staff_page(302),
    "POST o/<slug:org>/admin/bookings/bulk": staff_page(302, data=MANY_FORM),
    "GET o/<slug:org>/admin/bookings/bulk/<uuid:run_id>": staff_page(),
    "GET o/<slug:org>/admin/series": staff_page(),
    "GET o/<slug:org>/admin/series/<uuid:series_id>": staff_page(),
    "GET o/<slug:org>/admin/series/<uuid:series_id>/edit": staff_page(),
    "POST o/<slug:org>/admin/series/<uuid:series_id>/edit": staff_page(302, data=SERIES_FORM),
    "GET o/<slug:org>/admin/series/<uuid:series_id>/cancel": staff_page(),
    "POST o/<slug:org>/admin/series/<uuid:series_id>/cancel": staff_page(302, data={"scope": "all"}),
    "POST o/<slug:org>/admin/series/<uuid:series_id>/retry": staff_page(302, data={"from": "{left_out}"}),
    "GET o/<slug:org>/admin/bookings/<uuid:booking_id>": staff_page(),
    "GET o/<slug:org>/admin/bookings/<uuid:booking_id>/edit": staff_page(),
    "POST o/<slug:org>/admin/bookings/<uuid:booking_id>/edit": staff_page(302, data=FORM),
    "POST o/<slug:org>/admin/bookings/<uuid:booking_id>/confirm": staff_page(302, about=REQUESTED),
    "GET o/<slug:org>/admin/bookings/<uuid:booking_id>/decline": staff_page(about=REQUESTED),
    "POST o/<slug:org>/admin/bookings/<uuid:booking_id>/decline": staff_page(
        302, data={"reason": "Full."}, about=REQUESTED
    ),
    "GET o/<slug:org>/admin/bookings/<uuid:booking_id>/cancel": staff_page(),
    "POST o/<slug:org>/admin/bookings/<uuid:booking_id>/cancel": staff_page(302, data={"reason": "Broken."}),
    "POST o/<slug:org>/admin/bookings/<uuid:booking_id>/prolong": staff_page(302, about=HELD),
    "POST o/<slug:org>/admin/bookings/<uuid:booking_id>/check-in": staff_page(302, about=RUNNING),
    "POST o/<slug:org>/admin/bookings/<uuid:booking_id>/give-back": staff_page(302, about=RUNNING),
    "POST o/<slug:org>/admin/bookings/<uuid:booking_id>/outcome": staff_page(
        302, data={"outcome": "attended"}, about=RUNNING
    ),
    "GET o/<slug:org>/admin/bookings/<uuid:booking_id>/transfer": staff_page(),
    "POST o/<slug:org>/admin/bookings/<uuid:booking_id>/transfer": staff_page(302, data={"who": "Dora", "sure": "1"}),
    "GET o/<slug:org>/admin/resources": staff_page(),
    "GET o/<slug:org>/admin/resources/<uuid:resource_id>": staff_page(),
    "GET o/<slug:org>/admin/closures": staff_page(),
    "GET o/<slug:org>/admin/closures/new": staff_page(),
    "POST o/<slug:org>/admin/closures/new": staff_page(302, data={**CLOSE_FORM, "step": "close"}),
    "GET o/<slug:org>/admin/closures/<uuid:closure_id>": staff_page(),
    "POST o/<slug:org>/admin/closures/<uuid:closure_id>": staff_page(302, data=CLOSE_FORM),
    "GET o/<slug:org>/admin/closures/<uuid:closure_id>/lift": staff_page(),
    "POST o/<slug:org>/admin/closures/<uuid:closure_id>/lift": staff_page(302),
    "GET o/<slug:org>/admin/qualifications": staff_page(),
    "GET o/<slug:org>/admin/qualifications/<uuid:qualification_id>": staff_page(),
    "POST o/<slug:org>/admin/qualifications/<uuid:qualification_id>": staff_page(302, data=DORA),
    "GET o/<slug:org>/admin/grants/<uuid:grant_id>/renew": staff_page(),
    "POST o/<slug:org>/admin/grants/<uuid:grant_id>/renew": staff_page(302, data={"granted_on": SINCE}),
    "GET o/<slug:org>/admin/grants/<uuid:grant_id>/revoke": staff_page(),
    "POST o/<slug:org>/admin/grants/<uuid:grant_id>/revoke": staff_page(302),
    "GET o/<slug:org>/admin/studios": staff_page(),
    "GET o/<slug:org>/admin/studios/new": staff_page(),
    "POST o/<slug:org>/admin/studios/new": staff_page(
        302, data={"person": "Dora", "resource": "{resource_id}", "starts_on": SINCE}
    ),
    "GET o/<slug:org>/admin/studios/<uuid:assignment_id>": staff_page(),
    "POST o/<slug:org>/admin/studios/<uuid:assignment_id>": staff_page(302, data={"starts_on": SINCE}),
    "GET o/<slug:org>/admin/studios/<uuid:assignment_id>/end": staff_page(),
    "POST o/<slug:org>/admin/studios/<uuid:assignment_id>/end": staff_page(302, data={"ends_on": SINCE}),
    "GET o/<slug:org>/admin/resources/new": manager_page(),
    "POST o/<slug:org>/admin/resources/new": manager_page(),
    "GET o/<slug:org>/admin/resources/import": manager_page(),
    "POST o/<slug:org>/admin/resources/import": manager_page(302, data={"text": "slug,kind,name\nnew,space,New\n"}),
    "GET o/<slug:org>/admin/resources/export.csv": staff_page(),
    "GET o/<slug:org>/admin/resources/<uuid:resource_id>/edit": manager_page(),
    "POST o/<slug:org>/admin/resources/<uuid:resource_id>/edit": manager_page(302, data=RESOURCE),
    "GET o/<slug:org>/admin/resources/<uuid:resource_id>/archive": manager_page(),
    "POST o/<slug:org>/admin/resources/<uuid:resource_id>/archive": manager_page(302, about=EMPTY),
    "GET o/<slug:org>/admin/resources/<uuid:resource_id>/restore": manager_page(),
    "POST o/<slug:org>/admin/resources/<uuid:resource_id>/restore": manager_page(302),
    "GET o/<slug:org>/admin/resources/<uuid:resource_id>/photo": manager_page(),
    "POST o/<slug:org>/admin/resources/<uuid:resource_id>/photo": manager_page(302, data={"alt": "A kiln"}),
    "GET o/<slug:org>/admin/features": manager_page(),
    "POST o/<slug:org>/admin/features": manager_page(302, data={"name": "Stage", "type": "flag"}),
    "GET o/<slug:org>/admin/features/<uuid:feature_id>": manager_page(),
    "POST o/<slug:org>/admin/features/<uuid:feature_id>": manager_page(302, data={"name": "Beamer"}),
    "POST o/<slug:org>/admin/features/<uuid:feature_id>/archive": manager_page(302),
    "GET o/<slug:org>/admin/resources/<uuid:resource_id>/rules": staff_page(),
    "GET o/<slug:org>/admin/rules": staff_page(),
    "GET o/<slug:org>/admin/people": staff_page(),
    "GET o/<slug:org>/admin/people/<uuid:person_id>": staff_page(),
    "POST o/<slug:org>/admin/people/<uuid:person_id>": staff_page(302, data={"name": "Bob", "version": "1"}),
    "GET o/<slug:org>/admin/people/new": staff_page(),
    "POST o/<slug:org>/admin/people/new": staff_page(302, data={"name": "New"}),
    "GET o/<slug:org>/admin/people/<uuid:person_id>/erase": manager_page(),
    "POST o/<slug:org>/admin/people/<uuid:person_id>/erase": manager_page(302, data={"name": "Bob", "ahead": "keep"}),
    "GET o/<slug:org>/admin/settings": staff_page(302),
    "GET o/<slug:org>/admin/settings/members": staff_page(),
    "GET o/<slug:org>/admin/settings/tokens": staff_page(),
    "POST o/<slug:org>/admin/settings/tokens": staff_page(data=TOKEN),
    "POST o/<slug:org>/admin/settings/tokens/<uuid:token_id>/revoke": Door(302, 404, 403, 404, 302),
    "GET o/<slug:org>/admin/outbox": staff_page(),
    "GET o/<slug:org>/admin/outbox/failed": staff_page(),
    "GET o/<slug:org>/admin/outbox/discard": manager_page(),
    "POST o/<slug:org>/admin/outbox/discard": manager_page(302, data=WHY),
    "GET o/<slug:org>/admin/outbox/replays": staff_page(),
    "GET o/<slug:org>/admin/outbox/replays/new": manager_page(),
    "POST o/<slug:org>/admin/outbox/replays/new": manager_page(422),  # which ones stands in the address
    "GET o/<slug:org>/admin/outbox/replays/<uuid:replay_id>": staff_page(),
    "POST o/<slug:org>/admin/outbox/replays/<uuid:replay_id>/stop": manager_page(302),
    "GET o/<slug:org>/admin/outbox/<uuid:delivery_id>": staff_page(),
    "POST o/<slug:org>/admin/outbox/<uuid:delivery_id>/retry": staff_page(302),
    "GET o/<slug:org>/admin/outbox/<uuid:delivery_id>/discard": staff_page(),
    "POST o/<slug:org>/admin/outbox/<uuid:delivery_id>/discard": staff_page(302, data=WHY),
    "GET o/<slug:org>/admin/outbox/to/<uuid:destination_id>/pause": staff_page(),
    "POST o/<slug:org>/admin/outbox/to/<uuid:destination_id>/pause": staff_page(302, data=WHY),
    "POST o/<slug:org>/admin/outbox/to/<uuid:destination_id>/resume": staff_page(302, about=PAUSED),
    # Managers' pages
    "GET o/<slug:org>/admin/resources/<uuid:resource_id>/rules/edit": manager_page(),
    "POST o/<slug:org>/admin/resources/<uuid:resource_id>/rules/edit": manager_page(302, data=RULES_FORM),
    "GET o/<slug:org>/admin/rules/<slug:scope>/edit": manager_page(),
    "POST o/<slug:org>/admin/rules/<slug:scope>/edit": manager_page(302, data=RULES_FORM),
    "POST o/<slug:org>/admin/settings/members/<uuid:member_id>": manager_page(302, data={"role": "instructor"}),
    "POST o/<slug:org>/admin/settings/invitations": manager_page(302, data=INVITE),
    "POST o/<slug:org>/admin/settings/invitations/<uuid:invitation_id>/withdraw": manager_page(302),
    "GET o/<slug:org>/admin/qualifications/new": manager_page(),
    "POST o/<slug:org>/admin/qualifications/new": manager_page(302, data={"name": "Press"}),
    "GET o/<slug:org>/admin/qualifications/<uuid:qualification_id>/edit": manager_page(),
    "POST o/<slug:org>/admin/qualifications/<uuid:qualification_id>/edit": manager_page(302, data={"name": "Press"}),
    "POST o/<slug:org>/admin/qualifications/<uuid:qualification_id>/archive": manager_page(302),
    "GET o/<slug:org>/admin/audit": manager_page(),
    "GET o/<slug:org>/admin/integrity": manager_page(),
    "GET o/<slug:org>/admin/integrity/<uuid:verdict_id>": manager_page(),
    # Admins' pages
    "GET o/<slug:org>/admin/webhooks": admin_page(),
    "GET o/<slug:org>/admin/webhooks/new": admin_page(),
    "POST o/<slug:org>/admin/webhooks/new": admin_page(data={**HOOK, "everything": "on"}),
    "GET o/<slug:org>/admin/webhooks/<uuid:endpoint_id>": admin_page(),
    "GET o/<slug:org>/admin/webhooks/<uuid:endpoint_id>/edit": admin_page(),
    "POST o/<slug:org>/admin/webhooks/<uuid:endpoint_id>/edit": admin_page(302, data={**HOOK, "everything": "on"}),
    "POST o/<slug:org>/admin/webhooks/<uuid:endpoint_id>/prove": admin_page(302, about=UNPROVED),
    "POST o/<slug:org>/admin/webhooks/<uuid:endpoint_id>/test": admin_page(302),
    "GET o/<slug:org>/admin/webhooks/<uuid:endpoint_id>/secret": admin_page(),
    "POST o/<slug:org>/admin/webhooks/<uuid:endpoint_id>/secret": admin_page(data={"old_works_hours": "24"}),
    "POST o/<slug:org>/admin/webhooks/<uuid:endpoint_id>/secret/end": admin_page(302),
    "GET o/<slug:org>/admin/webhooks/<uuid:endpoint_id>/pause": admin_page(),
    "POST o/<slug:org>/admin/webhooks/<uuid:endpoint_id>/pause": admin_page(302, data=WHY),
    "POST o/<slug:org>/admin/webhooks/<uuid:endpoint_id>/resume": admin_page(302, about=STOPPED),
    "GET o/<slug:org>/admin/webhooks/<uuid:endpoint_id>/remove": admin_page(),
    "POST o/<slug:org>/admin/webhooks/<uuid:endpoint_id>/remove": admin_page(302),
    # The API
    "GET api/webhooks/event-types": admin_api(),
    "GET api/webhooks/endpoints": admin_api(),
    "POST api/webhooks/endpoints": admin_api(201, data=HOOK),
    "GET api/webhooks/endpoints/<uuid:endpoint_id>": admin_api(),
    "PATCH api/webhooks/endpoints/<uuid:endpoint_id>": admin_api(data={"name": "Gate"}),
    "DELETE api/webhooks/endpoints/<uuid:endpoint_id>": admin_api(204),
    "POST api/webhooks/endpoints/<uuid:endpoint_id>/prove": admin_api(about=UNPROVED),
    "POST api/webhooks/endpoints/<uuid:endpoint_id>/test": admin_api(),
    "POST api/webhooks/endpoints/<uuid:endpoint_id>/rotate": admin_api(data={"old_works_hours": 0}),
    "DELETE api/webhooks/endpoints/<uuid:endpoint_id>/previous-secret": admin_api(),
    "POST api/webhooks/endpoints/<uuid:endpoint_id>/pause": admin_api(data=WHY),
    "POST api/webhooks/endpoints/<uuid:endpoint_id>/resume": admin_api(about=STOPPED),
    "GET api/me": api(200, 200),
    "GET api/members": api(403, 200),
    "PATCH api/members/<uuid:member_id>": api(403, 403, 200, data={"role": "instructor"}),
    "GET api/invitations": api(403, 403, 200),
    "POST api/invitations": api(403, 403, 201, data=INVITE),
    "DELETE api/invitations/<uuid:invitation_id>": api(403, 403, 204),
    "GET api/tokens": api(200, 200),
    "POST api/tokens": api(201, 201, data=TOKEN),
    "DELETE api/tokens/<uuid:token_id>": api(204, 404, 204),
    "GET api/people": api(200, 200),
    "POST api/people": api(403, 201, data={"name": "New"}),
    "GET api/people/<uuid:person_id>": api(200, 200),
    "PATCH api/people/<uuid:person_id>": api(403, 200, data={"name": "Robert"}),
    "GET api/mail/messages": api(403, 200),
    "GET api/mail/messages/<str:message>": api(403, 200),
    "PATCH api/mail/messages/<str:message>": api(403, 403, 200, data={"is_on": False}),
    "GET api/mail/texts/<str:message>/<str:language>": api(403, 200),
    "PATCH api/mail/texts/<str:message>/<str:language>": api(403, 403, 200, data=WORDS),
    "POST api/mail/texts/<str:message>/<str:language>/reset": api(403, 403, 200),
    "POST api/mail/texts/<str:message>/<str:language>/preview": api(403, 200, data=WORDS),
    "POST api/mail/texts/<str:message>/<str:language>/test": api(403, 403, 202),
    "GET api/mail/preferences": api(200, 200),
    "PATCH api/mail/preferences/<str:message>": api(200, 200, data={"is_wanted": False}),
    "GET api/mail/troubles": api(403, 200),
    "POST api/mail/troubles/<uuid:trouble_id>/clear": api(403, 200),
    "POST api/people/<uuid:person_id>/erase": api(403, 403, 200, data={"name": "Bob", "ahead": "keep"}),
    "GET api/resources": api(200, 200),
    "POST api/resources": api(403, 403, 201, data={"kind": "space", "name": "New"}),
    "GET api/resources.csv": api(403, 200),
    "POST api/resources/import": api(403, 403, 422, data={"slug": "not a table"}),
    "GET api/resources/<uuid:resource_id>": api(200, 200),
    "PATCH api/resources/<uuid:resource_id>": api(403, 403, 200, data={"name": "New"}),
    "PUT api/resources/<uuid:resource_id>/photo": api(403, 403, 400),
    "DELETE api/resources/<uuid:resource_id>/photo": api(403, 403, 200),
    "GET api/features": api(200, 200),
    "POST api/features": api(403, 403, 201, data={"name": "Stage", "type": "flag"}),
    "GET api/features/<uuid:feature_id>": api(200, 200),
    "PATCH api/features/<uuid:feature_id>": api(403, 403, 200, data={"name": "Beamer"}),
    "GET api/resources/<uuid:resource_id>/rules": api(200, 200),
    "GET api/rules": api(403, 200),
    "POST api/rules": api(403, 403, 201, data=RULES),
    "POST api/rules/rehearsal": api(403, 200, data=RULES),
    "GET api/rules/effective": api(200, 200),
    "GET api/rules/schema": everybody(),
    "GET api/resources/<uuid:resource_id>/availability": api(200, 200, data=WEEK),
    "GET api/closures": api(200, 200),
    "POST api/closures": api(403, 201, data=CLOSE),
    "POST api/closures/rehearsal": api(403, 200, data=CLOSE),
    "GET api/closures/<uuid:closure_id>": api(200, 200),
    "PATCH api/closures/<uuid:closure_id>": api(403, 200, data={"title": "Roof"}),
    "POST api/closures/<uuid:closure_id>/lift": api(403, 200),
    "GET api/search": api(200, 200),
    "GET api/qualifications": api(200, 200),
    "POST api/qualifications": api(403, 403, 201, data={"name": "Press"}),
    "GET api/qualifications/<uuid:qualification_id>": api(200, 200),
    "PATCH api/qualifications/<uuid:qualification_id>": api(403, 403, 200, data={"name": "Press"}),
    "GET api/grants": api(200, 200),
    "POST api/grants": api(403, 201, data=RENEW),
    "POST api/grants/<uuid:grant_id>/revoke": api(403, 200),
    "GET api/studio-assignments": api(403, 200),
    "POST api/studio-assignments": api(403, 201, data=STUDIO),
    "GET api/studio-assignments/<uuid:assignment_id>": api(403, 200),
    "PATCH api/studio-assignments/<uuid:assignment_id>": api(403, 200, data={"ends_on": SINCE}),
    "GET api/series": api(200, 200),
    "POST api/series": api(201, 201, data=REPEAT),
    "POST api/series/rehearsal": api(200, 200, data=REPEAT),
    "GET api/series/<uuid:series_id>": api(200, 200),
    "PATCH api/series/<uuid:series_id>": api(200, 200, data={"scope": "all", "title": "Glaze"}),
    "POST api/series/<uuid:series_id>/rehearsal": api(200, 200, data={"scope": "all", "title": "Glaze"}),
    "POST api/series/<uuid:series_id>/cancel": api(200, 200, data={"scope": "all", "reason": "Enough."}),
    "POST api/series/<uuid:series_id>/retry": api(200, 200, data={"from": "{left_out}"}),
    "GET api/bookings": api(200, 200),
    "POST api/bookings": api(201, 201, data=BOOK),
    "POST api/bookings/bulk": api(403, 200, data=MANY),
    "POST api/bookings/bulk/preview": api(403, 200, data=MANY),
    "POST api/bookings/check": api(200, 200, data=BOOK),
    "POST api/bookings/<uuid:booking_id>/check": api(200, 200, data={"title": "Glaze"}),
    "GET api/bookings/<uuid:booking_id>": api(200, 200),
    "PATCH api/bookings/<uuid:booking_id>": api(200, 200, data={"title": "Glaze"}),
    "GET api/bookings/<uuid:booking_id>/rivals": api(403, 200, about=REQUESTED),
    "POST api/bookings/<uuid:booking_id>/prolong": api(200, 200, about=HELD),
    "POST api/bookings/<uuid:booking_id>/check-in": api(200, 200, about=RUNNING),
    "POST api/bookings/<uuid:booking_id>/give-back": api(200, 200, about=RUNNING),
    # What has ended here has ended too long ago by the time somebody knocks.
    "POST api/bookings/<uuid:booking_id>/restore": api(403, 409),
    "POST api/bookings/<uuid:booking_id>/transfer": api(200, 200, data={"email": "cara@example.org"}),
    "GET api/waitlist": api(200, 200),
    "POST api/waitlist": api(201, 201, data=WAIT),
    "GET api/waitlist/<uuid:entry_id>": api(200, 200),
    "PATCH api/waitlist/<uuid:entry_id>": api(200, 200, data={"title": "Glaze"}),
    "POST api/waitlist/<uuid:entry_id>/accept": api(200, 200, about=OFFERED),
    "POST api/waitlist/<uuid:entry_id>/pass": api(200, 200, about=OFFERED),
    "POST api/waitlist/<uuid:entry_id>/withdraw": api(200, 200),
    "GET api/waitlist/terms": api(200, 200),
    "PATCH api/waitlist/terms": api(403, 403, 200, data={"offer_minutes": 90}),
    "GET api/outbox/deliveries": api(403, 200),
    "GET api/outbox/deliveries/<uuid:delivery_id>": api(403, 200),
    "POST api/outbox/deliveries/<uuid:delivery_id>/retry": api(403, 200),
    "POST api/outbox/deliveries/<uuid:delivery_id>/discard": api(403, 200, data=WHY),
    "GET api/outbox/destinations": api(403, 200),
    "GET api/outbox/failed": api(403, 200),
    "POST api/outbox/discards/preview": api(403, 403, 200, data=REPLAY),
    "POST api/outbox/discards": api(403, 403, 200, data={**WHY, **REPLAY}),
    "POST api/outbox/replays/preview": api(403, 403, 200, data=REPLAY),
    "POST api/outbox/replays": api(403, 403, 201, data=REPLAY),
    "GET api/outbox/replays": api(403, 200),
    "GET api/outbox/replays/<uuid:replay_id>": api(403, 200),
    "POST api/outbox/replays/<uuid:replay_id>/stop": api(403, 403, 200),
    "POST api/outbox/destinations/<uuid:destination_id>/pause": api(403, 200, data=WHY),
    "POST api/outbox/destinations/<uuid:destination_id>/resume": api(403, 200, about=PAUSED),
    "GET api/integrity": api(403, 403, 200),
    "GET api/integrity/<uuid:verdict_id>": api(403, 403, 200),
    "GET api/calendar/events": api(200, 200, data=WEEK),
    "GET api/calendar/changes": api(403, 200),
    "GET api/calendar/free": api(200, 200, data={**WEEK, "resource": "{resource_id}"}),
    # A file cannot be sent by this walk.
    "POST api/imports": api(403, 400),
    "POST api/imports/rehearsal": api(403, 400),
    "GET api/imports": api(403, 200),
    "GET api/imports/<uuid:import_id>": api(403, 200),
    "GET api/import-rows": api(403, 200),
    "GET api/import-rows/<uuid:row_id>": api(403, 200),
    "POST api/import-rows/<uuid:row_id>/book": api(403, 200, data={"starts_at": "{later}", "ends_at": "{later_end}"}),
    "POST api/import-rows/<uuid:row_id>/dismiss": api(403, 200, data=WHY),
    "GET api/exports/bookings.csv": api(200, 200),
    "GET api/exports/bookings.ics": api(200, 200),
    "GET api/bookings/<uuid:booking_id>.ics": api(200, 200),
    "GET api/calendar-feeds": api(200, 200),
    "POST api/calendar-feeds": api(201, 201, data={"kind": "person"}),
    "GET api/calendar-feeds/<uuid:calendar_feed_id>": api(200, 404),
    "POST api/calendar-feeds/<uuid:calendar_feed_id>/renew": api(200, 404),
    "DELETE api/calendar-feeds/<uuid:calendar_feed_id>": api(204, 404),
    "GET api/busy-feeds": api(200, 200),
    "POST api/busy-feeds": api(201, 201, data={**FEED, "person_id": "{person_id}"}),
    "GET api/busy-feeds/<uuid:feed_id>": api(200, 200),
    "POST api/busy-feeds/<uuid:feed_id>/resume": api(200, 200),
    "DELETE api/busy-feeds/<uuid:feed_id>": api(204, 204),
}
