"""Addresses of what hangs by doors, and of the pages on which staff care for it."""

from django.urls import path

from infra24.signage.views import displays, here, sheets, showing

ADMIN = "o/<slug:org>/admin"

urlpatterns = [
    path(f"{ADMIN}/calendar/sheet", sheets.sheet, name="sheet"),
    path(f"{ADMIN}/settings/displays", displays.displays, name="displays"),
    path(f"{ADMIN}/settings/displays/<uuid:display_id>", displays.display_edit, name="display_edit"),
    path(f"{ADMIN}/settings/displays/<uuid:display_id>/renew", displays.renew_display, name="display_renew"),
    path(f"{ADMIN}/settings/displays/<uuid:display_id>/take-down", displays.take_down_display, name="display_down"),
    path("o/<slug:org>/display/<str:display_key>", showing.display_board, name="display_board"),
    path("o/<slug:org>/here/<uuid:resource_id>", here.here, name="here"),
]
