"""What is sent to doors that want something: `{…}` stands for an id of the house."""

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
DECIDE = {"booking": "{requested_id}", "version": "{requested_version}", "decision": "confirm"}
VIEW = {"page": "bookings", "name": "Firings", "query": "q=firing"}
VIEW_FORM = {**VIEW, "is_shared": "on"}
WEEK = {"start": "{noon}", "end": "{later_end}"}
