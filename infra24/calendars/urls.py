"""Addresses of the pages about calendars that come in and go out."""

from django.urls import path

from infra24.calendars.views import exports, feeds, imports, rows

ADMIN = "o/<slug:org>/admin"

urlpatterns = [
    path(f"{ADMIN}/import", imports.import_calendar, name="import"),
    path(f"{ADMIN}/import/runs/<uuid:import_id>", imports.import_run, name="import_run"),
    path(f"{ADMIN}/import/rows", rows.import_rows, name="import_rows"),
    path(f"{ADMIN}/import/rows/<uuid:row_id>", rows.import_row, name="import_row"),
    path(f"{ADMIN}/bookings/export.csv", exports.export_bookings, {"kind": "csv"}, name="bookings_table"),
    path(f"{ADMIN}/bookings/export.ics", exports.export_bookings, {"kind": "ics"}, name="bookings_calendar"),
    path("o/<slug:org>/my/bookings.csv", exports.export_own, {"kind": "csv"}, name="my_table"),
    path("o/<slug:org>/my/bookings.ics", exports.export_own, {"kind": "ics"}, name="my_calendar_file"),
    path("o/<slug:org>/my/calendar", feeds.my_calendars, name="my_calendars"),
    path("o/<slug:org>/my/calendar/<uuid:feed_id>/remove", feeds.disconnect_calendar, name="calendar_remove"),
    path("o/<slug:org>/my/calendar/<uuid:feed_id>/resume", feeds.resume_calendar, name="calendar_resume"),
    path(f"{ADMIN}/people/<uuid:person_id>/calendars", feeds.person_calendars, name="person_calendars"),
]
