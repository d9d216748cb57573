from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "infra24.outbox"
