"""Addresses of bookings: the staff's, and members' own."""

from django.urls import path

from infra24.bookings.views import bulk, calendar, own, search, series, series_list, staff, steps, transferring

urlpatterns = [
    path("o/<slug:org>/my", own.my, name="my"),
    path("o/<slug:org>/my/<uuid:booking_id>/cancel", own.cancel_own, name="my_cancel"),
    path("o/<slug:org>/my/<uuid:booking_id>/confirm", steps.confirm_own, name="my_confirm"),
    path("o/<slug:org>/my/<uuid:booking_id>/prolong", steps.prolong_own, name="my_prolong"),
    path("o/<slug:org>/my/<uuid:booking_id>/check-in", steps.check_in_own, name="my_check_in"),
    path("o/<slug:org>/my/<uuid:booking_id>/give-back", steps.give_back_own, name="my_give_back"),
    path("o/<slug:org>/my/<uuid:booking_id>/transfer", transferring.transfer_own, name="my_transfer"),
    path("o/<slug:org>/my/series/<uuid:series_id>", series.show_own, name="my_series"),
    path("o/<slug:org>/my/series/<uuid:series_id>/edit", series.edit_own, name="my_series_edit"),
    path("o/<slug:org>/my/series/<uuid:series_id>/cancel", series.cancel_own, name="my_series_cancel"),
    path("o/<slug:org>/my/series/<uuid:series_id>/retry", series.retry_own, name="my_series_retry"),
    path("o/<slug:org>/book", search.book, name="book"),
    path("o/<slug:org>/book/<uuid:resource_id>", own.book_resource, name="book_resource"),
    path("o/<slug:org>/admin/calendar", calendar.calendar, name="calendar"),
    path("o/<slug:org>/admin/bookings", staff.bookings, name="bookings"),
    path("o/<slug:org>/admin/bookings/new", staff.new_booking, name="booking_new"),
    path("o/<slug:org>/admin/bookings/bulk", bulk.bulk, name="bookings_bulk"),
    path("o/<slug:org>/admin/bookings/bulk/<uuid:run_id>", bulk.bulk_run, name="bookings_bulk_run"),
    path("o/<slug:org>/admin/bookings/<uuid:booking_id>", staff.booking, name="booking"),
    path("o/<slug:org>/admin/bookings/<uuid:booking_id>/edit", staff.edit_booking, name="booking_edit"),
    path("o/<slug:org>/admin/bookings/<uuid:booking_id>/confirm", staff.confirm_booking, name="booking_confirm"),
    path("o/<slug:org>/admin/bookings/<uuid:booking_id>/decline", staff.decline_booking, name="booking_decline"),
    path("o/<slug:org>/admin/bookings/<uuid:booking_id>/cancel", staff.cancel_booking, name="booking_cancel"),
    path("o/<slug:org>/admin/bookings/<uuid:booking_id>/prolong", steps.prolong_booking, name="booking_prolong"),
    path("o/<slug:org>/admin/bookings/<uuid:booking_id>/check-in", steps.check_in_booking, name="booking_check_in"),
    path("o/<slug:org>/admin/bookings/<uuid:booking_id>/give-back", steps.give_back_booking, name="booking_give_back"),
    path("o/<slug:org>/admin/bookings/<uuid:booking_id>/outcome", steps.set_outcome, name="booking_outcome"),
    path(
        "o/<slug:org>/admin/bookings/<uuid:booking_id>/transfer",
        transferring.transfer_booking,
        name="booking_transfer",
    ),
    path("o/<slug:org>/admin/series", series_list.series_list, name="series_list"),
    path("o/<slug:org>/admin/series/<uuid:series_id>", series.show, name="series"),
    path("o/<slug:org>/admin/series/<uuid:series_id>/edit", series.edit, name="series_edit"),
    path("o/<slug:org>/admin/series/<uuid:series_id>/cancel", series.cancel, name="series_cancel"),
    path("o/<slug:org>/admin/series/<uuid:series_id>/retry", series.retry, name="series_retry"),
]
