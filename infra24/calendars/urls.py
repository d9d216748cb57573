"""Addresses of the pages about calendars that come in and go out."""

from django.urls import path

from infra24.calendars.views import adding, exports, feeds, imports, publishing, reading, rows

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
    path("o/<slug:org>/my/calendar/addresses", publishing.my_addresses, name="my_addresses"),
    path(f"{ADMIN}/settings/calendars", publishing.house_addresses, name="settings_calendars"),
    path(f"{ADMIN}/settings/calendars/programme", publishing.publish_programme, name="programme_publish"),
    path("o/<slug:org>/calendar-feeds/<uuid:address_id>/edit", publishing.edit_address, name="address_edit"),
    path("o/<slug:org>/calendar-feeds/<uuid:address_id>/renew", publishing.renew_address, name="address_renew"),
    path("o/<slug:org>/calendar-feeds/<uuid:address_id>/end", publishing.end_address, name="address_end"),
    path("o/<slug:org>/bookings/<uuid:booking_id>", adding.booking_link, name="booking_link"),
    path("o/<slug:org>/bookings/<uuid:booking_id>.ics", adding.one_booking, name="booking_file"),
    path("o/<slug:org>/programme.ics", reading.programme, name="programme"),
    path("feeds/<str:feed_key>.ics", reading.calendar_feed, name="calendar_feed"),
    path(f"{ADMIN}/people/<uuid:person_id>/calendars", feeds.person_calendars, name="person_calendars"),
]
