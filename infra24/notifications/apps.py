from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "infra24.notifications"

    def ready(self) -> None:
        from anymail.signals import tracking

        from infra24.notifications.hearing import hear

        tracking.connect(hear, dispatch_uid="infra24.notifications.hear")
