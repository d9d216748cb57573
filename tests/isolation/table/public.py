"""The installation's own addresses, signing in, and what an organisation shows to everybody."""

from tests.isolation.table.sent import STOP
from tests.isolation.table.shape import Door, everybody

PUBLIC: dict[str, Door] = {
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
}
