from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "infra24.core"
