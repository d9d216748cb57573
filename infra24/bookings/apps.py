from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "infra24.bookings"
