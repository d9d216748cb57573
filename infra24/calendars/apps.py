from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    name = "infra24.calendars"
