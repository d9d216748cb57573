from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "infra24.notifications"
