"""Bookings that repeat: made, changed, ended, and filled where a date could not be had at first."""

from infra24.bookings.services.series.creating import create_series, rehearse_series
from infra24.bookings.services.series.wishing import OnConflict, SeriesWish

__all__ = ["OnConflict", "SeriesWish", "create_series", "rehearse_series"]
