from django.apps import AppConfig


class ResourcesConfig(AppConfig):
    name = "infra24.resources"
