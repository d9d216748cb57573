"""Bookings that repeat: made, changed, ended, and filled where a date could not be had at first."""

from infra24.bookings.services.series.changing import change_series, rehearse_change
from infra24.bookings.services.series.creating import create_series, rehearse_series
from infra24.bookings.services.series.ending import end_series
from infra24.bookings.services.series.filling import fill_series, retry_dates
from infra24.bookings.services.series.planning import Reach, Scope, SeriesChange
from infra24.bookings.services.series.reporting import Line, Report
from infra24.bookings.services.series.wishing import OnConflict, SeriesWish

__all__ = [
    "Line",
    "OnConflict",
    "Reach",
    "Report",
    "Scope",
    "SeriesChange",
    "SeriesWish",
    "change_series",
    "create_series",
    "end_series",
    "fill_series",
    "rehearse_change",
    "rehearse_series",
    "retry_dates",
]
